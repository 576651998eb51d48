import { mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from './logger.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'impulse-log-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('writes a line of JSON for each event to a private file', async () => {
  const file = join(root, 'logs', 'node.log');
  createLogger({ file, level: 'info' }).info('peer-connected', { peers: 3 });
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ msg: 'peer-connected', peers: 3 });
  expect((await stat(file)).mode & 0o077).toBe(0);
});

test('keeps out what a secret’s name gives away', async () => {
  const file = join(root, 'node.log');
  createLogger({ file, level: 'info' }).info('started', { token: 'abc123', words: 'zebra zoo' });
  const content = await readFile(file, 'utf8');
  expect(content).not.toContain('abc123');
  expect(content).not.toContain('zebra');
});

test('moves a file that grew large aside at the next start', async () => {
  const file = join(root, 'node.log');
  createLogger({ file, level: 'info' }).info('first');
  await truncate(file, 11 * 1024 * 1024);
  createLogger({ file, level: 'info' }).info('second');
  expect((await stat(`${file}.1`)).size).toBe(11 * 1024 * 1024);
  expect(await readFile(file, 'utf8')).toContain('second');
});
