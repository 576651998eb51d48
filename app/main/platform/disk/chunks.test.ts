import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chunkDiskContract } from '../../files/chunk-disk.contract.ts';
import { memoryChunks } from '../memory/chunks.ts';
import { diskChunks } from './chunks.ts';

const folder = () => mkdtemp(join(tmpdir(), 'impulse-chunks-'));

chunkDiskContract('in memory', async () => ({ disk: memoryChunks(), end: async () => {} }));
chunkDiskContract('in a folder', async () => {
  const path = await folder();
  return { disk: diskChunks(join(path, 'files')), end: () => rm(path, { recursive: true }) };
});

test('files are named by hash only, and no partial file is left', async () => {
  const path = await folder();
  const disk = diskChunks(path);
  await expect(disk.write(Buffer.from('../../escape'), new Uint8Array(1))).rejects.toThrow('32 bytes');
  await disk.write(new Uint8Array(32).fill(7), new Uint8Array(10));
  expect(await readdir(path, { recursive: true })).toEqual(['07', join('07', '07'.repeat(32))]);
  await rm(path, { recursive: true });
});
