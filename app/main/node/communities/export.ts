import { cp, mkdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Problem, problemOf } from '../../kernel/errors.ts';
import { copyDatabase } from '../../platform/sqlite/database.ts';
import type { CommunityDirectory } from '../data-directory.ts';
import { problem } from '../problems.ts';

/**
 * Copies a community, open or closed, into a new folder: its database, consistent at one moment, and its files.
 * Throws a Problem `export-failed`, or that of the database; the folder is removed then.
 * @returns the folder, and the size of the database in bytes.
 */
export async function exportCommunity(
  { database, files }: CommunityDirectory,
  target: string,
): Promise<{ path: string; sizeBytes: number }> {
  const path = resolve(target);
  await mkdir(path, { mode: 0o700 }).catch((cause: unknown) => {
    throw problem('export-failed', { path, reason: problemOf(cause).message }, { cause });
  });
  try {
    const copy = join(path, 'community.db');
    await copyDatabase(database, copy);
    await cp(files, join(path, 'files'), { recursive: true });
    return { path, sizeBytes: (await stat(copy)).size };
  } catch (cause) {
    await rm(path, { recursive: true, force: true });
    // A database that is damaged or a disk that is full: both say what to do.
    throw cause instanceof Problem
      ? cause
      : problem('export-failed', { path, reason: problemOf(cause).message }, { cause });
  }
}
