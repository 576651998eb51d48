import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { WebSocket } from 'ws';
import {
  GREETING_PATH,
  GreetingAnswer,
  proofOf,
  randomSecret,
  Session,
  SESSION_PATH,
  subprotocolOf,
} from '../../contract/session.ts';
import type { Host } from './host.ts';

type Posted = { status: number; body: unknown };

/** Sends JSON to a host as its own page does. */
export async function post(host: Pick<Host, 'url'>, path: string, body: unknown): Promise<Posted> {
  const answer = await fetch(`${host.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: host.url },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: answer.ok ? ((await answer.json()) as unknown) : null };
}

/** The code of a new entry address. */
export const codeOf = (host: Pick<Host, 'entryUrl'>): string =>
  new URL(host.entryUrl()).hash.slice('#code='.length);

/** A session of a page that opened a new entry address. */
export async function beginSession(host: Host): Promise<Session> {
  return Session.parse((await post(host, SESSION_PATH, { code: codeOf(host) })).body);
}

/** The subprotocol by which a page with this session opens one connection, after the host proved itself. */
export async function protocolOf(host: Host, { session, key }: Session): Promise<string> {
  const pageNonce = randomSecret();
  const { body } = await post(host, GREETING_PATH, { session, nonce: pageNonce });
  const { nonce: hostNonce, proof } = GreetingAnswer.parse(body);
  const proven = { session, pageNonce, hostNonce };
  if (proof !== (await proofOf(key, { by: 'host', ...proven })))
    throw new Error('The host did not prove itself.');
  return subprotocolOf(session, hostNonce, await proofOf(key, { by: 'page', ...proven }));
}

/** The arguments of a `WebSocket` by which a page with a new session connects. */
export async function pageSocket(host: Host): Promise<[url: string, protocols: string[]]> {
  return [`${host.url.replace('http', 'ws')}/api`, [await protocolOf(host, await beginSession(host))]];
}

/** The open connection of a page with a new session. */
export async function connectPage(host: Host): Promise<WebSocket> {
  const socket = new WebSocket(...(await pageSocket(host)));
  await once(socket, 'open');
  return socket;
}

/** A request with the exact headers and path, which `fetch` would normalise. */
export function raw(
  host: Host,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const request = httpRequest({ host: '127.0.0.1', port: host.port, path, headers, method }, (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (part: string) => (body += part));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
  });
  request.on('error', reject).end();
  return promise;
}

interface Attempt {
  readonly protocols?: string[];
  readonly headers?: Record<string, string>;
  readonly path?: string;
}

/** The status of a WebSocket handshake; 101 if accepted. */
export async function knock(
  host: Host,
  { protocols = [], headers = {}, path = '/api' }: Attempt = {},
): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, protocols, { headers });
  const { promise, resolve } = Promise.withResolvers<number>();
  socket.on('open', () => resolve(101));
  socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  socket.on('error', () => {});
  const status = await promise;
  socket.terminate();
  return status;
}
