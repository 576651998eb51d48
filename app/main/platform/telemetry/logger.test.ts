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

test('writes one line of JSON per event to a private file', async () => {
  const file = join(root, 'logs', 'node.log');
  createLogger({ file, level: 'info' }).info('peer-connected', { peers: 3 });
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ msg: 'peer-connected', peers: 3 });
  expect((await stat(file)).mode & 0o077).toBe(0);
});

test('redacts values under the names of secrets', async () => {
  const file = join(root, 'node.log');
  createLogger({ file, level: 'info' }).info('started', { token: 'abc123', words: 'zebra zoo' });
  const content = await readFile(file, 'utf8');
  expect(content).not.toContain('abc123');
  expect(content).not.toContain('zebra');
});

test('rotates a large file at the next start', async () => {
  const file = join(root, 'node.log');
  createLogger({ file, level: 'info' }).info('first');
  await truncate(file, 11 * 1024 * 1024);
  createLogger({ file, level: 'info' }).info('second');
  expect((await stat(`${file}.1`)).size).toBe(11 * 1024 * 1024);
  expect(await readFile(file, 'utf8')).toContain('second');
});
