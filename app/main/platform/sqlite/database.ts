import SqliteDatabase from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Cell, Database, Migration, Statement } from '../../kernel/database.ts';
import { Problem } from '../../kernel/errors.ts';
import { knownSteps, migrate } from './migrate.ts';
import { problem } from './problems.ts';

export interface OpenOptions {
  /** Opens for reading only; no migration runs. */
  readonly readonly?: boolean;
  /** Whether each commit is flushed to disk (survives a power cut) or only written (survives a crash). */
  readonly durability?: 'power-cut' | 'crash';
  /**
   * Called before a migration changes a file that already holds data, with how many steps the file has taken.
   */
  readonly backup?: (steps: number) => void;
}

/**
 * Opens a SQLite file in WAL mode and migrates it to the newest schema. `:memory:` opens one in memory.
 * Throws a Problem: `database-corrupt`, `database-newer`, `migration-failed`, `disk-full`, `read-only`,
 * `database-locked`, `database-unopenable`; the file is then as it was.
 */
export function openDatabase(
  path: string,
  migrations: readonly Migration[],
  options: OpenOptions = {},
): Database {
  return guarded(() => {
    const sqlite = new SqliteDatabase(path, { readonly: options.readonly ?? false });
    try {
      if (!options.readonly) refuseNewer(sqlite, migrations);
      // A copy of a database is not in WAL mode, and one that is only read stays as it is.
      if (!options.readonly) sqlite.pragma('journal_mode = WAL');
      sqlite.pragma(`synchronous = ${options.durability === 'power-cut' ? 'FULL' : 'NORMAL'}`);
      sqlite.pragma('cache_size = -32768');
      sqlite.pragma('temp_store = MEMORY');
      // A checkpoint waits for the disk; one per 64 MB instead of 4 MB keeps that out of most commits.
      sqlite.pragma('wal_autocheckpoint = 16384');
      // No memory mapping, so that a failing disk causes an error instead of a signal, and memory stays
      // accounted.
      sqlite.pragma('mmap_size = 0');
      sqlite.pragma('trusted_schema = OFF');
      // Deleted content is overwritten if that needs no extra page; a purge does the rest (log/scrub.ts).
      sqlite.pragma('secure_delete = FAST');
      const database = wrap(sqlite);
      if (!options.readonly) migrate(sqlite, database, migrations, options.backup);
      return database;
    } catch (error) {
      sqlite.close();
      throw error;
    }
  });
}

/** The write-ahead log and the journal mode of a newer release stay as they are. */
function refuseNewer(sqlite: SqliteDatabase.Database, migrations: readonly Migration[]): void {
  try {
    knownSteps(sqlite, migrations);
  } catch (error) {
    closeWithoutCheckpoint(sqlite);
    throw error;
  }
}

/** The last connection that closes writes the log into the file, unless it cannot write. */
function closeWithoutCheckpoint(sqlite: SqliteDatabase.Database): void {
  if (!existsSync(`${sqlite.name}-wal`)) return;
  const last = new SqliteDatabase(sqlite.name, { readonly: true });
  try {
    last.prepare('SELECT COUNT(*) FROM sqlite_schema').get();
    sqlite.close();
  } finally {
    last.close();
  }
}

/** The most prepared statements kept; preparing one costs as much as running it ten times. */
const MAX_PREPARED = 500;

function wrap(sqlite: SqliteDatabase.Database): Database {
  let depth = 0;
  const begin = sqlite.prepare('BEGIN IMMEDIATE');
  const commit = sqlite.prepare('COMMIT');
  const prepared = new Map<string, Statement<unknown>>();
  return {
    prepare<T>(sql: string): Statement<T> {
      const known = prepared.get(sql);
      if (known) return known as Statement<T>;
      const statement = guardStatement<T>(sqlite, sql);
      if (prepared.size >= MAX_PREPARED) prepared.clear();
      prepared.set(sql, statement);
      return statement;
    },
    exec: (sql) => void guarded(() => sqlite.exec(sql)),
    transaction<T>(work: () => T): T {
      if (depth > 0) return work();
      return guarded(() => {
        begin.run();
        depth++;
        try {
          const result = work();
          commit.run();
          return result;
        } catch (error) {
          if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
          throw error;
        } finally {
          depth--;
        }
      });
    },
    secure: () => secureLog(sqlite.name),
    sizeBytes: () =>
      (sqlite.pragma('page_count', { simple: true }) as number) *
      (sqlite.pragma('page_size', { simple: true }) as number),
    close: () => void sqlite.close(),
  };
}

/**
 * Flushes a database's write-ahead log to disk, which SQLite does only at checkpoints [durability `crash`].
 * Content that is no longer in the log is in the file, which the checkpoint flushed.
 */
async function secureLog(path: string): Promise<void> {
  if (path === ':memory:' || path === '') return;
  let file;
  try {
    file = await open(`${path}-wal`, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** A statement that is compiled when it first runs: a community that opens for one page needs a few of its hundreds. */
function guardStatement<T>(sqlite: SqliteDatabase.Database, sql: string): Statement<T> {
  let compiled: SqliteDatabase.Statement<Cell[], T> | undefined;
  const statement = () => (compiled ??= sqlite.prepare<Cell[], T>(sql));
  // The two on hot paths catch errors inline: a closure per call would cost a tenth of a small statement.
  return {
    run(...values) {
      try {
        return statement().run(...values);
      } catch (error) {
        throw problemFor(error) ?? error;
      }
    },
    get(...values) {
      try {
        return statement().get(...values);
      } catch (error) {
        throw problemFor(error) ?? error;
      }
    },
    all: (...values) => guarded(() => statement().all(...values)),
    // A statement that is being iterated is busy, so each iteration has its own.
    iterate: (...values) => guarded(() => sqlite.prepare<Cell[], T>(sql).iterate(...values)),
  };
}

/** Runs a call of the library and converts its errors to Problems. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw problemFor(error) ?? error;
  }
}

function problemFor(error: unknown): Problem | null {
  if (!(error instanceof SqliteDatabase.SqliteError)) return null;
  const options = { cause: error };
  if (error.code === 'SQLITE_FULL') {
    return problem('disk-full', {}, options);
  }
  if (error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB') {
    return problem('database-corrupt', {}, options);
  }
  if (error.code.startsWith('SQLITE_READONLY') || error.code.startsWith('SQLITE_IOERR')) {
    return problem('read-only', {}, options);
  }
  if (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED')) {
    return problem('database-locked', {}, options);
  }
  if (error.code.startsWith('SQLITE_CANTOPEN')) {
    return problem('database-unopenable', {}, options);
  }
  return null;
}

/** Writes a consistent copy of an open database to another path. */
export function copyDatabase(path: string, target: string): Promise<void> {
  const sqlite = new SqliteDatabase(path, { readonly: true });
  return sqlite.backup(target).then(
    () => void sqlite.close(),
    (error: unknown) => {
      sqlite.close();
      throw problemFor(error) ?? error;
    },
  );
}

/** Writes the write-ahead log of a database that nobody uses into its file; no migration runs. */
export function checkpointDatabase(path: string): void {
  guarded(() => {
    const sqlite = new SqliteDatabase(path, { fileMustExist: true });
    try {
      sqlite.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      sqlite.close();
    }
  });
}

/** A synchronous copy, for use before a migration. */
export function copyDatabaseNow(path: string, target: string): void {
  guarded(() => {
    const sqlite = new SqliteDatabase(path, { readonly: true });
    try {
      sqlite.prepare('VACUUM INTO ?').run(target);
    } finally {
      sqlite.close();
    }
  });
}

/** The faults that SQLite's integrity check finds in a file; empty if it is sound. */
export function checkDatabase(path: string): string[] {
  try {
    return quickCheck(path);
  } catch (error) {
    // Some damage stops the check itself.
    if (error instanceof Problem && error.code === 'database-corrupt') return [error.message];
    throw error;
  }
}

function quickCheck(path: string): string[] {
  return guarded(() => {
    const sqlite = new SqliteDatabase(path, { readonly: true });
    try {
      const rows = sqlite.pragma('quick_check(20)') as { quick_check: string }[];
      return rows.map((row) => row.quick_check).filter((line) => line !== 'ok');
    } finally {
      sqlite.close();
    }
  });
}
