import {
  BOARD_HEADERS,
  boardLabel,
  dateIn,
  derivedMessageId,
  MAX_REFERENCES,
  type BoardLabel,
  type MessageOutline,
} from '../../archive/adapter-ports.ts';
import { isAscii } from 'node:buffer';
import { decodeText } from './charset.ts';
import { decodeWords } from './words.ts';

/** The headers of one mail, unfolded; encoded words are still encoded. */
export interface MailHeaders {
  /** The first header of that name (in lower case), or null. */
  get(name: string): string | null;
  /** Where the body starts in the message, in bytes. */
  readonly bodyStart: number;
}

const latin1 = new TextDecoder('latin1');
const CHARSET = /charset\s{0,3}=\s{0,3}["']?([\w.:+-]{1,40})/i;
const LF = 10;
const CR = 13;
const COLON = 0x3a;
const GT = 0x3e;
/** The longest name of a header. */
const MAX_NAME_BYTES = 100;
const MAX_ID_CHARS = 400;
const MAX_LIST_CHARS = 4000;
/** Headers by which a mailing list can be told. */
const LIST_HEADERS = ['list-id', 'x-beenthere', 'sender', 'to', 'cc', 'from'] as const;

/**
 * Reads the header block of a mail or of one of its parts. A leading mbox "From " line is skipped. Raw
 * eight-bit headers are read in the charset that the mail declares, unless they are UTF-8.
 */
export function readHeaders(bytes: Uint8Array): MailHeaders {
  const start = startsWithFrom(bytes) ? bytes.indexOf(LF) + 1 : 0;
  const { end, bodyStart } = headerEnd(bytes, start);
  const block = bytes.subarray(start, end);
  const ascii = latin1.decode(block);
  const isPlain = isAscii(block) && !ascii.includes('\u001b');
  const text = isPlain ? ascii : decodeText(block, CHARSET.exec(ascii)?.[1] ?? null);
  const found = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    let lineEnd = text.indexOf('\n', at);
    if (lineEnd < 0) lineEnd = text.length;
    const first = at;
    // A line that starts with white space continues the header above it.
    while (lineEnd < text.length && (text[lineEnd + 1] === ' ' || text[lineEnd + 1] === '\t')) {
      const next = text.indexOf('\n', lineEnd + 1);
      lineEnd = next < 0 ? text.length : next;
    }
    at = lineEnd + 1;
    const colon = text.indexOf(':', first);
    if (colon < 0 || colon > lineEnd || colon - first > 100) continue;
    const name = text.slice(first, colon).trim().toLowerCase();
    if (!found.has(name)) found.set(name, text.slice(colon + 1, lineEnd));
  }
  return {
    get(name) {
      const value = found.get(name);
      return value === undefined ? null : unfolded(value);
    },
    bodyStart,
  };
}

/** Whether a mail has at least one of the headers that it needs to be shown. */
export function looksLikeMail(headers: MailHeaders): boolean {
  return ['from', 'date', 'subject', 'message-id'].some((name) => headers.get(name) !== null);
}

/** Joins the lines of a folded header by single spaces. */
function unfolded(value: string): string {
  if (!value.includes('\n')) return value.trim();
  return value
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim();
}

/**
 * Id, references, subject and date of a mail, as the first pass over an archive and the import itself both
 * name it.
 */
export async function outlineOf(bytes: Uint8Array, headers: MailHeaders): Promise<MessageOutline> {
  const messageId = messageIdOf(headers) ?? (await derivedMessageId(bytes));
  const marks = LIST_HEADERS.map((name) => headers.get(name)?.slice(0, MAX_LIST_CHARS / 4) ?? '');
  return {
    messageId,
    references: referencesOf(headers, messageId),
    subject: decodeWords(headers.get('subject') ?? ''),
    date: dateOf(headers),
    list: marks.join('\n').slice(0, MAX_LIST_CHARS).toLowerCase(),
    topic: null,
    board: boardOf(headers),
  };
}

/** The board that an export of this program names, or null. */
export function boardOf(headers: MailHeaders): BoardLabel | null {
  const word = (name: string) => decodeWords(headers.get(name.toLowerCase()) ?? '');
  return boardLabel({
    slug: headers.get(BOARD_HEADERS.slug.toLowerCase()),
    name: word(BOARD_HEADERS.name),
    description: word(BOARD_HEADERS.description),
  });
}

function messageIdOf(headers: MailHeaders): string | null {
  const raw = headers.get('message-id');
  if (raw === null) return null;
  const id = /<([^<>]{1,500})>/.exec(raw.slice(0, 2000))?.[1]?.trim() ?? raw.trim();
  return id === '' || id.length > MAX_ID_CHARS || /[\s<>]/.test(id) ? null : id;
}

/** The references of a mail, oldest first, without duplicates and without the message itself. */
function referencesOf(headers: MailHeaders, self: string): string[] {
  const references = idsIn(headers.get('references'));
  const answered = idsIn(headers.get('in-reply-to')).find((id) => !references.includes(id));
  // If both are present, References is more reliable, so additions from In-Reply-To come before its last.
  if (answered !== undefined) references.splice(Math.max(0, references.length - 1), 0, answered);
  const unique = [...new Set(references.toReversed())].toReversed().filter((id) => id !== self);
  return unique.length <= MAX_REFERENCES
    ? unique
    : [...unique.slice(0, 1), ...unique.slice(1 - MAX_REFERENCES)];
}

function idsIn(raw: string | null): string[] {
  if (raw === null) return [];
  const ids: string[] = [];
  for (const match of raw.slice(-64_000).matchAll(/<([^<>\s]{1,400})>/g)) {
    const id = match[1];
    if (id !== undefined) ids.push(id);
  }
  return ids;
}

/**
 * How far a sender's clock may be ahead of the first receiving host's before the host's time is used instead.
 */
const MAX_AHEAD_MS = 2 * 24 * 60 * 60 * 1000;

/**
 * When a mail was written; if it gives no date or one in the future, when the last receiving host accepted
 * it, or when a program resent or delivered it.
 */
function dateOf(headers: MailHeaders): number | null {
  const written = timeIn(headers.get('date'));
  const received = timeIn(headers.get('received')?.split(';').at(-1) ?? null);
  if (written !== null && (received === null || written <= received + MAX_AHEAD_MS)) return written;
  if (received !== null) return received;
  const others = ['nntp-posting-date', 'delivery-date', 'resent-date', 'x-original-date', 'x-date'];
  return others.map((name) => timeIn(headers.get(name))).find((date) => date !== null) ?? null;
}

function timeIn(raw: string | null): number | null {
  return raw === null ? null : dateIn(raw);
}

function startsWithFrom(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x46 && bytes[1] === 0x72 && bytes[2] === 0x6f && bytes[3] === 0x6d && bytes[4] === 0x20
  );
}

/** Whether the bytes from `at` on look like a header's name and colon. */
function isHeaderLine(bytes: Uint8Array, at: number): boolean {
  for (let end = at; end < at + MAX_NAME_BYTES; end++) {
    const byte = bytes[end];
    if (byte === COLON) return end > at;
    if (byte === undefined || byte <= 0x20 || byte >= 0x7f) return false;
  }
  return false;
}

/**
 * Where the headers end: before the first blank line, or before a line that is no header, if none follows it
 * there. Some programs leave the blank line out.
 */
function headerEnd(bytes: Uint8Array, start: number): { end: number; bodyStart: number } {
  let stray = -1;
  for (let at = start; at < bytes.length;) {
    if (bytes[at] === LF)
      return stray < 0 ? { end: at, bodyStart: at + 1 } : { end: stray, bodyStart: stray };
    if (bytes[at] === CR && bytes[at + 1] === LF)
      return stray < 0 ? { end: at, bodyStart: at + 2 } : { end: stray, bodyStart: stray };
    const folds = bytes[at] === 0x20 || bytes[at] === 0x09;
    if (isHeaderLine(bytes, at)) stray = -1;
    else if (!folds && stray < 0 && bytes[at] !== GT) stray = at;
    const next = bytes.indexOf(LF, at);
    if (next < 0) break;
    at = next + 1;
  }
  const end = stray < 0 ? bytes.length : stray;
  return { end, bodyStart: end };
}
