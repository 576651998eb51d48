import { openJson } from './jsonl.ts';
import { openMaildir } from './maildir.ts';
import { crAsLf, endsLinesWithCr, openMbox } from './mbox.ts';
import { isPacked } from './packed.ts';
import type { ArchiveFile, ArchiveFiles, ArchiveReader } from './ports.ts';
import { problem } from './problems.ts';

const HEAD_BYTES = 4096;

type FileFormat = 'mbox' | 'jsonl' | 'packed';

/** The format of a file by its first bytes, or null if it is unknown. */
function detectFormat(head: Uint8Array): FileFormat | null {
  if (isPacked(head)) return 'packed';
  const text = new TextDecoder('latin1')
    .decode(head)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (text.startsWith('{') || /^\[\s*[{\]]/.test(text)) return 'jsonl';
  if (text.startsWith('From ')) return 'mbox';
  // A single mail saved to a file is an mbox of one message.
  return /^[A-Za-z][\w-]{1,60}:[ \t]?\S/.test(text) &&
    /^(from|date|subject|message-id|received|return-path|to):/im.test(text)
    ? 'mbox'
    : null;
}

/**
 * Opens the archive at `path`. A packed file (gzip, zstd) is unpacked to a temporary one first.
 * @param format Detected from the data when left out.
 * @throws {Problem} `archive-missing`, `archive-unknown-format`, or the error of the disk.
 */
export async function openArchive(
  files: ArchiveFiles,
  path: string,
  options: { format?: ArchiveReader['format'] | undefined; signal?: AbortSignal | undefined } = {},
): Promise<ArchiveReader> {
  const kind = await files.kindOf(path);
  if (kind === 'missing') throw problem('archive-missing', { path });
  if (kind === 'file' && options.format !== 'maildir')
    return openArchiveFile(files, await files.open(path), baseName(path), options);
  const rooms = await Promise.all(['cur', 'new'].map((room) => files.kindOf(`${path}/${room}`)));
  if (kind !== 'directory' || !rooms.includes('directory')) {
    throw problem('not-a-maildir', { path });
  }
  return openMaildir(files, path);
}

/** Opens an archive in a single file, such as an upload. Closes the file if it cannot be used. */
export async function openArchiveFile(
  files: ArchiveFiles,
  file: ArchiveFile,
  name: string,
  options: { format?: ArchiveReader['format'] | undefined; signal?: AbortSignal | undefined } = {},
): Promise<ArchiveReader> {
  try {
    const found = detectFormat(await file.read(0, HEAD_BYTES));
    if (found === 'packed') {
      const unpacked = await files.unpack(file, options.signal);
      await file.close();
      return await openUnpacked(unpacked, name, options.format);
    }
    return await openUnpacked(file, name, options.format);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openUnpacked(
  file: ArchiveFile,
  name: string,
  wanted: ArchiveReader['format'] | undefined,
): Promise<ArchiveReader> {
  const head = await file.read(0, HEAD_BYTES);
  const format = wanted ?? detectFormat(head);
  const lines = endsLinesWithCr(head) ? crAsLf(file) : file;
  if (format === 'jsonl') return openJson(lines, name, arrayIn(head));
  if (format === 'mbox') return openMbox(lines);
  await file.close();
  throw problem('archive-unknown-format');
}

/** Where the array of messages starts if the file is one JSON value; null if it is lines. */
function arrayIn(head: Uint8Array): number | null {
  const text = new TextDecoder('latin1').decode(head);
  const top = text.search(/[[{]/);
  if (text[top] === '[') return top;
  const key = /"(?:posts|messages|data|rows|items)"\s{0,40}:\s{0,40}\[/.exec(text);
  return key === null ? null : key.index + key[0].length - 1;
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}
