import { constants } from 'node:fs';
import { access, copyFile, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataDirectory } from './data-directory.ts';
import { lockDataDirectory } from './lock.ts';
import { faultOfDatabaseFile } from '../platform/sqlite/check-file.ts';
import { problem } from './problems.ts';

/** A database with only a header is no backup. */
const MIN_BYTES = 512;

export interface Restored {
  readonly database: string;
  /** Where the previous database is now, or null if there was none. */
  readonly keptAside: string | null;
}

/**
 * Installs a backup as the node's database. The file is copied and checked first; the old database is moved
 * aside with its write-ahead log, never deleted.
 * @throws Problem `data-in-use`, `backup-missing`, `backup-broken`.
 */
export async function restoreDatabase(dataDir: string, backup: string): Promise<Restored> {
  await access(backup, constants.R_OK).catch((cause: unknown) => {
    throw problem('backup-missing', { path: backup }, { cause });
  });
  const { directory } = await openDataDirectory(dataDir);
  const lock = await lockDataDirectory(directory, Date.now());
  const incoming = join(directory.path, `community.incoming-${process.pid}.db`);
  try {
    await copyFile(backup, incoming, constants.COPYFILE_EXCL);
    const copy = await open(incoming, 'r+');
    const { size } = await copy.stat();
    await copy.sync();
    await copy.close();
    if (size < MIN_BYTES) throw problem('backup-empty', { path: backup });
    const fault = faultOfDatabaseFile(incoming);
    if (fault !== null) {
      throw problem('backup-broken', { path: backup, fault });
    }
    const keptAside = await moveAside(directory.database);
    await rename(incoming, directory.database);
    return { database: directory.database, keptAside };
  } finally {
    for (const suffix of ['', '-wal', '-shm']) await rm(`${incoming}${suffix}`, { force: true });
    await lock.release();
  }
}

async function moveAside(database: string): Promise<string | null> {
  const aside = database.replace(/\.db$/, `.before-${new Date().toISOString().replaceAll(/[:.]/g, '')}.db`);
  let moved = false;
  // The write-ahead log first: a database without its log is older but intact, a log beside the wrong
  // database is not.
  for (const suffix of ['-wal', '-shm', '']) {
    await rename(`${database}${suffix}`, `${aside}${suffix}`).then(
      () => (moved = moved || suffix === ''),
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      },
    );
  }
  return moved ? aside : null;
}
