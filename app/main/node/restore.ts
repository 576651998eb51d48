import { constants } from 'node:fs';
import { access, copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cidOf } from '../kernel/cid.ts';
import { checkpointDatabase, openDatabase } from '../platform/sqlite/database.ts';
import { hasVotes, returnVotes } from './communities/kept-votes.ts';
import { genesisOf } from './community.ts';
import { communityLayout, openDataDirectory } from './data-directory.ts';
import { lockDataDirectory } from './lock.ts';
import { faultOfDatabaseFile } from '../platform/sqlite/check-file.ts';
import { problem } from './problems.ts';

/** A database with only a header is no backup. */
const MIN_BYTES = 512;

export interface Restored {
  /** The id of the community. */
  readonly community: string;
  readonly database: string;
  /** Where the previous database is now, or null if there was none. */
  readonly keptAside: string | null;
}

/**
 * Installs a backup as the database of the community that it holds, which the node may no longer have. The file is
 * copied with its write-ahead log, if it has one, and checked first; the old database is moved aside with its own, never
 * deleted.
 * @throws Problem `data-in-use`, `backup-missing`, `backup-broken`.
 */
export async function restoreDatabase(dataDir: string, backup: string): Promise<Restored> {
  await access(backup, constants.R_OK).catch((cause: unknown) => {
    throw problem('backup-missing', { path: backup }, { cause });
  });
  const { directory } = await openDataDirectory(dataDir);
  const lock = await lockDataDirectory(directory, Date.now());
  const incoming = join(directory.communities, `.new-restored-${process.pid}.db`);
  try {
    await copyFile(backup, incoming, constants.COPYFILE_EXCL);
    // A database that was moved aside may hold its newest rows in a write-ahead log.
    const hasLog = await copyIfAny(`${backup}-wal`, `${incoming}-wal`);
    const copy = await open(incoming, 'r+');
    const { size } = await copy.stat();
    await copy.sync();
    await copy.close();
    if (size < MIN_BYTES) throw problem('backup-empty', { path: backup });
    const fault = faultOfDatabaseFile(incoming);
    if (fault !== null) {
      throw problem('backup-broken', { path: backup, fault });
    }
    if (hasLog) checkpointDatabase(incoming);
    const community = communityOf(incoming);
    if (community === null) throw problem('backup-of-nothing', { path: backup });
    const { path, database } = communityLayout(join(directory.communities, community));
    await mkdir(path, { recursive: true, mode: 0o700 });
    const keptAside = await moveAside(database);
    // [CM5] Before the database: without its votes this node would not sign blocks.
    if (!(await hasVotes(path))) await returnVotes(directory.communities, community, path);
    await rename(incoming, database);
    return { community, database, keptAside };
  } finally {
    for (const suffix of ['', '-wal', '-shm']) await rm(`${incoming}${suffix}`, { force: true });
    await lock.release();
  }
}

/** Whether there was a file to copy. */
async function copyIfAny(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
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

/** The id of the community that a database holds, or null if it holds none. */
function communityOf(path: string): string | null {
  const db = openDatabase(path, [], { readonly: true });
  try {
    // Another program's database has no such table.
    const isOurs = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'").get();
    const genesis = isOurs ? genesisOf(db) : null;
    return genesis && cidOf(genesis.id);
  } finally {
    db.close();
  }
}
