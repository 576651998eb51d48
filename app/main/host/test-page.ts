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
