import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordingFolderContract } from '../../calls/recording-folder.contract.ts';
import { createMemoryRecorder } from '../memory/recorder.ts';
import { diskRecordings } from './recordings.ts';

const newFolder = () => mkdtemp(join(tmpdir(), 'impulse-recordings-'));

recordingFolderContract('in memory', async () => {
  const { folder, files } = createMemoryRecorder();
  return {
    folder,
    write: async (path, bytes) => void (files as Map<string, number>).set(path, bytes),
    end: async () => {},
  };
});

recordingFolderContract('on disk', async () => {
  const path = await newFolder();
  return {
    folder: diskRecordings(join(path, 'recordings')),
    write: (file, bytes) => writeFile(file, new Uint8Array(bytes)),
    end: () => rm(path, { recursive: true }),
  };
});

test('names that lead out of the folder are refused', async () => {
  const folder = diskRecordings('/recordings');
  await expect(folder.remove('../../../../home/mara')).rejects.toThrow('22 characters');
  await expect(folder.read('A'.repeat(22), '../card.json', 0, 10)).rejects.toThrow('plain name');
});

test.skipIf(process.platform === 'win32')('only the user of the node enters the folders', async () => {
  const path = await newFolder();
  await diskRecordings(join(path, 'recordings')).make('A'.repeat(22));
  for (const folder of ['recordings', join('recordings', 'A'.repeat(22))]) {
    expect((await stat(join(path, folder))).mode & 0o777).toBe(0o700);
  }
  await rm(path, { recursive: true });
});
