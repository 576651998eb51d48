import type { IceServer } from '../../contract/index.ts';
import { utf8 } from '../kernel/bytes.ts';

/** How long the credentials of a relay are valid, in seconds: longer than a call takes. */
const VALID_SECONDS = 12 * 3600;

/**
 * Credentials for a relay that end by themselves, by the REST API of TURN servers (draft-uberti-behave-turn-rest-00, as
 * coturn implements it): the name is the time of their end, and the password its HMAC under the shared secret.
 *
 * @param participant part of the name, so that a relay's log tells participants apart.
 */
export async function relayCredentials(
  { urls, secret }: { readonly urls: readonly string[]; readonly secret: string },
  participant: string,
  nowMs: number,
): Promise<IceServer[]> {
  if (urls.length === 0) return [];
  if (secret === '') return [{ urls: [...urls] }];
  const username = `${Math.floor(nowMs / 1000) + VALID_SECONDS}:${participant}`;
  const algorithm = { name: 'HMAC', hash: 'SHA-1' };
  const key = await crypto.subtle.importKey('raw', Buffer.from(utf8(secret)), algorithm, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, Buffer.from(utf8(username)));
  return [{ urls: [...urls], username, credential: Buffer.from(mac).toString('base64') }];
}
