import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SafeStorage } from 'electron';
import * as z from 'zod';
import type { Problem } from '../kernel/errors.ts';
import { writeAtomically } from '../node/atomic-write.ts';
import { problem } from './problems.ts';

const KEY_BYTES = 32;
const KeyFile = z.object({ version: z.literal(1), wrapped: z.base64().max(4096) });

/**
 * The key that encrypts the node's keys on disk. It is generated at the first start and wrapped by the key
 * store of the operating system.
 *
 * @param file path of the wrapped key.
 * @returns 32 bytes, or null on a Linux without a secure key store.
 * @throws Problem `key-store-locked` if there is a wrapped key that cannot be opened. A new key would lock
 *   the node out of its identity.
 */
export async function nodeKey(
  safeStorage: SafeStorage,
  platform: NodeJS.Platform,
  file: string,
): Promise<Uint8Array | null> {
  const kept = await read(file);
  const usable = (await safeStorage.isAsyncEncryptionAvailable()) && !isPlain(safeStorage, platform);
  if (!usable) {
    if (kept === null) return null;
    throw locked();
  }
  if (kept === null) return make(safeStorage, file);
  try {
    const { wrapped } = KeyFile.parse(JSON.parse(kept));
    const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(Buffer.from(wrapped, 'base64'));
    const key = z.base64().parse(result);
    if (Buffer.from(key, 'base64').length !== KEY_BYTES) throw new RangeError('not a key of 32 bytes');
    if (shouldReEncrypt) await keep(safeStorage, file, key);
    return new Uint8Array(Buffer.from(key, 'base64'));
  } catch (cause) {
    throw locked(cause);
  }
}

/** `basic_text` encrypts with a password from Chromium's source code, which protects nothing. */
function isPlain(safeStorage: SafeStorage, platform: NodeJS.Platform): boolean {
  return platform === 'linux' && ['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend());
}

async function make(safeStorage: SafeStorage, file: string): Promise<Uint8Array> {
  const key = randomBytes(KEY_BYTES);
  await keep(safeStorage, file, key.toString('base64'));
  return new Uint8Array(key);
}

async function keep(safeStorage: SafeStorage, file: string, key: string): Promise<void> {
  const wrapped = await safeStorage.encryptStringAsync(key);
  await writeAtomically(file, `${JSON.stringify({ version: 1, wrapped: wrapped.toString('base64') })}\n`);
}

async function read(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function locked(cause?: unknown): Problem {
  return problem('key-store-locked', {}, { cause });
}
