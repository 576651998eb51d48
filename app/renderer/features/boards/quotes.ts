/**
 * The quote depth of a mail line: `> > text` is 2, an unquoted line 0. At most 3, the deepest level drawn
 * differently.
 */
export function quoteDepth(line: string): number {
  const lead = /^(?:\s{0,3}[A-Za-z]{0,4}>)(?:\s?>)*/.exec(line.slice(0, 80));
  if (!lead) return 0;
  return Math.min(3, lead[0].replace(/[^>]/g, '').length);
}

/** The line where a plain post’s signature starts (“-- ” on a line of its own), or the number of lines. */
export function signatureAt(lines: readonly string[]): number {
  const at = lines.findLastIndex((line) => line === '--' || line === '-- ');
  return at >= 0 && lines.length - at <= 12 ? at : lines.length;
}

/** A post’s text as the start of a reply: each line after `> `, without the quotes in it. */
export function quoted(text: string): string {
  const own = text.split('\n').filter((line) => quoteDepth(line) === 0);
  const kept = own
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
    .slice(0, 2000);
  return kept === ''
    ? ''
    : `${kept
        .split('\n')
        .map((line) => `> ${line}`.trimEnd())
        .join('\n')}\n\n`;
}
