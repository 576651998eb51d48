import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Problem } from './errors.ts';
import { systemCode, systemProblem } from './system-problems.ts';

const folder = mkdtempSync(join(tmpdir(), 'impulse-system-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

test('an error of the file system names the file and says what to do', async () => {
  const file = join(folder, 'plain');
  writeFileSync(file, '');
  for (const [path, code] of [
    [join(folder, 'none'), 'file-missing'],
    [join(file, 'below'), 'file-missing'],
    [join(folder, 'x'.repeat(300)), 'file-name-too-long'],
  ] as const) {
    const found = systemProblem(await failure(readFile(path)));
    expect(found).toMatchObject({ code, message: expect.stringContaining(path), remedy: expect.any(String) });
    expect(found?.message).not.toMatch(/E[A-Z]{4,}/);
  }
});

test('an error that does not say where it happened is about the file that the caller names', async () => {
  const error = await failure(readFile(folder));
  expect(systemCode(error)).toBe('EISDIR');
  expect(systemProblem(error)).toBeNull();
  expect(systemProblem(error, folder)).toMatchObject({
    code: 'file-is-folder',
    message: `${folder} is a folder.`,
  });
});

test('other errors are not about a file', async () => {
  const socket = connect(1, '127.0.0.1');
  const [refused] = (await once(socket, 'error').catch((error: unknown) => [error])) as [unknown];
  expect(systemCode(refused)).toBe('ECONNREFUSED');
  for (const error of [refused, new Error('no'), new Problem('a', 'b'), 'text', null]) {
    expect(systemProblem(error)).toBeNull();
  }
});
