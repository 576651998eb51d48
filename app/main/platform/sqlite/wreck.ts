import SqliteDatabase from 'better-sqlite3';
import type { Cell, Migration } from '../../kernel/database.ts';
import { takenSteps } from './migrate.ts';

/** Rows read at once; if one of them is unreadable, they are read one by one. */
const WINDOW_ROWS = 64;
/** Consecutive windows without a readable row after which a table with unknown end counts as read. */
const MAX_EMPTY_WINDOWS = 500;

export type Row = Readonly<Record<string, Cell>>;

/** A damaged database file, opened to read its readable rows. */
export interface Wreck {
  /** The given steps that were applied to the file; all if that cannot be read. */
  taken(migrations: readonly Migration[]): Migration[];
  /** Every readable row of a table. */
  rows(table: string): Generator<Row>;
  close(): void;
}

/**
 * Opens a damaged file for reading. Throws SQLite's error if not even the schema can be read.
 */
export function openWreck(path: string): Wreck {
  const sqlite = new SqliteDatabase(path, { readonly: true });
  sqlite.pragma('trusted_schema = OFF');
  // Implausible pages, such as a page of another file, are then refused.
  sqlite.pragma('cell_size_check = ON');
  return {
    taken(migrations) {
      const steps = attempt(() => takenSteps(sqlite, migrations));
      if (steps === null || steps.length === 0) return [...migrations];
      return migrations.filter(({ feature, step }) =>
        steps.some((one) => one.feature === feature && one.step === step),
      );
    },
    *rows(table) {
      const byRow = attempt(() => sqlite.prepare(`SELECT rowid FROM ${table} LIMIT 0`));
      if (byRow === null) yield* inOrder(sqlite, table);
      else yield* byWindows(sqlite, table);
    },
    close: () => void sqlite.close(),
  };
}

/** The rows of a WITHOUT ROWID table, up to the first damaged page. */
function* inOrder(sqlite: SqliteDatabase.Database, table: string): Generator<Row> {
  const rows = attempt(() => sqlite.prepare<[], Row>(`SELECT * FROM ${table}`).iterate());
  for (let next = rows && attempt(() => rows.next()); next && !next.done;) {
    yield next.value;
    next = attempt(() => rows!.next());
  }
}

/**
 * The rows of a rowid table, including those behind a damaged page; read without indexes, which may be
 * damaged too.
 */
function* byWindows(sqlite: SqliteDatabase.Database, table: string): Generator<Row> {
  const window = sqlite.prepare<[number, number], Row>(
    `SELECT * FROM ${table} NOT INDEXED WHERE rowid BETWEEN ? AND ?`,
  );
  const end = attempt(() =>
    sqlite.prepare<[], { n: number | null }>(`SELECT MAX(rowid) AS n FROM ${table} NOT INDEXED`).get(),
  );
  let empty = 0;
  for (let from = 1; end === null || from <= (end?.n ?? 0); from += WINDOW_ROWS) {
    const rows = attempt(() => window.all(from, from + WINDOW_ROWS - 1)) ?? oneByOne(from);
    yield* rows;
    empty = rows.length === 0 ? empty + 1 : 0;
    if (end === null && empty > MAX_EMPTY_WINDOWS) return;
  }

  function oneByOne(start: number): Row[] {
    const numbers = Array.from({ length: WINDOW_ROWS }, (_, n) => start + n);
    return numbers.flatMap((n) => attempt(() => window.all(n, n)) ?? []);
  }
}

/** The result of `work`, or null if damage prevents it. */
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof SqliteDatabase.SqliteError) return null;
    throw error;
  }
}
