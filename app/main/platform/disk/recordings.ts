import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingFolder } from '../../calls/adapter-ports.ts';
import { problem } from './problems.ts';

const ID = /^[\w-]{22}$/;
const FILE = /^[\w-]+\.(mka|mkv|webm)$/;

/** The recordings of a community: a folder for each, private to the user of the node. */
export function diskRecordings(folder: string): RecordingFolder {
  const folderOf = (recording: string): string => {
    if (!ID.test(recording)) throw new RangeError('a recording is named by 22 characters');
    return join(folder, recording);
  };
  const pathOf = (recording: string, file: string): string => {
    if (!FILE.test(file)) throw new RangeError('a file of a recording has a plain name');
    return join(folderOf(recording), file);
  };
  const sizeOf = (path: string) =>
    stat(path).then(
      ({ size }) => size,
      () => 0,
    );
  return {
    async make(recording) {
      try {
        await mkdir(folderOf(recording), { recursive: true, mode: 0o700 });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOSPC' || code === 'EDQUOT')
          throw problem('recording-disk-full', {}, { cause: error });
        throw error;
      }
    },
    pathOf,
    async bytesOf(recording, file) {
      if (file !== undefined) return sizeOf(pathOf(recording, file));
      const names = await readdir(folderOf(recording)).catch(() => []);
      const sizes = await Promise.all(names.map((name) => sizeOf(join(folderOf(recording), name))));
      return sizes.reduce((sum, size) => sum + size, 0);
    },
    async read(recording, file, offset, length) {
      const handle = await open(pathOf(recording, file)).catch(() => null);
      if (handle === null) return new Uint8Array(0);
      try {
        const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    },
    async removeFiles(recording, files) {
      for (const file of files) await rm(pathOf(recording, file), { force: true });
    },
    async remove(recording) {
      await rm(folderOf(recording), { recursive: true, force: true });
    },
    async list() {
      const names = await readdir(folder).catch(() => []);
      return names.filter((name) => ID.test(name));
    },
  };
}
