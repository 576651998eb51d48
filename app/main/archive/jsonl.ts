import * as z from 'zod';
import { derivedMessageId, saneDate, type MessageOutline } from './headers.ts';
import { chunksOf } from './mbox.ts';
import {
  cleanLine,
  cleanText,
  fitAttachments,
  leftOutNote,
  MAX_MESSAGE_BYTES,
  MAX_REFERENCES,
  MAX_SUBJECT_CHARS,
  senderName,
  type ParsedMessage,
} from './message.ts';
import type { ArchiveFile, ArchivePiece, ArchiveReader } from './ports.ts';
import { problem } from './problems.ts';

const id = z
  .string()
  .min(1)
  .max(400)
  .regex(/^<?[^\s<>]+>?$/, 'A message id has no spaces.');

/**
 * One line of a JSON Lines archive: one message as a JSON object. Import and export share it.
 * - `message_id`: without it, the id is derived from the line
 * - `references`: ids of earlier messages, oldest first, the parent last
 * - `from`: a display name, or `Name <address>`; the address is not kept
 * - `date`: ISO 8601, or milliseconds since the Unix epoch
 * - `attachments[].data`: base64
 */
export const JsonlMessage = z.object({
  message_id: id.optional(),
  references: z.array(id).max(1000).default([]),
  subject: z.string().max(10_000).default(''),
  from: z.string().max(1000).default(''),
  date: z
    .union([z.string().max(100), z.number()])
    .nullable()
    .default(null),
  text: z.string(),
  attachments: z
    .array(
      z.object({
        name: z.string().max(1000).default(''),
        type: z.string().max(200).default(''),
        data: z.string(),
      }),
    )
    .max(1000)
    .default([]),
});
export type JsonlMessage = z.infer<typeof JsonlMessage>;

const LF = 10;
const BOM = '\ufeff';

/** Opens a JSON Lines archive: UTF-8, one {@link JsonlMessage} per line. */
export function openJsonl(file: ArchiveFile): ArchiveReader {
  return {
    format: 'jsonl',
    sizeBytes: file.sizeBytes,
    scan: (signal) => splitLines(chunksOf(file, signal)),
    read: (place, length) => file.read(place, length),
    close: () => file.close(),
  };
}

/** Splits a stream into lines; blank ones are skipped, those beyond `maxBytes` are broken. */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number = MAX_MESSAGE_BYTES,
): AsyncGenerator<ArchivePiece> {
  let parts: Uint8Array[] = [];
  let heldBytes = 0;
  let start = 0;
  let read = 0;
  const finish = (end: number): ArchivePiece | null => {
    const oversized = end - start > maxBytes;
    const bytes = oversized ? new Uint8Array(0) : Buffer.concat(parts);
    const place = start;
    parts = [];
    heldBytes = 0;
    start = end + 1;
    if (oversized) return { kind: 'broken', reason: problem.fields('line-too-long').message, position: end };
    if (bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09)) return null;
    return { kind: 'message', bytes, place, length: bytes.length, position: end };
  };
  for await (const chunk of chunks) {
    let at = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, at)) {
      parts.push(chunk.subarray(at, end));
      const piece = finish(read + end);
      if (piece !== null) yield piece;
      at = end + 1;
    }
    if (heldBytes <= maxBytes) parts.push(chunk.subarray(at));
    heldBytes += chunk.length - at;
    read += chunk.length;
  }
  if (start < read) {
    const piece = finish(read);
    if (piece !== null) yield piece;
  }
}

/** Id, references, subject and date of a line, or the reason why it is not a message. */
export async function outlineOfLine(bytes: Uint8Array): Promise<MessageOutline | { reason: string }> {
  const parsed = parseJson(bytes);
  return 'reason' in parsed ? parsed : outline(bytes, parsed.line);
}

/** The message of a line, within the same limits as mail. */
export async function messageOfLine(bytes: Uint8Array): Promise<ParsedMessage> {
  const parsed = parseJson(bytes);
  if ('reason' in parsed) return { ok: false, reason: parsed.reason };
  const { line } = parsed;
  const { kept, left } = fitAttachments(
    line.attachments.map(({ name, type, data }) => ({
      name,
      type,
      bytes: new Uint8Array(Buffer.from(data, 'base64')),
    })),
  );
  const [, name, address] = /^(.*?)<([^<>]*)>\s*$/s.exec(line.from) ?? [null, line.from, ''];
  const outlined = await outline(bytes, line);
  return {
    ok: true,
    message: {
      ...outlined,
      subject: cleanLine(outlined.subject, MAX_SUBJECT_CHARS),
      fromName: senderName(name ?? '', address ?? ''),
      text: cleanText(line.text, leftOutNote(left)),
      attachments: kept,
    },
  };
}

async function outline(bytes: Uint8Array, line: JsonlMessage): Promise<MessageOutline> {
  const messageId = line.message_id === undefined ? await derivedMessageId(bytes) : bare(line.message_id);
  const references = [...new Set(line.references.map(bare).toReversed())].toReversed();
  return {
    messageId,
    references: references.filter((reference) => reference !== messageId).slice(-MAX_REFERENCES),
    subject: line.subject,
    date:
      line.date === null ? null : saneDate(typeof line.date === 'number' ? line.date : Date.parse(line.date)),
  };
}

function parseJson(bytes: Uint8Array): { line: JsonlMessage } | { reason: string } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const result = JsonlMessage.safeParse(JSON.parse(text.startsWith(BOM) ? text.slice(1) : text));
    if (result.success) return { line: result.data };
    const issue = result.error.issues[0];
    return {
      reason: problem.fields('bad-line', {
        field: issue?.path.join('.') || 'the whole',
        reason: issue?.message ?? 'unknown',
      }).message,
    };
  } catch {
    return { reason: problem.fields('line-not-json').message };
  }
}

function bare(messageId: string): string {
  return messageId.replace(/^<|>$/g, '');
}
