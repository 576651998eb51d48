import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Random } from '../kernel/clock.ts';
import { writeAtomically } from '../node/atomic-write.ts';

const SHAPE = /^[A-Za-z0-9_-]{43}$/;

/** The bearer token of a data directory: 256 bits in base64url, generated once and kept in a private file. */
export async function loadToken(path: string, random: Random): Promise<string> {
  const kept = await readFile(path, 'utf8').then(
    (content) => content.trim(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    },
  );
  if (SHAPE.test(kept)) return kept;
  const token = Buffer.from(random.bytes(32)).toString('base64url');
  await writeAtomically(path, `${token}\n`);
  return token;
}

/** Compares tokens in constant time, whatever their lengths. */
export function sameToken(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** The tokens in a request: as `Authorization: Bearer …` or as the subprotocol `impulse.<token>`. */
export function tokensOf(headers: {
  authorization?: string | undefined;
  'sec-websocket-protocol'?: string | undefined;
}): string[] {
  const bearer = /^Bearer ([A-Za-z0-9_-]{1,200})$/i.exec(headers.authorization ?? '');
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const protocols = offered
    .filter((name) => name.startsWith('impulse.'))
    .map((name) => name.slice('impulse.'.length));
  return [...(bearer?.[1] ? [bearer[1]] : []), ...protocols.slice(0, 4)];
}
