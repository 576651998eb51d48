import { dateIn } from './dates.ts';

/**
 * What a line of an mbox that starts with "From " is: it starts a message, it only looks as if it did, or it
 * is plain text.
 */
export type FromLineKind = 'separator' | 'stray' | 'text';

/** The date of a separator as C programs write it: a day of the week, a month and a time. */
const DATED =
  /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.{1,40}\b\d{1,2}:\d{2}\b.{0,40}\b(?:19|20)\d{2}\b|\b(?:19|20)\d{2}-\d{2}-\d{2}[T ]\d{2}:\d{2}/;
/** A separator without a date: of Thunderbird, of old Netscape, of Google Groups, or of an address alone. */
const UNDATED = /^From (?:-?\d{0,25}|-|\S{1,200})\s{0,9}$/;
/** The number of Google Groups, which no sentence has. */
const NUMBERED = /^From -?\d{10,25}\s{0,9}$/;
const LOOSE_TIME = /\b\d{1,2}:\d{2}\b/;
const LOOSE_YEAR = /\b(?:19|20)\d{2}\b/;
const HEADER = /^[!-9;-~]{1,76}:/;
const KNOWN_HEADER =
  /^(?:from|date|subject|message-id|received|return-path|to|cc|reply-to|sender|mime-version|content-[a-z-]{1,30}|path|newsgroups|xref|delivered-to|envelope-to|in-reply-to|references|list-[a-z]{1,20}|resent-[a-z-]{1,20}|x-[\w-]{1,60}|status|organization|lines|approved|precedence|errors-to)\s?:/i;
/** How many lines are searched for a header that mails have. */
const MAX_LINES = 20;

/**
 * @param line The line, without its end.
 * @param after The bytes after it, as far as they are needed.
 * @param place Whether a blank line stands before it, and whether nothing stands after it.
 */
export function fromLineKind(
  line: string,
  after: string,
  place: { readonly afterBlank: boolean; readonly last: boolean },
): FromLineKind {
  const dated = DATED.test(line);
  if (dated && place.last && place.afterBlank) return 'separator';
  const isLoose = UNDATED.test(line) || (LOOSE_TIME.test(line) && LOOSE_YEAR.test(line));
  const begins = startsWithHeaders(after);
  // Some programs leave out the blank line; only a full date or a long number is sure enough without it.
  if (begins && (dated || NUMBERED.test(line) || (isLoose && place.afterBlank))) return 'separator';
  return dated && place.afterBlank ? 'stray' : 'text';
}

/** The date in a separator, in milliseconds since the Unix epoch, or null. */
export function dateOfFromLine(line: string): number | null {
  // The second word is the sender.
  const [, , ...rest] = line.trim().split(' ');
  return dateIn(rest.join(' '));
}

/** Whether a text begins with the headers of a mail; a nested "From " line may stand before them. */
function startsWithHeaders(text: string): boolean {
  for (const line of text.split('\n', MAX_LINES)) {
    if (KNOWN_HEADER.test(line)) return true;
    const goesOn = HEADER.test(line) || /^[ \t]+\S/.test(line) || /^>*From /.test(line);
    if (!goesOn) return false;
  }
  return false;
}
