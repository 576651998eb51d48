import { openJsonl } from './jsonl.ts';
import { openMaildir } from './maildir.ts';
import { openMbox } from './mbox.ts';
import type { ArchiveFile, ArchiveFiles, ArchiveReader } from './ports.ts';
import { problem } from './problems.ts';

const HEAD_BYTES = 4096;

type FileFormat = 'mbox' | 'jsonl' | 'gzip';

/** The format of a file by its first bytes, or null if it is unknown. */
function detectFormat(head: Uint8Array): FileFormat | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const text = new TextDecoder('latin1')
    .decode(head)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (text.startsWith('{')) return 'jsonl';
  if (text.startsWith('From ')) return 'mbox';
  // A single mail saved to a file is an mbox of one message.
  return /^[A-Za-z][\w-]{1,60}:[ \t]?\S/.test(text) &&
    /^(from|date|subject|message-id|received|return-path|to):/im.test(text)
    ? 'mbox'
    : null;
}

/**
 * Opens the archive at `path`. Gzip is unpacked to a temporary file first.
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
    return openArchiveFile(files, await files.open(path), options);
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
  options: { format?: ArchiveReader['format'] | undefined; signal?: AbortSignal | undefined } = {},
): Promise<ArchiveReader> {
  try {
    const found = detectFormat(await file.read(0, HEAD_BYTES));
    if (found === 'gzip') {
      const unpacked = await files.unpack(file, options.signal);
      await file.close();
      return await openUnpacked(unpacked, options.format);
    }
    return await openUnpacked(file, options.format);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openUnpacked(
  file: ArchiveFile,
  wanted: ArchiveReader['format'] | undefined,
): Promise<ArchiveReader> {
  const format = wanted ?? detectFormat(await file.read(0, HEAD_BYTES));
  if (format === 'jsonl') return openJsonl(file);
  if (format === 'mbox') return openMbox(file);
  await file.close();
  throw problem('archive-unknown-format');
}
