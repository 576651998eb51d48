import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { problem } from './problems.ts';

/**
 * Replaces a file atomically: writes a temporary file beside it, flushes it and renames it, so that a reader
 * or a crash sees either the old content or the new. After a power cut the rename may be lost. Throws a Problem
 * `disk-full`.
 *
 * @param mode permissions of the new file; 0o600 by default, since most files of a node are private.
 */
export async function replaceFile(path: string, data: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw problem('disk-full-at', { path }, { cause: error });
    throw error;
  }
}

/** Like {@link replaceFile}, but the rename is durable when this resolves. */
export async function writeAtomically(path: string, data: string | Uint8Array, mode = 0o600): Promise<void> {
  await replaceFile(path, data, mode);
  await syncDirectory(dirname(path));
}

/** Makes a rename durable. Windows cannot open directories, and its renames are journalled. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
