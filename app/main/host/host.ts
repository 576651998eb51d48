import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import {
  Greeting,
  GREETING_PATH,
  MAX_SESSION_REQUEST_BYTES,
  SESSION_PATH,
  SessionRequest,
} from '../../contract/session.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { ServedRouter } from '../node/serve-port.ts';
import type { Metric } from '../kernel/metric.ts';
import { prometheusText } from './metrics.ts';
import { jsonOf } from './json-body.ts';
import { listen, listenAt } from './listen.ts';
import { commonHeaders } from './page-headers.ts';
import { TokenBuckets } from '../kernel/token-bucket.ts';
import { hostAllowed, isLoopback, originAllowed } from './request-origin.ts';
import { limitSockets } from './socket-slots.ts';
import { SocketServer } from './socket-server.ts';
import { sendFile, staticFile } from './static-files.ts';
import { Sessions } from './sessions.ts';
import { bearerOf, offeredProof, sameToken } from './token.ts';
import { problem } from './problems.ts';

const FAILURES_BURST = 10;
const FAILURES_PER_SECOND = 10 / 60;
const STOP_DEADLINE_MS = 3000;
/** Beyond this, connections of one server are dropped before they are looked at. */
const MAX_CONNECTIONS = 512;
/** Where programs of this user ask for an address of the console. */
export const ENTRY_PATH = '/entry';

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
  /** Admits programs to `/metrics`. */
  readonly metricsToken: string;
  /** Where programs of this user connect, without a token: a socket in a private folder, or a named pipe. */
  readonly socket?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the node is healthy; if not, `/healthz` answers 503. */
  readonly healthy?: () => boolean;
  /** Additional values for `/metrics`. */
  readonly metrics?: () => readonly Metric[] | Promise<readonly Metric[]>;
}

export interface Host {
  readonly port: number;
  /** `http://127.0.0.1:7340`. */
  readonly url: string;
  /**
   * A new address for a person to open: it works once, for some minutes. The code is in the fragment, which browsers do
   * not send.
   */
  entryUrl(): string;
  /** Accepts no more clients, disconnects the current ones, and resolves when the port is free. */
  stop(): Promise<void>;
}

/**
 * Serves the console and the contract to this machine's browsers and programs.
 *
 * @throws Problem `tls-needed`, `tls-unreadable`, `port-taken`, `bind-failed`, `socket-failed`.
 */
export async function startHost(init: HostInit): Promise<Host> {
  const bind = init.bind ?? '127.0.0.1';
  if (!isLoopback(bind) && !init.tls) {
    throw problem('tls-needed', { bind });
  }
  const server = init.tls ? await secureServer(init.tls) : createServer();
  const sockets = new SocketServer(init.router, init.clock, init.logger);
  const front = new FrontDoor(init, isLoopback(bind), sockets);
  attach(server, front, init);
  const port = await listen(server, init.port, bind);
  const name = bind.includes(':') ? `[${bind}]` : bind;
  const url = `${init.tls ? 'https' : 'http'}://${name}:${port}`;
  const entryUrl = () => `${url}/#code=${front.sessions.code()}`;
  const local =
    init.socket === undefined
      ? null
      : await localServer(init.socket, new SideDoor(sockets, front, entryUrl), init);
  init.logger.info('host-started', { url });
  return { port, url, entryUrl, stop: () => stop([server, ...(local === null ? [] : [local])], sockets) };
}

/** Answers the requests of a server. */
interface Door {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** @param keep called when the socket becomes a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, keep: () => void): void;
}

function attach(server: Server, door: Door, { clock, logger }: Pick<HostInit, 'clock' | 'logger'>): void {
  const keep = limitSockets(server, clock);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    door.answer(request, response).catch((error: unknown) => {
      logger.warn('request-failed', { reason: error instanceof Error ? error.message : String(error) });
      if (response.headersSent) response.destroy();
      else sendText(response, 500, 'Something went wrong here; the log of the node says what.');
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    door.upgrade(request, socket, head, () => keep(request)),
  );
  server.on('clientError', (_error, socket) => socket.destroy());
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.maxConnections = MAX_CONNECTIONS;
}

async function localServer(
  path: string,
  door: Door,
  init: Pick<HostInit, 'clock' | 'logger'>,
): Promise<Server> {
  const server = createServer();
  attach(server, door, init);
  await listenAt(server, path);
  return server;
}

async function secureServer(tls: { cert: string; key: string }): Promise<Server> {
  try {
    const [cert, key] = await Promise.all([readFile(tls.cert), readFile(tls.key)]);
    return createSecureServer({ cert, key, minVersion: 'TLSv1.2' });
  } catch (cause) {
    throw problem('tls-unreadable', { cert: tls.cert, key: tls.key }, { cause });
  }
}

async function stop(servers: readonly Server[], sockets: SocketServer): Promise<void> {
  const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
  sockets.close();
  for (const server of servers) server.closeIdleConnections();
  const deadline = setTimeout(() => {
    sockets.terminate();
    for (const server of servers) server.closeAllConnections();
  }, STOP_DEADLINE_MS);
  await Promise.all(closed);
  sockets.terminate();
  clearTimeout(deadline);
}

/** Routes requests of browsers, and of programs that read the metrics. */
class FrontDoor implements Door {
  readonly sessions: Sessions;
  readonly #sockets: SocketServer;
  readonly #init: HostInit;
  readonly #loopbackOnly: boolean;
  readonly #failures: TokenBuckets;
  #refusedCount = 0;

  constructor(init: HostInit, loopbackOnly: boolean, sockets: SocketServer) {
    this.#init = init;
    this.#loopbackOnly = loopbackOnly;
    this.#failures = new TokenBuckets(init.clock, FAILURES_BURST, FAILURES_PER_SECOND);
    this.#sockets = sockets;
    this.sessions = new Sessions(init.clock);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value);
    const refusal = this.#strange(request);
    if (refusal) return sendText(response, ...refusal);
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (request.method === 'POST' && (path === SESSION_PATH || path === GREETING_PATH)) {
      return this.#session(request, response, path);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return sendText(response, 405, 'Only GET and HEAD are answered here.');
    }
    if (path === '/healthz') return this.#health(response);
    if (path === '/metrics') {
      const token = bearerOf(request.headers);
      if (token !== null && sameToken(token, this.#init.metricsToken)) return this.metrics(response);
      return sendText(response, ...this.#refused(request, 'The token of the metrics is missing or wrong.'));
    }
    if (path === '/api') return sendText(response, 426, 'Open a WebSocket here.');
    const file = this.#init.rendererDir === null ? null : staticFile(this.#init.rendererDir, path);
    if (file !== null && (await sendFile(response, file, request.method === 'HEAD'))) return;
    sendText(response, ...NOTHING_HERE);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, keep: () => void): void {
    socket.on('error', () => socket.destroy());
    void this.#upgradeRefusal(request).then((refusal) => {
      if (refusal) return refuseUpgrade(socket, ...refusal);
      keep();
      this.#sockets.accept(request, socket, head, 'browser');
    });
  }

  async #upgradeRefusal(request: IncomingMessage): Promise<Refusal | null> {
    const strange = this.#strange(request);
    if (strange) return strange;
    if (!isApi(request)) return NOTHING_HERE;
    const proven = offeredProof(request.headers['sec-websocket-protocol']);
    const proves = proven && (await this.sessions.proves(proven.session, proven.hostNonce, proven.proof));
    if (proves !== true) return this.#refused(request);
    return this.#sockets.full ? TOO_MANY : null;
  }

  /** Begins a session by its code, or proves to its page that this host knows its key. */
  async #session(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const body = await jsonOf(request, MAX_SESSION_REQUEST_BYTES);
    if (path === SESSION_PATH) {
      const asked = SessionRequest.safeParse(body);
      if (!asked.success) return sendText(response, ...MALFORMED);
      const begun = this.sessions.begin(asked.data.code);
      return begun ? sendJson(response, begun) : sendText(response, ...this.#refused(request));
    }
    const asked = Greeting.safeParse(body);
    if (!asked.success) return sendText(response, ...MALFORMED);
    const answer = await this.sessions.greet(asked.data.session, asked.data.nonce);
    return answer ? sendJson(response, answer) : sendText(response, ...this.#refused(request));
  }

  /** Whether a page of another site made a browser send the request, by host name or by origin. */
  #strange({ headers }: IncomingMessage): Refusal | null {
    if (!hostAllowed(headers.host, this.#init.names ?? [], this.#loopbackOnly)) {
      this.#refusedCount += 1;
      return [421, 'This host does not go by that name.'];
    }
    if (!originAllowed(headers.origin, headers.host, this.#init.tls !== undefined)) {
      this.#refusedCount += 1;
      return [403, 'Requests from other sites are not answered.'];
    }
    return null;
  }

  /** The answer to a wrong code, proof or token. A right one is always accepted, so that nobody can lock the owner out. */
  #refused(
    request: IncomingMessage,
    sentence = 'This address no longer works. Run `impulse open` for another.',
  ): Refusal {
    this.#refusedCount += 1;
    const from = request.socket.remoteAddress ?? 'unknown';
    if (!this.#failures.take(from)) return [429, 'Too many wrong attempts. Wait a minute.'];
    this.#init.logger.warn('access-refused', { from });
    return [401, sentence];
  }

  #health(response: ServerResponse): void {
    const ok = this.#init.healthy?.() ?? true;
    const body = JSON.stringify({ status: ok ? 'ok' : 'degraded' });
    response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(body);
  }

  async metrics(response: ServerResponse): Promise<void> {
    const own: Metric[] = [
      {
        name: 'impulse_host_clients',
        help: 'Clients connected to the host now.',
        type: 'gauge',
        value: this.#sockets.connections,
      },
      {
        name: 'impulse_host_refused_total',
        help: 'Requests refused for their code, proof, token, name or origin.',
        type: 'counter',
        value: this.#refusedCount,
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

/** Routes requests of programs of this user, who alone reaches the socket. */
class SideDoor implements Door {
  readonly #sockets: SocketServer;
  readonly #front: Pick<FrontDoor, 'metrics'>;
  readonly #entryUrl: () => string;

  constructor(sockets: SocketServer, front: Pick<FrontDoor, 'metrics'>, entryUrl: () => string) {
    this.#sockets = sockets;
    this.#front = front;
    this.#entryUrl = entryUrl;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET' && request.url === '/metrics') return this.#front.metrics(response);
    if (request.method === 'POST' && request.url === ENTRY_PATH)
      return sendText(response, 200, this.#entryUrl());
    sendText(response, ...NOTHING_HERE);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, keep: () => void): void {
    socket.on('error', () => socket.destroy());
    if (!isApi(request)) return refuseUpgrade(socket, ...NOTHING_HERE);
    if (this.#sockets.full) return refuseUpgrade(socket, ...TOO_MANY);
    keep();
    this.#sockets.accept(request, socket, head, 'program');
  }
}

type Refusal = readonly [status: number, sentence: string];
const NOTHING_HERE: Refusal = [404, 'There is nothing here.'];
const TOO_MANY: Refusal = [503, 'Too many clients are connected.'];
const MALFORMED: Refusal = [400, 'The request has another form than this host knows.'];

const isApi = ({ url }: IncomingMessage) => (url ?? '').split('?', 1)[0] === '/api';

function sendText(response: ServerResponse, status: number, sentence: string): void {
  const body = `${sentence}\n`;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

function refuseUpgrade(socket: Duplex, status: number, sentence: string): void {
  const body = `${sentence}\n`;
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
