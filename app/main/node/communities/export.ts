import { cp, mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { problemOf } from '../../kernel/errors.ts';
import { copyDatabase } from '../../platform/sqlite/database.ts';
import type { CommunityDirectory } from '../data-directory.ts';
import { problem } from '../problems.ts';

/**
 * Copies a community, open or closed, into a new folder: its database, consistent at one moment, and its files.
 * Throws a Problem `export-failed`.
 * @returns the folder, and the size of the database in bytes.
 */
export async function exportCommunity(
  { database, files }: CommunityDirectory,
  target: string,
): Promise<{ path: string; sizeBytes: number }> {
  const path = resolve(target);
  try {
    await mkdir(path, { mode: 0o700 });
    const copy = join(path, 'community.db');
    await copyDatabase(database, copy);
    await cp(files, join(path, 'files'), { recursive: true });
    return { path, sizeBytes: (await stat(copy)).size };
  } catch (cause) {
    throw problem('export-failed', { path, reason: problemOf(cause).message }, { cause });
  }
}
