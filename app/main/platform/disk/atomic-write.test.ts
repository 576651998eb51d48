import * as disk from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { replaceFile } from './atomic-write.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof disk>();
  return { ...real, open: vi.fn(real.open) };
});

test('a full disk is a problem that names the file, which keeps its content', async () => {
  const folder = await disk.mkdtemp(join(tmpdir(), 'impulse-atomic-'));
  onTestFinished(() => disk.rm(folder, { recursive: true }));
  const path = join(folder, 'settings.json');
  await replaceFile(path, 'before');
  vi.mocked(disk.open).mockRejectedValueOnce(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
  await expect(replaceFile(path, 'after')).rejects.toMatchObject({
    code: 'disk-full',
    message: `The disk is full; ${path} was not written.`,
  });
  expect(await disk.readFile(path, 'utf8')).toBe('before');
  expect(await disk.readdir(folder)).toEqual(['settings.json']);
});
