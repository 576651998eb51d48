import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { ServedContext, Via } from '../../contract/index.ts';
import { fromHeaders, type ServedRouter } from '../node/serve-port.ts';
import { TokenBucket } from '../kernel/token-bucket.ts';

/** The largest accepted message: a whole file with room for its envelope. */
export const MAX_CLIENT_MESSAGE_BYTES = 24 * 1024 * 1024;
/** A client with this much unread data is disconnected. */
const MAX_BACKLOG_BYTES = 64 * 1024 * 1024;
const MAX_CONNECTIONS = 64;
const BURST_CALLS = 600;
const CALLS_PER_SECOND = 120;
const PING_MS = 30_000;

/** Serves the contract over WebSockets whose requests were already admitted. */
export class SocketServer {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
    perMessageDeflate: false,
    // Browsers require that one of the offered subprotocols is chosen.
    handleProtocols: (offered) => [...offered].find((name) => name.startsWith('impulse.')) ?? false,
  });
  readonly #handler: RPCHandler<ServedContext>;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(router: ServedRouter, clock: Clock, logger: Logger) {
    this.#handler = new RPCHandler(router, fromHeaders);
    this.#clock = clock;
    this.#logger = logger;
  }

  get connections(): number {
    return this.#server.clients.size;
  }

  get full(): boolean {
    return this.connections >= MAX_CONNECTIONS;
  }

  /** Serves a client that was admitted, who calls `via` a browser or as a program of this user. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, via: Via): void {
    this.#server.handleUpgrade(request, socket, head, (client) => this.#serve(client, via));
  }

  #serve(client: WebSocket, via: Via): void {
    const calls = new TokenBucket(this.#clock, BURST_CALLS, CALLS_PER_SECOND);
    let answered = true;
    const ping = setInterval(() => {
      if (!answered) return client.terminate();
      answered = false;
      client.ping();
    }, PING_MS);
    ping.unref();
    client.on('pong', () => (answered = true));
    client.on('error', (error) => this.#logger.warn('client-failed', { reason: error.message }));
    client.on('close', () => clearInterval(ping));
    // Registered before the handler's own listener, so that a flood never reaches it.
    client.on('message', () => {
      if (!calls.take()) {
        this.#logger.warn('client-flooded');
        client.close(1008, 'too many requests');
        client.removeAllListeners('message');
      }
    });
    const send = (data: Parameters<WebSocket['send']>[0]) => {
      if (client.bufferedAmount > MAX_BACKLOG_BYTES) return client.terminate();
      if (client.readyState === client.OPEN) client.send(data);
    };
    void this.#handler.upgrade(
      { addEventListener: client.addEventListener.bind(client), send },
      { context: { via } },
    );
  }

  /** Closes every connection; the caller’s deadline terminates those that do not close. */
  close(): void {
    for (const client of this.#server.clients) client.close(1001, 'the node is stopping');
  }

  terminate(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}
