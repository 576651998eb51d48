import SqliteDatabase from 'better-sqlite3';
import type { Cell, Migration } from '../../kernel/database.ts';
import { takenSteps } from './migrate.ts';

/** Rows asked for at once; where one of them cannot be read, they are asked for one by one. */
const WINDOW_ROWS = 64;
/** Windows in a row without a readable row, after which a table whose end cannot be told is at its end. */
const MAX_EMPTY_WINDOWS = 500;

export type Row = Readonly<Record<string, Cell>>;

/** A damaged database file, opened to read what can still be read of it. */
export interface Wreck {
  /** Those of these steps that the file had taken; all where that cannot be read. */
  taken(migrations: readonly Migration[]): Migration[];
  /** Every row of a table that can be read; none where nothing can. */
  rows(table: string): Generator<Row>;
  close(): void;
}

/**
 * Opens a damaged file for reading. Throws what SQLite says when not even its table of contents can be read.
 */
export function openWreck(path: string): Wreck {
  const sqlite = new SqliteDatabase(path, { readonly: true });
  sqlite.pragma('trusted_schema = OFF');
  // Pages that cannot be, as a page of another file, are then refused instead of believed.
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

/** A table that is its own index, up to where it breaks off. */
function* inOrder(sqlite: SqliteDatabase.Database, table: string): Generator<Row> {
  const rows = attempt(() => sqlite.prepare<[], Row>(`SELECT * FROM ${table}`).iterate());
  for (let next = rows && attempt(() => rows.next()); next && !next.done;) {
    yield next.value;
    next = attempt(() => rows!.next());
  }
}

/**
 * A table with row numbers, with what lies behind a damaged page as well; without its indexes, which may be
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

/** What `work` gives, or null where the file is damaged in the way. */
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof SqliteDatabase.SqliteError) return null;
    throw error;
  }
}
