import { randomUUID } from 'node:crypto';
import { mkdtemp, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { ArchiveFile, ArchiveFiles, ArchiveOutput } from '../../archive/ports.ts';
import { packingOf } from '../../archive/adapter-ports.ts';
import { Problem } from '../../kernel/errors.ts';
import { problem } from './problems.ts';

const CHUNK_BYTES = 1024 * 1024;
/**
 * The highest plausible compression ratio. Mail compresses to about a fifth; a far higher ratio indicates a
 * decompression bomb.
 */
const MAX_GZIP_RATIO = 200;
const GZIP_GRACE_BYTES = 256 * 1024 * 1024;

/** The real disk. `temporary` is the folder for unpacked archives, by default the system's. */
export function diskFiles(temporary: string = tmpdir()): ArchiveFiles {
  return {
    async kindOf(path) {
      try {
        const found = await stat(path);
        return found.isDirectory() ? 'directory' : 'file';
      } catch (error) {
        if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return 'missing';
        throw readProblem(path, error);
      }
    },
    async list(path) {
      try {
        const entries = await readdir(path, { withFileTypes: true });
        const names: string[] = [];
        for (const entry of entries) {
          if (entry.isFile() || (entry.isSymbolicLink() && (await isFileLink(join(path, entry.name)))))
            names.push(entry.name);
        }
        return names;
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return [];
        throw readProblem(path, error);
      }
    },
    async folders(path) {
      try {
        const entries = await readdir(path, { withFileTypes: true });
        return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
      } catch (error) {
        throw readProblem(path, error);
      }
    },
    open: (path) => openFile(path),
    unpack: (packed, signal) => unpack(packed, temporary, signal),
    create,
  };
}

/** Whether a link leads to a file; one that leads nowhere is listed, so that reading it gives the reason. */
async function isFileLink(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return true;
  }
}

async function openFile(path: string, onClose: () => Promise<void> = async () => {}): Promise<ArchiveFile> {
  let handle: FileHandle;
  let sizeBytes: number;
  try {
    // Opening a pipe would wait for somebody to write into it.
    if (!(await stat(path)).isFile()) throw problem('archive-not-a-file', { path });
    handle = await open(path, 'r');
    sizeBytes = (await handle.stat()).size;
  } catch (error) {
    throw readProblem(path, error);
  }
  // Messages are mostly read in order, so the bytes after the last one are buffered.
  let ahead = new Uint8Array(0);
  let aheadFrom = 0;
  let closed = false;
  const fill = async (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, sizeBytes - offset)));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle
        .read(bytes, filled, bytes.length - filled, offset + filled)
        .catch((error: unknown) => {
          throw readProblem(path, error);
        });
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  };
  return {
    sizeBytes,
    async read(offset, length) {
      // Going back (to a parent, say) reads one message; the buffer ahead is kept.
      if (length >= CHUNK_BYTES || offset < aheadFrom) return fill(offset, length);
      if (offset + length > aheadFrom + ahead.length) {
        ahead = new Uint8Array(await fill(offset, CHUNK_BYTES));
        aheadFrom = offset;
      }
      return ahead.subarray(offset - aheadFrom, offset - aheadFrom + length);
    },
    async close() {
      if (closed) return;
      closed = true;
      await handle.close();
      await onClose();
    },
  };
}

async function unpack(packed: ArchiveFile, temporary: string, signal?: AbortSignal): Promise<ArchiveFile> {
  const folder = await mkdtemp(join(temporary, 'impulse-archive-'));
  const path = join(folder, 'unpacked');
  const discard = () => rm(folder, { recursive: true, force: true });
  const packing = packingOf(await packed.read(0, 4));
  try {
    const handle = await open(path, 'wx', 0o600);
    const limitBytes = GZIP_GRACE_BYTES + packed.sizeBytes * MAX_GZIP_RATIO;
    let written = 0;
    await pipeline(
      Readable.from(packedChunks(packed)),
      packing === 'zstd'
        ? createZstdDecompress({ chunkSize: CHUNK_BYTES })
        : createGunzip({ chunkSize: CHUNK_BYTES }),
      async function* bounded(source: AsyncIterable<Uint8Array>) {
        for await (const chunk of source) {
          written += chunk.length;
          if (written > limitBytes) throw bombProblem();
          yield chunk;
        }
      },
      handle.createWriteStream(),
      { signal },
    );
    return await openFile(path, discard);
  } catch (error) {
    await discard();
    if (signal?.aborted) throw signal.reason;
    if (error instanceof Problem) throw error;
    if (codeOf(error) === 'ENOSPC') throw fullProblem(temporary);
    throw problem('archive-damaged', {}, { cause: error });
  }
}

async function* packedChunks(file: ArchiveFile): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.sizeBytes; at += CHUNK_BYTES) yield (await file.read(at, CHUNK_BYTES)).slice();
}

async function create(path: string): Promise<ArchiveOutput> {
  if (await exists(path)) {
    throw problem('export-exists', { path });
  }
  const partial = `${path}.${randomUUID().slice(0, 8)}.part`;
  const handle = await open(partial, 'wx', 0o600).catch((error: unknown) => {
    throw writeProblem(path, error);
  });
  let isOpen = true;
  const end = async () => {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
  };
  return {
    async write(bytes) {
      try {
        await handle.writeFile(bytes);
      } catch (error) {
        throw writeProblem(path, error);
      }
    },
    async commit() {
      try {
        await handle.sync();
        await end();
        await rename(partial, path);
      } catch (error) {
        throw writeProblem(path, error);
      }
    },
    async discard() {
      await end();
      await rm(partial, { force: true });
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function readProblem(path: string, error: unknown): Problem {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  if (code === 'EACCES' || code === 'EPERM') {
    return problem('archive-forbidden', { path });
  }
  if (code === 'ENOENT') return problem('archive-missing', { path });
  return problem('archive-unreadable', { path }, { cause: error });
}

function writeProblem(path: string, error: unknown): Problem {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return fullProblem(dirname(path));
  if (code === 'ENOENT') {
    return problem('export-folder-missing', { folder: dirname(path) }, { cause: error });
  }
  return problem('export-failed', { path }, { cause: error });
}

function fullProblem(folder: string): Problem {
  return problem('disk-full', { folder });
}

function bombProblem(): Problem {
  return problem('archive-bomb');
}
