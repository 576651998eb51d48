import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cidOf } from '../kernel/cid.ts';
import { problemOf } from '../kernel/errors.ts';
import { checkpointDatabase, openDatabase } from '../platform/sqlite/database.ts';
import { lockFile } from '../platform/sqlite/file-lock.ts';
import { genesisOf } from './community.ts';
import { communityLayout, type CommunityDirectory, type DataDirectory } from './data-directory.ts';
import { problem } from './problems.ts';
import { repairDatabase, wantsRepair } from './repair.ts';

/**
 * Release 0.1 kept the files of a node and of its one community side by side. Moves them to today's places, each by
 * one rename: a move that was interrupted anywhere is completed by the next start, and a directory that has none of
 * them is left alone.
 *
 * A database moves last, after its write-ahead log was written into it: whichever files have moved, the
 * database alone says where the rest belongs.
 *
 * @returns whether anything was moved.
 * @throws Problem `data-in-use` if a node of release 0.1 runs there, or those of a damaged database.
 */
export async function moveOlder(directory: DataDirectory, nowMs: number): Promise<boolean> {
  const old = communityLayout(directory.path);
  const entries = await readdir(directory.path);
  const ofNode = [
    [join(directory.path, 'keys.json'), directory.keys],
    [join(directory.path, 'passphrase'), directory.passphrase],
    [join(directory.path, 'settings.json'), directory.settings],
    [join(directory.path, 'logs'), directory.logs],
  ] as const;
  const strays = entries.filter((name) => name.startsWith('settings.json.'));
  const found = ofNode.some(([from]) => existsSync(from)) || existsSync(old.database);
  if (!found) {
    await removeLeftovers(directory);
    return false;
  }
  const lock = lockFile(join(directory.path, 'node.lock'));
  if (!lock) throw problem('data-in-use-by-unknown', { path: directory.path });
  try {
    if (existsSync(old.database)) await moveCommunity(old, directory, nowMs);
    for (const [from, to] of ofNode) await move(from, to);
    for (const name of strays) await move(join(directory.path, name), join(directory.node, name));
  } finally {
    lock.release();
  }
  await removeLeftovers(directory);
  return true;
}

/** Removes what only says that a node of release 0.1 runs, once none does. */
async function removeLeftovers({ path }: DataDirectory): Promise<void> {
  // The token let its reader do everything; sessions have taken its place.
  for (const name of ['node.pid', 'host.json', 'host-token', 'node.lock-journal', 'node.lock']) {
    await rm(join(path, name), { force: true });
  }
}

async function moveCommunity(
  old: CommunityDirectory,
  directory: DataDirectory,
  nowMs: number,
): Promise<void> {
  if (wantsRepair(old)) await repairDatabase(old, nowMs);
  const id = await communityOf(old, nowMs);
  if (id === null) {
    // A node that belonged to no community: its database holds nothing.
    for (const suffix of ['-wal', '-shm', '']) await rm(`${old.database}${suffix}`, { force: true });
    for (const name of ['files', 'backups', 'evidence']) await rmdir(join(old.path, name)).catch(() => {});
    return;
  }
  const target = communityLayout(join(directory.communities, id));
  await mkdir(target.path, { recursive: true, mode: 0o700 });
  const names = (await readdir(old.path)).filter(
    (name) =>
      ['files', 'backups', 'evidence'].includes(name) ||
      name.startsWith('votes.') ||
      (name.startsWith('community.') && !/^community\.db(-wal|-shm)?$/.test(name)),
  );
  for (const name of names) await move(join(old.path, name), join(target.path, name));
  await move(old.database, target.database);
}

/**
 * The community of a database whose write-ahead log is in it afterwards, or null if it belongs to none. A damaged
 * one is repaired first.
 */
async function communityOf(old: CommunityDirectory, nowMs: number): Promise<string | null> {
  const read = () => {
    const db = openDatabase(old.database, [], { readonly: true });
    try {
      const genesis = genesisOf(db);
      return genesis && cidOf(genesis.id);
    } finally {
      db.close();
      checkpointDatabase(old.database);
    }
  };
  try {
    return read();
  } catch (error) {
    if (problemOf(error).code !== 'database-corrupt') throw error;
    await repairDatabase(old, nowMs);
    return read();
  }
}

/** Renames a file or a folder that may have been moved before. An empty folder at the new place gives way. */
async function move(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  await rmdir(to).catch(() => {});
  await rename(from, to);
}
