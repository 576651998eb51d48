import { MAX_REFERENCES } from './message.ts';

/** The headers of one mail, unfolded; encoded words are still encoded. */
export interface MailHeaders {
  /** The first header of that name (in lower case), or null. */
  get(name: string): string | null;
  /** Where the body starts in the message, in bytes. */
  readonly bodyStart: number;
}

/** The fields of a message that threading needs. */
export interface MessageOutline {
  readonly messageId: string;
  readonly references: string[];
  /** Decoded subject. */
  readonly subject: string;
  /** Milliseconds since the Unix epoch, or null. */
  readonly date: number | null;
}

const LF = 10;
const CR = 13;
const MAX_ID_CHARS = 400;
const MAX_DATE = Date.UTC(2200, 0);
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads the header block of a mail. A leading mbox "From " line is skipped. Raw eight-bit headers that are
 * not UTF-8 are read in the charset that the mail declares, or else as windows-1252.
 */
export function readHeaders(bytes: Uint8Array): MailHeaders {
  const start = startsWithFrom(bytes) ? bytes.indexOf(LF) + 1 : 0;
  const { end, bodyStart } = headerEnd(bytes, start);
  const block = bytes.subarray(start, end);
  let text = utf8.decode(block);
  if (text.includes('\ufffd')) {
    const label = /charset\s*=\s*"?([\w.:-]{1,40})/i.exec(text)?.[1] ?? 'windows-1252';
    text = decoderFor(label).decode(block);
  }
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
      return value === undefined ? null : value.replace(/\r?\n[ \t]*/g, ' ').trim();
    },
    bodyStart,
  };
}

/** Whether a mail has at least one of the headers that it needs to be shown. */
export function looksLikeMail(headers: MailHeaders): boolean {
  return ['from', 'date', 'subject', 'message-id'].some((name) => headers.get(name) !== null);
}

/**
 * Id, references and date of a mail. The first pass over an archive and the parser use the same function, so
 * that both give a message the same id.
 * @param decodeWords Decodes RFC 2047 encoded words.
 */
export async function outlineOf(
  bytes: Uint8Array,
  headers: MailHeaders,
  decodeWords: (raw: string) => string,
): Promise<MessageOutline> {
  const named = messageIdOf(headers);
  const messageId = named ?? (await derivedMessageId(bytes));
  const subject = headers.get('subject') ?? '';
  return {
    messageId,
    references: referencesOf(headers, messageId),
    subject: subject.includes('=?') ? decodeWords(subject) : subject,
    date: dateOf(headers),
  };
}

function messageIdOf(headers: MailHeaders): string | null {
  const raw = headers.get('message-id');
  if (raw === null) return null;
  const id = /<\s*([^<>]+?)\s*>/.exec(raw.slice(0, 2000))?.[1] ?? raw.trim();
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
  for (const match of raw.slice(-64_000).matchAll(/<([^<>\s]+)>/g)) {
    const id = match[1];
    if (id !== undefined && id.length <= MAX_ID_CHARS) ids.push(id);
  }
  return ids;
}

/**
 * How far a sender's clock may be ahead of the first receiving host's before the host's time is used instead.
 */
const MAX_AHEAD_MS = 2 * 24 * 60 * 60 * 1000;

/**
 * When a mail was written; if it gives no date or one in the future, when the last receiving host accepted
 * it.
 */
function dateOf(headers: MailHeaders): number | null {
  const written = timeIn(headers.get('date'));
  const received = timeIn(headers.get('received')?.split(';').at(-1)?.trim() ?? null);
  if (received === null) return written;
  return written === null || written > received + MAX_AHEAD_MS ? received : written;
}

function timeIn(raw: string | null): number | null {
  if (raw === null || raw.length > 200) return null;
  const value = Date.parse(raw);
  if (Number.isFinite(value)) return saneDate(value);
  // Time zones by name and comments after the zone are common, and Date.parse does not read them.
  const plain = /\d{1,2}\s+[A-Za-z]{3}\s+\d{2,4}\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s+[+-]\d{4})?/.exec(raw)?.[0];
  return plain === undefined
    ? null
    : saneDate(Date.parse(/[+-]\d{4}$/.test(plain) ? plain : `${plain} +0000`));
}

/** The date if a board can show it (from 1970 to 2200), else null. */
export function saneDate(value: number): number | null {
  return value >= 0 && value < MAX_DATE ? Math.trunc(value) : null;
}

/** An id for a message without one: the same bytes give the same id on every node. */
export async function derivedMessageId(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
  const hex = Array.from(digest.subarray(0, 20), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex}@derived.impulse.invalid`;
}

/** A decoder for a charset label as mails write it; unknown labels are read as windows-1252. */
export function decoderFor(label: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(label, { ignoreBOM: true });
  } catch {
    return new TextDecoder('windows-1252');
  }
}

function startsWithFrom(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x46 && bytes[1] === 0x72 && bytes[2] === 0x6f && bytes[3] === 0x6d && bytes[4] === 0x20
  );
}

function headerEnd(bytes: Uint8Array, start: number): { end: number; bodyStart: number } {
  let at = start;
  while (at < bytes.length) {
    if (bytes[at] === LF) return { end: at, bodyStart: at + 1 };
    if (bytes[at] === CR && bytes[at + 1] === LF) return { end: at, bodyStart: at + 2 };
    const next = bytes.indexOf(LF, at);
    if (next < 0) break;
    at = next + 1;
  }
  return { end: bytes.length, bodyStart: bytes.length };
}
