import { MAX_MESSAGE_BYTES } from './message.ts';
import { crAsLf, endsLinesWithCr } from './mbox.ts';
import { isPacked } from './packed.ts';
import type { ArchiveFile, ArchiveFiles, ArchivePiece, ArchiveReader } from './ports.ts';
import { problem } from './problems.ts';

const ROOMS = ['cur', 'new'] as const;
/** Folders of a maildir that hold no mail of their own. */
const NO_SUBFOLDERS = new Set(['cur', 'new', 'tmp']);

interface MailFile {
  readonly path: string;
  /** Shown to people. */
  readonly name: string;
}

/**
 * Opens a maildir: the files of cur and new in the order of their delivery. Mails marked as deleted are left
 * out, subfolders are not read; both are listed.
 */
export async function openMaildir(files: ArchiveFiles, path: string): Promise<ArchiveReader> {
  const found: MailFile[] = [];
  const deleted: MailFile[] = [];
  for (const room of ROOMS) {
    for (const name of await files.list(`${path}/${room}`)) {
      if (name.startsWith('.')) continue;
      const entry = { path: `${path}/${room}/${name}`, name: `${room}/${name}` };
      (isDeleted(name) ? deleted : found).push(entry);
    }
  }
  found.sort((a, b) => compareDelivery(a.path, b.path));
  const folders = (await files.folders(path)).filter((name) => !NO_SUBFOLDERS.has(name)).sort();
  const remarks = [
    ...deleted.map(({ name }) => ({ name, reason: problem.fields('marked-deleted').message })),
    ...folders.map((name) => ({ name, reason: problem.fields('subfolder', { name }).message })),
  ];
  return openMailFiles(files, found, remarks);
}

/** Single mails, one per file, in the given order. Positions and places count files. */
export function openMailFiles(
  files: ArchiveFiles,
  entries: readonly MailFile[],
  remarks: readonly { name: string; reason: string }[] = [],
): ArchiveReader {
  const load = async (index: number): Promise<Uint8Array | string> => {
    const entry = entries[index];
    if (entry === undefined) return problem.fields('file-missing').message;
    const file = await unpacked(files, await files.open(entry.path));
    try {
      if (file.sizeBytes > MAX_MESSAGE_BYTES) return problem.fields('message-too-large').message;
      if (file.sizeBytes === 0) return problem.fields('empty-message').message;
      const bytes = await file.read(0, file.sizeBytes);
      return endsLinesWithCr(bytes.subarray(0, 4096)) ? await crAsLf(file).read(0, file.sizeBytes) : bytes;
    } finally {
      await file.close();
    }
  };
  return {
    format: 'maildir',
    form: { kind: 'mail' },
    sizeBytes: entries.length,
    async *scan(signal): AsyncGenerator<ArchivePiece> {
      for (const [at, { reason }] of remarks.entries()) {
        yield { kind: 'remark', reason, place: entries.length + at, position: 0 };
      }
      for (const [place, { path }] of entries.entries()) {
        signal?.throwIfAborted();
        // A file that disappeared or may not be read is one broken message; the others are still read.
        const bytes = await load(place).catch((error: unknown) =>
          error instanceof Error ? error.message : String(error),
        );
        const position = place + 1;
        if (typeof bytes === 'string') yield { kind: 'broken', reason: bytes, place, position };
        else {
          const date = deliveredAt(path);
          yield { kind: 'message', bytes, place, length: bytes.length, position, date, strays: [] };
        }
      }
    },
    async read(place) {
      const found = await load(place);
      return typeof found === 'string' ? new Uint8Array(0) : found;
    },
    placeName: (place) => entries[place]?.name ?? remarks[place - entries.length]?.name ?? `file ${place}`,
    close: async () => {},
  };
}

/** Mail servers pack mails one by one; the name of the file does not show it. */
async function unpacked(files: ArchiveFiles, file: ArchiveFile): Promise<ArchiveFile> {
  if (!isPacked(await file.read(0, 4))) return file;
  try {
    return await files.unpack(file);
  } finally {
    await file.close();
  }
}

/** The flag T, in the part of a name after ":2,". */
function isDeleted(name: string): boolean {
  const flags = /[:;!]2,([A-Za-z]{0,40})$/.exec(name)?.[1] ?? '';
  return flags.includes('T');
}

/** Maildir names start with the second of delivery. */
function deliveredAt(path: string): number | null {
  const second = /^(\d{9,10})\./.exec(path.split('/').at(-1) ?? '')?.[1];
  return second === undefined ? null : Number(second) * 1000;
}

/** By the second of delivery; the rest of the name orders mails within it. */
function compareDelivery(pathA: string, pathB: string): number {
  const [a = '', b = ''] = [pathA, pathB].map((path) => path.split('/').at(-1));
  const difference = Number.parseInt(a, 10) - Number.parseInt(b, 10);
  if (Number.isFinite(difference) && difference !== 0) return difference;
  return a < b ? -1 : a > b ? 1 : 0;
}
