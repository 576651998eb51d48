import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChunkDisk } from '../../files/ports.ts';
import { toHex } from '../../kernel/bytes.ts';
import { replaceFile } from './atomic-write.ts';
import { problem } from './problems.ts';

/** Chunks as files, in 256 subfolders by the first byte of the hash, which are created when needed. */
export function diskChunks(folder: string): ChunkDisk {
  const pathOf = (hash: Uint8Array): string => {
    if (hash.length !== 32) throw new RangeError('a chunk is named by 32 bytes');
    const hex = toHex(hash);
    return join(folder, hex.slice(0, 2), hex);
  };
  return {
    async write(hash, bytes) {
      const path = pathOf(hash);
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await replaceFile(path, bytes);
      } catch (error) {
        throw asProblem(error);
      }
    },
    async read(hash) {
      try {
        const bytes = await readFile(pathOf(hash));
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null;
        throw asProblem(error);
      }
    },
    async remove(hash) {
      await rm(pathOf(hash), { force: true });
    },
    async usedBytes() {
      let used = 0;
      for (const entry of await entries(folder)) {
        for (const name of await entries(join(folder, entry))) {
          used += await stat(join(folder, entry, name)).then(
            ({ size }) => size,
            () => 0,
          );
        }
      }
      return used;
    },
  };
}

async function entries(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as Error & { code?: string }).code : undefined;
}

function asProblem(error: unknown): unknown {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return problem('disk-full', {}, { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return problem('read-only', {}, { cause: error });
    default:
      return error;
  }
}
