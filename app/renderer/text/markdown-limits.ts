/**
 * Bounds on markdown. Within them the parser takes some milliseconds; beyond them it may take minutes or overflow its
 * stack, since the cost of some marks grows with the square of their number. At the bounds, the dearest text takes a tenth
 * of a second to draw.
 */

/** Marks that the parser has to pair, or to try as the start of something, and the most of each. */
const MOST_MARKS: readonly (readonly [RegExp, number])[] = [
  [/[*_~]/g, 1000],
  [/[[\]]/g, 600],
  [/`/g, 600],
  [/</g, 400],
  [/\|/g, 2000],
  [/[@:]/g, 1000],
  [/www\./gi, 300],
];
/** Quotes and lists inside each other, and the columns by which a line may be indented. */
const MOST_NESTED = 12;
const MOST_INDENT = 60;
/** Lines of one text. */
const MOST_LINES = 3000;
/** Characters without a blank between them. */
const LONGEST_RUN = 4000;
const NESTING = /^[ \t]*(?:(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*)+/;

/** Whether a text is cheap enough to be shown as markdown. Takes time proportional to its length. */
export function isCheapMarkdown(text: string): boolean {
  if (MOST_MARKS.some(([mark, most]) => countUpTo(text, mark, most + 1) > most)) return false;
  const lines = text.split('\n');
  if (lines.length > MOST_LINES) return false;
  return lines.every((line) => {
    const lead = NESTING.exec(line.slice(0, MAX_LEAD))?.[0] ?? '';
    const nested = lead.match(/>|[-+*]|\d{1,9}[.)]/g)?.length ?? 0;
    return nested <= MOST_NESTED && indentOf(line) <= MOST_INDENT && longestRun(line) <= LONGEST_RUN;
  });
}

/** How much of a line is looked at for nesting; more than the allowed marks and blanks need. */
const MAX_LEAD = 400;

function countUpTo(text: string, mark: RegExp, most: number): number {
  let count = 0;
  for (const _ of text.matchAll(mark)) if (++count === most) break;
  return count;
}

function indentOf(line: string): number {
  let columns = 0;
  for (const sign of line.slice(0, MAX_LEAD)) {
    if (sign !== ' ' && sign !== '\t') break;
    columns += sign === '\t' ? 4 : 1;
  }
  return columns;
}

function longestRun(line: string): number {
  let longest = 0;
  let from = 0;
  for (let at = 0; at <= line.length; at += 1) {
    if (at < line.length && line.charCodeAt(at) > 32) continue;
    longest = Math.max(longest, at - from);
    from = at + 1;
  }
  return longest;
}
