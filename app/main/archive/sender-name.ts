import { cleanLine, DIRECTION_MARKS, MAX_NAME_CHARS } from './message.ts';

const MAX_HEADER_CHARS = 2000;
const MAX_TOKENS = 60;
/** "at" as archives write it to hide an address from harvesters. */
const AT = /^(?:at|-at-|\(at\)|\[at\]|<at>|\{at\}|_at_|\(a\)|\[a\]|[@＠])$/i;
const AT_INSIDE = /_at_|\(at\)|\[at\]|\{at\}|<at>|-at-|\(a\)|\[a\]|&#64;|%40|＠/i;
const DOT = /^(?:dot|\(dot\)|\[dot\]|-dot-)$/i;

/** One address of a From header in its parts: words around an address, comments, and what is in angles. */
interface Mailbox {
  phrase: string;
  comments: string[];
  angle: string;
}

/**
 * The name of a sender without the address, from the value of a From header in any of the forms that
 * archives write: the display name, else a comment, else the part before the "@" or "at", else "unknown".
 * @param decode Decodes encoded words; they are decoded after the header is taken apart.
 */
export function senderName(raw: string, decode: (text: string) => string = (text) => text): string {
  const { phrase, comments, angle } = firstMailbox(raw.slice(0, MAX_HEADER_CHARS));
  for (const text of [phrase, ...comments]) {
    const name = nameIn(decode(text));
    if (name !== '') return name;
  }
  return localPart(decode(phrase)) || localPart(decode(angle)) || 'unknown';
}

/** The name of a person as a program wrote it, which may be an address or stand before one. */
export function personName(raw: string): string {
  return (raw.includes('<') ? '' : nameIn(raw)) || senderName(raw);
}

function firstMailbox(raw: string): Mailbox {
  const box: Mailbox = { phrase: '', comments: [], angle: '' };
  let quoted = false;
  for (let at = 0; at < raw.length; at++) {
    const mark = raw[at] ?? '';
    if (mark === '\\' && quoted) {
      box.phrase += raw[++at] ?? '';
    } else if (mark === '"') {
      quoted = !quoted;
    } else if (quoted) {
      box.phrase += mark;
    } else if (mark === '(' || mark === '<') {
      const end = closing(raw, at);
      const inside = raw.slice(at + 1, end);
      const hidesAt = /^(?:at|a|dot)$/i.test(inside);
      if (hidesAt) box.phrase += raw.slice(at, end + 1);
      else if (mark === '(') box.comments.push(inside);
      else if (box.angle === '') box.angle = inside;
      at = end;
      // Words after the address say how it came here, not who wrote.
      if (mark === '<' && !hidesAt && box.phrase.trim() !== '') return box;
    } else if (mark === ',' || mark === ';') {
      if (hasAddress(box) || !raw.slice(at).includes('<')) return box;
      // A comma inside a name that was not quoted: "Holm, Tern <tern@example.org>".
      box.phrase += mark;
    } else {
      box.phrase += mark;
    }
  }
  return box;
}

function hasAddress({ phrase, angle }: Mailbox): boolean {
  return angle !== '' || phrase.includes('@') || AT_INSIDE.test(phrase);
}

/** Where the bracket at `from` closes; brackets of one kind may be nested. */
function closing(raw: string, from: number): number {
  const open = raw[from];
  const close = open === '(' ? ')' : '>';
  let depth = 0;
  for (let at = from; at < raw.length; at++) {
    if (raw[at] === open) depth += 1;
    else if (raw[at] === close && --depth === 0) return at;
  }
  return raw.length;
}

/** The words of a display name that are no part of an address; empty if no letter or digit remains. */
function nameIn(text: string): string {
  const tokens = tokensOf(text);
  const kept: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const length = addressLength(tokens, at);
    if (length > 0) at += length - 1;
    else kept.push(tokens[at] ?? '');
  }
  const name = cleanLine(kept.map(withoutQuotes).join(' ').replaceAll(DIRECTION_MARKS, ''), MAX_NAME_CHARS);
  const bare = trimMarks(name);
  return /[\p{L}\p{N}]/u.test(bare) && !bare.includes('@') ? bare : '';
}

function tokensOf(text: string): string[] {
  return text
    .slice(0, MAX_HEADER_CHARS)
    .split(/\s/)
    .filter((token) => token !== '')
    .slice(0, MAX_TOKENS);
}

/** How many tokens from `at` on are one address; 0 if none is. */
function addressLength(tokens: readonly string[], at: number): number {
  const token = tokens[at] ?? '';
  if (token.includes('@') && token.length > 1) return 1;
  if (AT_INSIDE.test(token) && /[.\])}]/.test(token)) return 1;
  const host = tokens[at + 2] ?? '';
  if (!AT.test(tokens[at + 1] ?? '') || host === '') return 0;
  let length = 3;
  while (DOT.test(tokens[at + length] ?? '') && tokens[at + length + 1] !== undefined) length += 2;
  // "Support at Acme" is a name; a host has a dot.
  return length > 3 || /[^.]\.[^.]/.test(host) || tokens[at + 1] === '@' ? length : 0;
}

/** A word without the quotes that mailing lists put around the name of a member. */
function withoutQuotes(word: string): string {
  const start = word.startsWith("'") ? 1 : 0;
  const end = word.endsWith("'") && word.length > 1 ? word.length - 1 : word.length;
  return word.slice(start, end);
}

/** Removes quotes and brackets around a name. */
function trimMarks(name: string): string {
  const marks = `"'<>[]{}(),;:|/-`;
  let start = 0;
  let end = name.length;
  while (start < end && (marks.includes(name[start] ?? '') || name[start] === ' ')) start++;
  while (end > start && (marks.includes(name[end - 1] ?? '') || name[end - 1] === ' ')) end--;
  const bare = name.slice(start, end);
  // A pair that closes inside the name stays whole: "Tern (the elder)".
  return bare.includes('(') && !bare.includes(')') && name[end] === ')' ? `${bare})` : bare;
}

/** The part of an address before its "@". */
function localPart(text: string): string {
  const [first = ''] = tokensOf(text.replace(/mailto:/gi, ''));
  const local = first.split('@', 1)[0]?.split(AT_INSIDE, 1)[0] ?? '';
  const bare = trimMarks(cleanLine(local.replaceAll(DIRECTION_MARKS, ''), MAX_NAME_CHARS));
  return bare.replace(/\.{1,9}$/, '');
}
