import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { ServedRouter } from '../node/serve-port.ts';
import type { Metric } from '../kernel/metric.ts';
import { prometheusText } from './metrics.ts';
import { listen } from './listen.ts';
import { commonHeaders } from './page-headers.ts';
import { RateLimit } from '../kernel/rate-limit.ts';
import { hostAllowed, isLoopback, originAllowed } from './request-origin.ts';
import { SocketServer } from './socket-server.ts';
import { sendFile, staticFile } from './static-files.ts';
import { sameToken, tokensOf } from './token.ts';
import { problem } from './problems.ts';

const FAILURES_BURST = 10;
const FAILURES_PER_SECOND = 10 / 60;
const STOP_DEADLINE_MS = 3000;

export interface HostInit {
  readonly router: ServedRouter;
  /** Absolute path of the built console, or null to serve only the interface for programs. */
  readonly rendererDir: string | null;
  /** The port to listen on; null takes 7340 or the next free one. 0 lets the system choose. */
  readonly port: number | null;
  readonly bind?: string;
  /** Paths of certificate and key in PEM; required outside loopback. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Names of the host besides its addresses. */
  readonly names?: readonly string[];
  readonly token: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the node is healthy; if not, `/healthz` answers 503. */
  readonly healthy?: () => boolean;
  /** Additional values for `/metrics`. */
  readonly metrics?: () => readonly Metric[] | Promise<readonly Metric[]>;
}

export interface Host {
  readonly port: number;
  /** `http://127.0.0.1:7340`, without the token. */
  readonly url: string;
  /** The address that a person opens. The token is in the fragment, which browsers do not send. */
  readonly entryUrl: string;
  /** Accepts no more clients, disconnects the current ones, and resolves when the port is free. */
  stop(): Promise<void>;
}

/**
 * Serves the console and the contract to this machine's browsers and programs.
 *
 * @throws Problem `tls-needed`, `tls-unreadable`, `port-taken`, `bind-failed`.
 */
export async function startHost(init: HostInit): Promise<Host> {
  const bind = init.bind ?? '127.0.0.1';
  if (!isLoopback(bind) && !init.tls) {
    throw problem('tls-needed', { bind });
  }
  const server = init.tls ? await secureServer(init.tls) : createServer();
  const front = new FrontDoor(init, isLoopback(bind));
  server.on(
    'request',
    (request: IncomingMessage, response: ServerResponse) => void front.answer(request, response),
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    front.upgrade(request, socket, head),
  );
  server.on('clientError', (_error, socket) => socket.destroy());
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  const port = await listen(server, init.port, bind);
  const name = bind.includes(':') ? `[${bind}]` : bind;
  const url = `${init.tls ? 'https' : 'http'}://${name}:${port}`;
  init.logger.info('host-started', { url });
  return { port, url, entryUrl: `${url}/#token=${init.token}`, stop: () => stop(server, front) };
}

async function secureServer(tls: { cert: string; key: string }): Promise<Server> {
  try {
    const [cert, key] = await Promise.all([readFile(tls.cert), readFile(tls.key)]);
    return createSecureServer({ cert, key, minVersion: 'TLSv1.2' });
  } catch (cause) {
    throw problem('tls-unreadable', { cert: tls.cert, key: tls.key }, { cause });
  }
}

async function stop(server: Server, front: FrontDoor): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  front.sockets.close();
  server.closeIdleConnections();
  const deadline = setTimeout(() => {
    front.sockets.terminate();
    server.closeAllConnections();
  }, STOP_DEADLINE_MS);
  await closed;
  front.sockets.terminate();
  clearTimeout(deadline);
}

/** Routes requests. */
class FrontDoor {
  readonly sockets: SocketServer;
  readonly #init: HostInit;
  readonly #loopbackOnly: boolean;
  readonly #failures: RateLimit;
  #refused = 0;

  constructor(init: HostInit, loopbackOnly: boolean) {
    this.#init = init;
    this.#loopbackOnly = loopbackOnly;
    this.#failures = new RateLimit(init.clock, FAILURES_BURST, FAILURES_PER_SECOND);
    this.sockets = new SocketServer(init.router, init.clock, init.logger);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value);
    try {
      await this.#route(request, response);
    } catch (error) {
      this.#init.logger.warn('request-failed', {
        reason: error instanceof Error ? error.message : String(error),
      });
      if (response.headersSent) response.destroy();
      else sendText(response, 500, 'Something went wrong here; the log of the node says what.');
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = this.#strange(request);
    if (refusal) return sendText(response, ...refusal);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return sendText(response, 405, 'Only GET and HEAD are answered here.');
    }
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (path === '/healthz') return this.#health(response);
    if (path === '/metrics') {
      const denied = this.#denied(request);
      return denied ? sendText(response, ...denied) : this.#metrics(response);
    }
    if (path === '/api') return sendText(response, 426, 'Open a WebSocket here.');
    const file = this.#init.rendererDir === null ? null : staticFile(this.#init.rendererDir, path);
    if (file !== null && (await sendFile(response, file, request.method === 'HEAD'))) return;
    sendText(response, 404, 'There is nothing here.');
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '').split('?', 1)[0];
    const refusal =
      this.#strange(request) ??
      (path === '/api' ? null : ([404, 'There is nothing here.'] as const)) ??
      this.#denied(request) ??
      (this.sockets.full ? ([503, 'Too many clients are connected.'] as const) : null);
    if (refusal) return refuseUpgrade(socket, ...refusal);
    this.sockets.accept(request, socket, head);
  }

  /** Whether a page of another site made a browser send the request, by host name or by origin. */
  #strange({ headers }: IncomingMessage): Refusal | null {
    if (!hostAllowed(headers.host, this.#init.names ?? [], this.#loopbackOnly)) {
      this.#refused += 1;
      return [421, 'This host does not go by that name.'];
    }
    if (!originAllowed(headers.origin, headers.host, this.#init.tls !== undefined)) {
      this.#refused += 1;
      return [403, 'Requests from other sites are not answered.'];
    }
    return null;
  }

  /** A correct token is always accepted, so that failed attempts of others cannot lock the owner out. */
  #denied(request: IncomingMessage): Refusal | null {
    if (tokensOf(request.headers).some((token) => sameToken(token, this.#init.token))) return null;
    this.#refused += 1;
    const from = request.socket.remoteAddress ?? 'unknown';
    this.#init.logger.warn('token-refused', { from });
    return this.#failures.take(from)
      ? [401, 'The token is missing or wrong. Run `impulse status` for the address to open.']
      : [429, 'Too many wrong tokens. Wait a minute.'];
  }

  #health(response: ServerResponse): void {
    const ok = this.#init.healthy?.() ?? true;
    const body = JSON.stringify({ status: ok ? 'ok' : 'degraded' });
    response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(body);
  }

  async #metrics(response: ServerResponse): Promise<void> {
    const own: Metric[] = [
      {
        name: 'impulse_host_clients',
        help: 'Clients connected to the host now.',
        type: 'gauge',
        value: this.sockets.connections,
      },
      {
        name: 'impulse_host_refused_total',
        help: 'Requests refused for their token, name or origin.',
        type: 'counter',
        value: this.#refused,
      },
    ];
    const text = prometheusText([...own, ...((await this.#init.metrics?.()) ?? [])]);
    response.writeHead(200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.end(text);
  }
}

type Refusal = readonly [status: number, sentence: string];

function sendText(response: ServerResponse, status: number, sentence: string): void {
  const body = `${sentence}\n`;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}

function refuseUpgrade(socket: Duplex, status: number, sentence: string): void {
  const body = `${sentence}\n`;
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
