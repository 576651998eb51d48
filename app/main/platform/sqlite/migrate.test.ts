import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '../../kernel/errors.ts';
import type { Migration } from '../../kernel/database.ts';
import { openDatabase } from './database.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impulse-migrate-'));
  path = join(folder, 'test.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const step = (feature: string, number: number, release01?: number): Migration => ({
  feature,
  step: number,
  name: `${feature} ${number}`,
  sql: `CREATE TABLE ${feature}_${number} (x INTEGER) STRICT`,
  ...(release01 === undefined ? {} : { release01 }),
});
const taken = () => {
  const db = new BetterSqlite(path, { readonly: true });
  const rows = db.prepare('SELECT feature, step FROM feature_migration ORDER BY feature, step').raw().all();
  db.close();
  return rows;
};

describe('steps of features', () => {
  test('two features migrate independently, in whatever order they are listed', () => {
    openDatabase(path, [step('boards', 1), step('market', 1), step('market', 2)]).close();
    openDatabase(path, [step('market', 2), step('boards', 2), step('market', 1), step('boards', 1)]).close();
    expect(taken()).toEqual([
      ['boards', 1],
      ['boards', 2],
      ['market', 1],
      ['market', 2],
    ]);
  });

  test('a missing or duplicate step is refused before anything is written', () => {
    expect(() => openDatabase(path, [step('boards', 1), step('boards', 3)])).toThrow('boards');
    expect(() => openDatabase(path, [step('boards', 1), step('boards', 1)])).toThrow('boards');
    expect(() => taken()).toThrow('feature_migration');
  });

  test('a failed step rolls back all steps of that start', () => {
    openDatabase(path, [step('boards', 1)]).close();
    const broken: Migration = { ...step('market', 1), sql: 'ALTER TABLE nowhere ADD x' };
    expect(() => openDatabase(path, [step('boards', 1), step('boards', 2), broken])).toThrowError(
      expect.objectContaining({
        code: 'migration-failed',
        message: 'Step 1 of market could not be applied: no such table: nowhere. The data is as it was.',
      }),
    );
    expect(taken()).toEqual([['boards', 1]]);
    openDatabase(path, [step('boards', 1)]).close();
  });

  test('a step that would end its transaction is refused before anything is written', () => {
    openDatabase(path, [step('boards', 1)]).close();
    const ending: Migration = {
      ...step('market', 1),
      sql: 'CREATE TABLE a (x); COMMIT; ALTER TABLE nowhere ADD x',
    };
    expect(() => openDatabase(path, [step('boards', 1), ending])).toThrowError(
      expect.objectContaining({ code: 'migration-ends-transaction' }),
    );
    expect(taken()).toEqual([['boards', 1]]);
  });

  test('a file with a step of a newer release is not changed', () => {
    openDatabase(path, [step('boards', 1), step('market', 1)]).close();
    expect(() => openDatabase(path, [step('boards', 1)])).toThrowError(
      expect.objectContaining({ code: 'database-newer' }),
    );
  });
});

describe('a file that is not migrated', () => {
  const base = [step('boards', 1)];
  /** A closed file with a row. */
  const filled = () => {
    const db = openDatabase(path, base);
    db.exec('INSERT INTO boards_1 VALUES (1), (2)');
    db.close();
    return readFileSync(path);
  };
  const failing = (sql: string): Migration[] => [
    ...base,
    { ...step('boards', 2), sql: `UPDATE boards_1 SET x = x + 10; CREATE TABLE half (x)` },
    { ...step('boards', 3), sql },
  ];

  test.each([
    ['the syntax', 'CREATE TABEL a (x)', 'near "TABEL": syntax error'],
    ['a missing table', 'ALTER TABLE nowhere ADD x', 'no such table: nowhere'],
    [
      'a uniqueness',
      'CREATE TABLE a (x UNIQUE); INSERT INTO a VALUES (1), (1)',
      'UNIQUE constraint failed: a.x',
    ],
    [
      'a check',
      'CREATE TABLE a (x CHECK (x > 5)); INSERT INTO a VALUES (1)',
      'CHECK constraint failed: x > 5',
    ],
    [
      'a type',
      "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES ('b')",
      'cannot store TEXT value in INTEGER column a.x',
    ],
    [
      'a trigger',
      "CREATE TRIGGER no BEFORE DELETE ON boards_1 BEGIN SELECT RAISE(FAIL, 'no'); END; DELETE FROM boards_1",
      'no',
    ],
    [
      'the size of a value',
      'CREATE TABLE a (x); INSERT INTO a VALUES (zeroblob(4000000000))',
      'string or blob too big',
    ],
  ])('because %s fails half-way is byte for byte as it was, and the step is named', (_what, sql, reason) => {
    const before = filled();
    expect(() => openDatabase(path, failing(sql))).toThrowError(
      expect.objectContaining({
        code: 'migration-failed',
        message: `Step 3 of boards could not be applied: ${reason}. The data is as it was.`,
      }),
    );
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['test.db']);
    openDatabase(path, base).close();
  });

  test('because the disk is full half-way is byte for byte as it was', () => {
    const before = filled();
    const large = 'CREATE TABLE a (x); INSERT INTO a VALUES (zeroblob(900000))';
    expect(() => openDatabase(path, failing(`PRAGMA max_page_count = 20; ${large}`))).toThrowError(
      expect.objectContaining({ code: 'disk-full' }),
    );
    expect(readFileSync(path).equals(before)).toBe(true);
    openDatabase(path, failing(large)).close();
  });

  test('because it could not be copied first is byte for byte as it was', () => {
    const before = filled();
    const backup = () => {
      throw new Problem('disk-full', 'The disk is full.');
    };
    expect(() => openDatabase(path, failing('SELECT 1'), { backup })).toThrowError(
      expect.objectContaining({ code: 'disk-full' }),
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('because its migration was torn off by a crash is migrated at the next start', () => {
    filled();
    const all = failing('CREATE TABLE whole (x)');
    const db = openDatabase(path, all);
    const [file, log] = [readFileSync(path), readFileSync(`${path}-wal`)];
    db.close();
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        rmSync(`${path}-shm`, { force: true });
        writeFileSync(path, file);
        writeFileSync(`${path}-wal`, log.subarray(0, Math.floor(log.length * share)));
        const again = openDatabase(path, all);
        const rows = again.prepare<{ x: number }>('SELECT x FROM boards_1 ORDER BY x').all();
        again.close();
        expect(rows.map(({ x }) => x)).toEqual([11, 12]);
        expect(taken()).toHaveLength(3);
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    ['a step of a known feature', [step('boards', 1), step('boards', 2)]],
    ['a feature', [step('boards', 1), step('market', 1)]],
  ])(
    'because it has %s of a newer release is as it was, with its write-ahead log and journal mode',
    (_what, newer) => {
      openDatabase(path, newer).close();
      const inUse = openDatabase(path, newer);
      inUse.exec('INSERT INTO boards_1 VALUES (7)');
      // As a killed node of the newer release leaves it.
      const killed = join(folder, 'killed.db');
      copyFileSync(path, killed);
      copyFileSync(`${path}-wal`, `${killed}-wal`);
      inUse.close();
      const before = [readFileSync(killed), readFileSync(`${killed}-wal`)];
      expect(before[1]!.length).toBeGreaterThan(0);
      const copies: number[] = [];
      const open = () => openDatabase(killed, base, { backup: (steps) => copies.push(steps) });
      expect(open).toThrowError(expect.objectContaining({ code: 'database-newer' }));
      expect([killed, `${killed}-wal`].map((one) => readFileSync(one))).toEqual(before);
      expect(copies).toEqual([]);

      const other = new BetterSqlite(path);
      other.pragma('journal_mode = DELETE');
      other.close();
      const bytes = readFileSync(path);
      expect(() => openDatabase(path, base)).toThrowError(
        expect.objectContaining({ code: 'database-newer' }),
      );
      expect(readFileSync(path).equals(bytes)).toBe(true);
    },
  );
});

describe('a file of release 0.1', () => {
  /** A file as that release wrote it, with the steps up to a number. */
  const written = (upTo: number, migrations: readonly Migration[]) => {
    const db = new BetterSqlite(path);
    for (const { sql, release01 = Infinity } of migrations) if (release01 <= upTo) db.exec(sql);
    db.pragma(`user_version = ${upTo}`);
    db.close();
  };
  const all = [step('boards', 1, 2), step('boards', 2, 21), step('chat', 1, 3), step('market', 1)];

  test('gets the missing steps and keeps its data, with a copy made first', () => {
    written(3, all);
    const copies: number[] = [];
    openDatabase(path, all, { backup: (steps) => copies.push(steps) }).close();
    expect(copies).toEqual([2]);
    expect(taken()).toHaveLength(4);
    openDatabase(path, all, { backup: (steps) => copies.push(steps) }).close();
    expect(copies).toEqual([2]);
  });

  test('is not opened if its number is above all known ones', () => {
    written(99, all);
    expect(() => openDatabase(path, all)).toThrowError(expect.objectContaining({ code: 'database-newer' }));
  });

  test('can no longer be opened by that release once it was migrated', () => {
    written(21, all);
    openDatabase(path, all).close();
    const db = new BetterSqlite(path, { readonly: true });
    expect(db.pragma('user_version', { simple: true })).toBeGreaterThan(52);
    db.close();
  });
});
