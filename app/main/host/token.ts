import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { randomSecret, subprotocolParts } from '../../contract/session.ts';
import { writeAtomically } from '../node/atomic-write.ts';

const SHAPE = /^[A-Za-z0-9_-]{43}$/;

/** A token of a data directory: 256 bits in base64url, generated once and kept in a private file. */
export async function loadToken(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').then(
    (content) => content.trim(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    },
  );
  if (SHAPE.test(kept)) return kept;
  const token = randomSecret();
  await writeAtomically(path, `${token}\n`);
  return token;
}

/** Compares tokens in constant time, whatever their lengths. */
export function sameToken(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** The token of a request of a program, as `Authorization: Bearer …`; null if it has none. */
export function bearerOf(headers: { authorization?: string | undefined }): string | null {
  return /^Bearer ([A-Za-z0-9_-]{1,200})$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

/** The proof of a page among the subprotocols that it offers; null if there is none. */
export function offeredProof(offered: string | undefined): ReturnType<typeof subprotocolParts> {
  for (const name of (offered ?? '').split(',')) {
    const parts = subprotocolParts(name.trim());
    if (parts !== null) return parts;
  }
  return null;
}
