import { MAX_MESSAGE_BYTES } from './message.ts';
import type { ArchiveFiles, ArchivePiece, ArchiveReader } from './ports.ts';
import { problem } from './problems.ts';

const ROOMS = ['cur', 'new'] as const;

/** Opens a maildir: the files of cur and new in the order of their delivery; flags are ignored. */
export async function openMaildir(files: ArchiveFiles, path: string): Promise<ArchiveReader> {
  const paths: { path: string; name: string }[] = [];
  for (const room of ROOMS) {
    for (const name of await files.list(`${path}/${room}`)) {
      if (!name.startsWith('.')) paths.push({ path: `${path}/${room}/${name}`, name });
    }
  }
  paths.sort((a, b) => compareDelivery(a.name, b.name));
  return openMailFiles(
    files,
    paths.map((entry) => entry.path),
  );
}

/** Single mails, one per file, in the given order. Positions and places count files. */
export function openMailFiles(files: ArchiveFiles, paths: readonly string[]): ArchiveReader {
  const load = async (index: number): Promise<Uint8Array | string> => {
    const path = paths[index];
    if (path === undefined) return problem.fields('file-missing').message;
    const file = await files.open(path);
    try {
      if (file.sizeBytes > MAX_MESSAGE_BYTES) return problem.fields('message-too-large').message;
      return file.sizeBytes === 0
        ? problem.fields('empty-message').message
        : await file.read(0, file.sizeBytes);
    } finally {
      await file.close();
    }
  };
  return {
    format: 'maildir',
    sizeBytes: paths.length,
    async *scan(signal): AsyncGenerator<ArchivePiece> {
      for (let index = 0; index < paths.length; index++) {
        signal?.throwIfAborted();
        // A file that disappeared or may not be read is one broken message; the others are still read.
        const found = await load(index).catch((error: unknown) =>
          error instanceof Error ? error.message : String(error),
        );
        const position = index + 1;
        if (typeof found === 'string') yield { kind: 'broken', reason: found, position };
        else yield { kind: 'message', bytes: found, place: index, length: found.length, position };
      }
    },
    async read(place) {
      const found = await load(place);
      return typeof found === 'string' ? new Uint8Array(0) : found;
    },
    close: async () => {},
  };
}

/** Maildir names start with the second of delivery; the rest orders mails within it. */
function compareDelivery(a: string, b: string): number {
  const difference = Number.parseInt(a, 10) - Number.parseInt(b, 10);
  if (Number.isFinite(difference) && difference !== 0) return difference;
  return a < b ? -1 : a > b ? 1 : 0;
}
