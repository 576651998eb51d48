import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import type { Cell, Database } from '../kernel/database.ts';
import { problemOf } from '../kernel/errors.ts';
import { salvageEvents } from '../log/salvage.ts';
import { checkInBackground } from '../platform/sqlite/check.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { openWreck, type Wreck } from '../platform/sqlite/wreck.ts';
import { genesisOf, keptTables, migrations } from './community.ts';
import type { Logger } from '../kernel/logger.ts';
import type { NoticeBoard } from '../observability/index.ts';
import type { StatusView } from './communities/status.ts';
import type { Community } from './community.ts';
import type { CommunityDirectory } from './data-directory.ts';
import { problem } from './problems.ts';

const markerOf = (directory: CommunityDirectory) => `${directory.database}.damaged`;

/** Whether the last run found damage that it could not mend while running. */
export const wantsRepair = (directory: CommunityDirectory): boolean => existsSync(markerOf(directory));

/**
 * Makes the next start repair the file, if it is damaged.
 * @returns the faults of the file; empty if it is sound, or if `signal` ended the check.
 */
export async function noteDamage(directory: CommunityDirectory, signal?: AbortSignal): Promise<string[]> {
  if (!existsSync(directory.database)) return [];
  const faults = (await checkInBackground(directory.database, signal)) ?? [];
  if (faults.length > 0) await writeFile(markerOf(directory), faults.join('\n'), { mode: 0o600 });
  return faults;
}

/**
 * Rebuilds the database from what can be read of a damaged one: its events, and this node's own tables. The
 * projections must be recomputed from the events afterwards. The damaged file is moved aside, never deleted.
 * @returns where the damaged file is now.
 * @throws Problem `database-corrupt` when too little can be read.
 */
export async function repairDatabase(directory: CommunityDirectory, nowMs: number): Promise<string> {
  const { database } = directory;
  const fresh = `${database}.new`;
  await removeDatabase(fresh);
  try {
    rescue(database, fresh);
  } catch (cause) {
    await removeDatabase(fresh);
    throw problem('database-lost', {}, { cause });
  }
  const aside = `${database}.damaged-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '')}`;
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(database + suffix)) await rename(database + suffix, aside + suffix);
  }
  await rename(fresh, database);
  await rm(markerOf(directory), { force: true });
  return aside;
}

function rescue(damaged: string, fresh: string): void {
  const wreck = openWreck(damaged);
  try {
    const db = openDatabase(fresh, wreck.taken(migrations));
    try {
      for (const table of keptTables) copyTable(wreck, db, table);
      if (genesisOf(db) === null) throw new Error('the file does not say which community it holds');
      if (salvageEvents(db, wreck.rows('event')) === 0) throw new Error('no event can be read');
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      db.close();
    }
  } finally {
    wreck.close();
  }
}

function copyTable(wreck: Wreck, db: Database, table: string): void {
  const columns = db.prepare<{ name: string }>(`SELECT name FROM pragma_table_info('${table}')`).all();
  const names = columns.map(({ name }) => name);
  // A file of an older release lacks later tables and columns.
  if (names.length === 0) return;
  const insert = db.prepare(
    `INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  );
  db.transaction(() => {
    for (const row of wreck.rows(table)) insertReadable(names.map((name) => row[name] ?? null));
  });

  function insertReadable(values: Cell[]): void {
    try {
      insert.run(...values);
    } catch {
      // A row that no longer fits its table is lost.
    }
  }
}

async function removeDatabase(path: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true });
}

/** [N1] Checks the database each time it was opened; damaged projections are recomputed from the log. */
export async function examine(
  opened: {
    readonly directory: CommunityDirectory;
    readonly community: Community;
    readonly status: StatusView;
    readonly logger: Logger;
  },
  signal: AbortSignal,
): Promise<void> {
  const { directory, community, status, logger } = opened;
  try {
    const faults = await checkInBackground(directory.database, signal);
    if (faults === null || faults.length === 0) return;
    logger.error('database-damaged', { faults: faults.length, first: faults[0] });
    status.setPhase('repairing');
    try {
      community.log.rebuild();
    } catch (error) {
      logger.error('repair-failed', { reason: problemOf(error).message });
    } finally {
      status.setPhase('ready');
    }
    const left = await noteDamage(directory, signal);
    if (left.length === 0) sayMended(status.notices);
    else {
      status.notices.put({
        id: 'database-damaged',
        severity: 'danger',
        action: 'maintenance.backups',
        ...problem.fields('database-damaged', { fault: left[0]! }),
      });
    }
  } catch (error) {
    logger.error('database-check-failed', { reason: problemOf(error).message });
  }
}

/** Reports a successful repair; `aside` is where the damaged file was moved, if it was replaced. */
export function sayMended(notices: NoticeBoard, aside?: string): void {
  notices.put({
    id: 'database-damaged',
    severity: 'attention',
    action: 'maintenance.backups',
    ...(aside === undefined
      ? problem.fields('database-mended')
      : problem.fields('database-replaced', { path: aside })),
  });
}
