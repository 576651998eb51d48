import { senderName } from './sender-name.ts';

const ADDRESS = /[^\s<>()[\]{},;:"'|]{1,64}@[A-Za-z0-9.-]{1,200}/g;
/** An address in brackets, as mail programs write it after a name. */
const BRACKETED = /\s?(?:<|\[|\()(?:mailto:)?[^\s<>()[\]{},;:"'|]{1,64}@[^\s<>()[\]]{1,200}(?:>|\]|\))/gi;
/** The headers that a quoted or digested mail repeats in a text, after the marks of quotes. */
const SENDER_NAME = /^\*?(?:From|Sender|Reply-To|Von|De|Van|Da|Fra|Från|От|差出人)\*?\s?:\*?\s?/i;
const RECEIVER_NAME =
  /^\*?(?:To|Cc|Bcc|An|Kopie|À|A|Para|Aan|Til|Till|Кому|宛先|Return-Path|Envelope-To|Delivered-To)\*?\s?:/i;
const MAX_LINE_CHARS = 1000;
const HIDDEN_AT = /\S (?:at|-at-|\(at\)|\[at\]) \S{1,100}\.\S|\S(?:_at_|\(at\)|\(a\)|\[at\])\S{0,100}\.\S/i;

/**
 * A text without the addresses of senders that mail programs put into it: the headers of quoted and digested
 * mails, and the lines that introduce a quote. An address that somebody wrote among other words stays.
 */
export function hideAddresses(text: string): string {
  if (!text.includes('@') && !HIDDEN_AT.test(text.slice(0, 64_000))) return text;
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    if (line.length > MAX_LINE_CHARS || !(line.includes('@') || HIDDEN_AT.test(line))) continue;
    const start = quoteEnd(line);
    const own = line.slice(start);
    const name = SENDER_NAME.exec(own)?.[0];
    if (name !== undefined) {
      lines[at] = line.slice(0, start) + name + senderName(own.slice(name.length));
    } else if (RECEIVER_NAME.test(own) || introduces(line, lines[at + 1] ?? '')) lines[at] = bare(line);
  }
  return lines.join('\n');
}

/** Where the words of a line start, after blanks and the marks of quotes. */
function quoteEnd(line: string): number {
  let at = 0;
  while ('>| \t'.includes(line[at] ?? '.')) at++;
  return at;
}

/** Whether a line, or it and the next, ends in the colon that stands before a quote. */
function introduces(line: string, next: string): boolean {
  if (line.trimEnd().endsWith(':')) return true;
  const rest = next.trim();
  return rest.length < 60 && rest.endsWith(':') && rest.split(' ').length <= 4;
}

/** A line with names and without addresses; of an address without a name the part before the "@" stays. */
function bare(line: string): string {
  return line
    .replace(BRACKETED, (found, at: number) => (line.slice(0, at).trim() === '' ? ` ${localOf(found)}` : ''))
    .replace(ADDRESS, (address) => localOf(address));
}

function localOf(address: string): string {
  return address.replace(/^[\s<[(]+(?:mailto:)?/i, '').split('@', 1)[0] ?? '';
}
