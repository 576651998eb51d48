import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
