import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadToken } from './token.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'impulse-token-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('the token is kept in a private file and replaced only if it is damaged', async () => {
  const path = join(root, 'metrics-token');
  const made = await loadToken(path);
  expect(made).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await loadToken(path)).toBe(made);
  await writeFile(path, 'short');
  expect(await loadToken(path)).not.toBe(made);
});
