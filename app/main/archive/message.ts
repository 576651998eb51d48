import type { BoardLabel } from './board-label.ts';
import { trimmed } from '../kernel/trim.ts';
import { problem } from './problems.ts';

/** How a text is shown. */
export type TextFormat = 'markdown' | 'plain';

/** How a message is written in an archive: as mail, or as JSON whose ids count within `scope`. */
export type MessageForm = { readonly kind: 'mail' } | { readonly kind: 'line'; readonly scope: string };

/**
 * A mail as a board stores it: plain text, a display name instead of an address, attachments within limits.
 */
export interface ArchivedMessage {
  /** Without angle brackets; derived from the message's bytes if it has none. */
  readonly messageId: string;
  /** Ids of the ancestors of the message, oldest first; its parent last. */
  readonly references: readonly string[];
  readonly subject: string;
  /** The display name, or the part of the address before the @. The address itself is never kept. */
  readonly fromName: string;
  /** Milliseconds since the Unix epoch, or null if the message has no readable date. */
  readonly date: number | null;
  readonly text: string;
  readonly format: TextFormat;
  readonly attachments: readonly ArchivedAttachment[];
  /** A sentence for each thing that the post does not show of the message, or shows otherwise. */
  readonly remarks: readonly string[];
}

export interface ArchivedAttachment {
  /** Safe as a file name on every system: see {@link attachmentName}. */
  readonly name: string;
  /** Media type in lower case. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The fields of a message that threading needs. */
export interface MessageOutline {
  readonly messageId: string;
  /** Ids of the ancestors of the message, oldest first; its parent last. */
  readonly references: readonly string[];
  /** Decoded subject. */
  readonly subject: string;
  /** Milliseconds since the Unix epoch, or null. */
  readonly date: number | null;
  /** The headers that a mailing list adds, in lower case; empty if there are none. */
  readonly list: string;
  /** A value that the messages of a thread share if they do not name their parents; null if they do. */
  readonly topic: string | null;
  /** The board that an export of this program names, or null. */
  readonly board: BoardLabel | null;
}

/** An outline, or one sentence that says why there is none. */
export type OutlinedMessage =
  | { readonly ok: true; readonly outline: MessageOutline }
  | { readonly ok: false; readonly reason: string };

/** A message, or one sentence that says why it could not be read. */
export type ParsedMessage =
  | {
      readonly ok: true;
      readonly message: ArchivedMessage;
      /** Why the text is the mail's as it came, or null if the mail could be read. */
      readonly unread: string | null;
    }
  | { readonly ok: false; readonly reason: string };

export const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
export const MAX_TEXT_CHARS = 64_000;
export const MAX_SUBJECT_CHARS = 200;
export const MAX_NAME_CHARS = 80;
export const MAX_REFERENCES = 50;
const MAX_ATTACHMENTS = 16;
const MAX_ATTACHMENT_BYTES = 16 * 1024 * 1024;
const MAX_FILE_NAME_CHARS = 120;

const CUT_NOTE = '\n\n[The rest of this message was cut off: it is longer than a post may be.]';

// Line feeds, tabs and escape (ANSI colour codes) stay; other control characters never reach a screen.
// oxlint-disable-next-line no-control-regex -- control characters are what is removed
const TEXT_CONTROLS = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f]/g;
// oxlint-disable-next-line no-control-regex -- control characters are what is removed
const LINE_CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
// Characters that reverse or hide the order of the text.
export const DIRECTION_MARKS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text with line feeds only, no control characters, and at most {@link MAX_TEXT_CHARS} characters, note included. */
export function cleanText(raw: string, note = ''): string {
  const rest = note === '' ? '' : `\n\n${note}`;
  const text = trimLines(raw.replace(/\r\n?/g, '\n').replace(TEXT_CONTROLS, '').toWellFormed());
  if (text.length + rest.length <= MAX_TEXT_CHARS) return trimLines(text + rest);
  const cut = text.slice(0, MAX_TEXT_CHARS - CUT_NOTE.length - rest.length).toWellFormed();
  return cut + CUT_NOTE + rest;
}

/** One line without control characters and runs of white space, at most `maxChars` long. */
export function cleanLine(raw: string, maxChars: number): string {
  const line = raw
    .slice(0, maxChars * 8)
    .replace(LINE_CONTROLS, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toWellFormed();
  return line.length <= maxChars
    ? line
    : `${line
        .slice(0, maxChars - 1)
        .trimEnd()
        .toWellFormed()}…`;
}

/**
 * A file name that no system treats as a path, a device or a hidden file.
 * @param number Counts attachments from 1; names those that have no usable name.
 */
function attachmentName(raw: string | null, type: string, number: number): string {
  const last = (raw ?? '').replace(DIRECTION_MARKS, '').split(/[/\\]/).at(-1) ?? '';
  const marked = last.replace(LINE_CONTROLS, '').replace(/[<>:"|?*]/g, '_');
  const plain = trimmed(marked, /[\s.]/).toWellFormed();
  if (plain === '') return `attachment-${number}${EXTENSIONS[type] ?? ''}`;
  const name = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i.test(plain)
    ? `_${plain}`
    : plain;
  if (name.length <= MAX_FILE_NAME_CHARS) return name;
  const extension = /\.[\w-]{1,10}$/.exec(name)?.[0] ?? '';
  return name.slice(0, MAX_FILE_NAME_CHARS - extension.length).toWellFormed() + extension;
}

/** Keeps the attachments within the limits; `left` counts the others. */
export function fitAttachments(all: readonly { name: string | null; type: string; bytes: Uint8Array }[]): {
  kept: ArchivedAttachment[];
  left: number;
} {
  const kept: ArchivedAttachment[] = [];
  for (const [index, part] of all.entries()) {
    if (kept.length >= MAX_ATTACHMENTS || part.bytes.length > MAX_ATTACHMENT_BYTES) continue;
    const type = /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(part.type)
      ? part.type.toLowerCase()
      : 'application/octet-stream';
    kept.push({ name: attachmentName(part.name, type, index + 1), type, bytes: part.bytes });
  }
  return { kept, left: all.length - kept.length };
}

/** The last line of a post when some of its attachments were left out. */
export function leftOutNote(left: number): string {
  if (left === 0) return '';
  return left === 1
    ? '[One attachment was left out: it is too large, or one too many.]'
    : `[${left} attachments were left out: too large, or too many.]`;
}

/** A sentence for each part of a message that its post leaves out: the end of the text, attachments. */
export function remarksOf(text: string, left: number): string[] {
  return [
    ...(text.includes(CUT_NOTE.trim()) ? [problem.fields('text-cut').message] : []),
    ...(left > 0 ? [problem.fields('attachments-left-out', { count: left }).message] : []),
  ];
}

function trimLines(text: string): string {
  let start = 0;
  let end = text.length;
  while (text[start] === '\n') start++;
  while (end > start && (text[end - 1] === '\n' || text[end - 1] === ' ')) end--;
  return text.slice(start, end);
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'application/pdf': '.pdf',
  'application/pgp-signature': '.asc',
  'message/rfc822': '.eml',
  'text/calendar': '.ics',
  'text/html': '.html',
  'text/plain': '.txt',
};

/** An id for a message without one: the same bytes give the same id on every node. */
export async function derivedMessageId(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
  const hex = Array.from(digest.subarray(0, 20), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex}@derived.impulse.invalid`;
}
