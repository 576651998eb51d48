import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Migration } from '../../kernel/database.ts';
import { Problem } from '../../kernel/errors.ts';
import { checkDatabase, copyDatabaseNow, openDatabase } from './database.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impulse-database-'));
  path = join(folder, 'community.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const first: Migration = {
  feature: 'posts',
  step: 1,
  name: 'posts',
  sql: 'CREATE TABLE post (text TEXT) STRICT',
};
const second: Migration = {
  feature: 'posts',
  step: 2,
  name: 'dates',
  sql: 'ALTER TABLE post ADD COLUMN at INTEGER',
};
const broken: Migration = {
  feature: 'posts',
  step: 3,
  name: 'broken',
  sql: 'DROP TABLE post; ALTER TABLE nowhere ADD x',
};

function withOnePost(): void {
  const db = openDatabase(path, [first]);
  db.prepare('INSERT INTO post (text) VALUES (?)').run('hello');
  db.close();
}

/** The Problem that `work` throws. */
function problemIn(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

test('a migration makes a full copy first; a new file needs none', () => {
  const copies: number[] = [];
  const copy = join(folder, 'before.db');
  const backup = (from: number) => {
    copies.push(from);
    copyDatabaseNow(path, copy);
  };
  openDatabase(path, [first], { backup }).close();
  expect(copies).toEqual([]);
  withOnePost();
  openDatabase(path, [first, second], { backup }).close();
  openDatabase(path, [first, second], { backup }).close();
  expect(copies).toEqual([1]);
  const before = openDatabase(copy, [first]);
  expect(before.prepare('SELECT * FROM post').all()).toEqual([{ text: 'hello' }]);
  before.close();
});

test('a migration that fails leaves the data as it was', () => {
  withOnePost();
  expect(() => openDatabase(path, [first, second, broken])).toThrow('nowhere');
  const db = openDatabase(path, [first]);
  expect(db.prepare('SELECT * FROM post').all()).toEqual([{ text: 'hello' }]);
  db.close();
});

test('data of a newer release is not changed, and an error says so', () => {
  openDatabase(path, [first, second]).close();
  const { code, remedy } = problemIn(() => openDatabase(path, [first]));
  expect(code).toBe('database-newer');
  expect(remedy).toContain('newer release');
});

test('a file that is truncated or not a database is reported as damaged', () => {
  writeFileSync(path, 'From mara Mon Jan  1 00:00:00 2001\n'.repeat(500));
  expect(problemIn(() => openDatabase(path, [first])).code).toBe('database-corrupt');
  rmSync(path);
  const db = openDatabase(path, [first]);
  for (let n = 0; n < 100; n++) db.prepare('INSERT INTO post (text) VALUES (?)').run('x'.repeat(1000));
  db.close();
  truncateSync(path, 40_000);
  expect(checkDatabase(path)).not.toEqual([]);
  const read = () => openDatabase(path, [first]).prepare('SELECT * FROM post').all();
  expect(problemIn(read)).toMatchObject({
    code: 'database-corrupt',
    remedy: expect.stringContaining('impulse restore') as string,
  });
});

test('a full disk rolls back the whole transaction, and writing works again once there is room', () => {
  const db = openDatabase(path, [first]);
  const insert = db.prepare('INSERT INTO post (text) VALUES (?)');
  const write = (count: number) =>
    db.transaction(() => {
      for (let n = 0; n < count; n++) insert.run('x'.repeat(4000));
    });
  db.exec('PRAGMA max_page_count = 20');
  expect(problemIn(() => write(100)).code).toBe('disk-full');
  expect(db.prepare('SELECT COUNT(*) AS n FROM post').get()).toEqual({ n: 0 });
  db.exec('PRAGMA max_page_count = 1000');
  write(100);
  expect(db.prepare('SELECT COUNT(*) AS n FROM post').get()).toEqual({ n: 100 });
  db.close();
});

test('a database opened for reading refuses writes with a Problem', () => {
  withOnePost();
  const db = openDatabase(path, [first], { readonly: true });
  expect(problemIn(() => db.exec('DELETE FROM post')).code).toBe('read-only');
  db.close();
});

test('committed data can be flushed to disk, also after a checkpoint', async () => {
  const db = openDatabase(path, [first]);
  db.exec("INSERT INTO post (text) VALUES ('one')");
  await db.secure();
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  await db.secure();
  rmSync(`${path}-wal`);
  await db.secure();
  db.close();
  await openDatabase(':memory:', [first]).secure();
});
