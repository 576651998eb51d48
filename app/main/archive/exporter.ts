import type { Clock } from '../kernel/clock.ts';
import {
  base64Lines,
  encodeName,
  encodeParameter,
  encodeWords,
  fromLineDate,
  mailDate,
  quotedPrintable,
} from './mail-text.ts';
import type { JsonlMessage } from './line.ts';
import type { ArchivedAttachment, TextFormat } from './message.ts';
import { BOARD_HEADERS, BoardLabels, FORMAT_HEADER, type BoardLabel } from './board-label.ts';
import type { ArchiveOutput } from './ports.ts';
import type { ArchiveProgress } from './progress.ts';
import { ArchiveWriter } from './archive-writer.ts';

/** A post as an archive stores it. */
export interface ExportedPost {
  /** The id it was imported with, or one made from its own: `<cid>@impulse.invalid`. */
  readonly messageId: string;
  /** Ids of its ancestors in the thread, oldest first; its parent last. */
  readonly references: readonly string[];
  readonly subject: string;
  readonly fromName: string;
  /** The author's DID; its last characters distinguish people of the same name. */
  readonly fromDid: string;
  /** The handle of the author if the post is imported, so that `fromName` is only what they claim; else null. */
  readonly importedBy: string | null;
  readonly date: number;
  readonly text: string;
  readonly format: TextFormat;
  readonly board: BoardLabel;
  readonly attachments: readonly ArchivedAttachment[];
  /** How many of its attachments this node does not hold. */
  readonly filesMissing: number;
}

interface ExportOptions {
  readonly posts: AsyncIterable<ExportedPost>;
  /** The expected number of posts, if known. */
  readonly total: number | null;
  readonly format: 'mbox' | 'jsonl';
  readonly output: ArchiveOutput;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ArchiveProgress) => void) | undefined;
}

const DID_TAIL_CHARS = 12;
/** Says who imported a mail: its From is only what they claim. */
const IMPORTED_BY_HEADER = 'X-Impulse-Imported-By';

/**
 * Writes posts to an archive, one at a time, at the speed of the disk. The file appears when it is complete;
 * on failure or abort nothing of it remains. Rejects with the output's Problem or the signal's reason.
 * @returns How many posts were written, and how many attachments are not among them.
 */
export async function exportArchive(
  options: ExportOptions,
): Promise<{ written: number; filesMissing: number }> {
  const { posts, output, format, clock, signal, onProgress } = options;
  const encode = format === 'mbox' ? mboxEntry : jsonlLine;
  const writer = new ArchiveWriter({ output, total: options.total, clock, onProgress });
  const labels = new BoardLabels();
  let filesMissing = 0;
  try {
    for await (const post of posts) {
      signal?.throwIfAborted();
      await writer.add(Buffer.from(encode(post, labels.of(post.board))));
      filesMissing += post.filesMissing;
    }
    return { written: await writer.end(), filesMissing };
  } catch (error) {
    await output.discard();
    throw error;
  }
}

/** One post as an mboxrd entry with its From line and the blank line after it. */
function mboxEntry(post: ExportedPost, board: BoardLabel): string {
  const address = `${post.fromDid.replace(/[^A-Za-z0-9]/g, '').slice(-DID_TAIL_CHARS) || 'unknown'}@impulse.invalid`;
  const head = [
    `From ${address} ${fromLineDate(post.date)}`,
    `Message-ID: <${post.messageId}>`,
    ...(post.references.length > 0
      ? [`References: ${post.references.map((id) => `<${id}>`).join('\n ')}`]
      : []),
    `Date: ${mailDate(post.date)}`,
    `From: ${encodeName(post.fromName)} <${address}>`,
    ...(post.importedBy === null ? [] : [`${IMPORTED_BY_HEADER}: ${encodeWords(post.importedBy)}`]),
    `Subject: ${encodeWords(post.subject)}`,
    // Read again by an import into another community of this program.
    `${BOARD_HEADERS.slug}: ${board.slug}`,
    ...(board.name === '' ? [] : [`${BOARD_HEADERS.name}: ${encodeWords(board.name)}`]),
    ...(board.description === '' ? [] : [`${BOARD_HEADERS.description}: ${encodeWords(board.description)}`]),
    `${FORMAT_HEADER}: ${post.format}`,
    'MIME-Version: 1.0',
  ];
  const text = [
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    `${quotedPrintable(post.text)}\n`,
  ].join('\n');
  if (post.attachments.length === 0) return `${head.join('\n')}\n${text}\n`;
  const boundary = boundaryFor(post);
  const parts = [text, ...post.attachments.map(attachmentPart)].map((part) => `--${boundary}\n${part}`);
  const type = `Content-Type: multipart/mixed; boundary="${boundary}"`;
  return `${head.join('\n')}\n${type}\n\n${parts.join('\n')}\n--${boundary}--\n\n`;
}

/** One post as a line of JSON: see {@link JsonlMessage}. */
export function jsonlLine(post: ExportedPost, board: BoardLabel): string {
  const line: JsonlMessage = {
    message_id: post.messageId,
    references: [...post.references],
    subject: post.subject,
    from: post.fromName,
    ...(post.importedBy === null ? {} : { imported_by: post.importedBy }),
    date: new Date(post.date).toISOString(),
    text: post.text,
    format: post.format,
    board: board.name === '' ? board.slug : { ...board },
    attachments: post.attachments.map(({ name, type, bytes }) => ({
      name,
      type,
      data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
    })),
  };
  return `${JSON.stringify(line)}\n`;
}

function attachmentPart({ name, type, bytes }: ArchivedAttachment): string {
  return [
    `Content-Type: ${type}`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; ${encodeParameter('filename', name)}`,
    '',
    base64Lines(bytes),
  ].join('\n');
}

/** "=_" occurs neither in quoted-printable nor in base64, so no body can contain the boundary. */
function boundaryFor(post: ExportedPost): string {
  return `=_impulse_${post.messageId.replace(/[^A-Za-z0-9]/g, '').slice(0, 40)}`;
}
