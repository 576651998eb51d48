import { mkdtempSync, openSync, rmSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkInBackground } from './check.ts';
import { openDatabase } from './database.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impulse-check-'));
  path = join(folder, 'community.db');
  const sql = 'CREATE TABLE post (n INTEGER PRIMARY KEY, text TEXT); CREATE INDEX by_text ON post (text)';
  const db = openDatabase(path, [{ feature: 'posts', step: 1, name: 'posts', sql }]);
  const insert = db.prepare('INSERT INTO post (text) VALUES (?)');
  db.transaction(() => {
    for (let n = 0; n < 2000; n++) insert.run(`post ${n} `.repeat(10));
  });
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a sound database has no faults', async () => {
  expect(await checkInBackground(path)).toEqual([]);
});

test('an overwritten page is found', async () => {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, 4096 * 20);
  closeSync(file);
  expect(await checkInBackground(path)).not.toEqual([]);
});

test('a cancelled check ends and leaves nothing open', async () => {
  const leaving = new AbortController();
  const checked = checkInBackground(path, leaving.signal);
  leaving.abort();
  expect(await checked).toBeNull();
  rmSync(folder, { recursive: true });
  expect(await checkInBackground(path, leaving.signal)).toBeNull();
});
