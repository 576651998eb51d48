import { isAscii } from './homoglyphs.ts';

const SPACE =
  '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\u2800\\u3164\\u115f\\u1160\\uffa0';
const CHUNK = new RegExp(`[^${SPACE}]+`, 'gu');
/** Invisible characters and combining marks, in a row. */
const UNSEEN_RUN =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /(?:[\p{Cf}\p{Cs}\p{M}]|[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f])+/gu;
/** The characters of most messages; a faster check than the absence of the above. */
// oxlint-disable-next-line no-control-regex -- tab and line ends are meant
const PRINTABLE = /^[\u0020-\u007e\t-\r]*$/;
const MARK = /^\p{M}$/u;
/** Marks that are invisible themselves: joiners and variation selectors. */
const UNSEEN_MARKS = new Set([0x034f, 0x17b4, 0x17b5, ...Array.from({ length: 16 }, (_, at) => 0xfe00 + at)]);
/** Marks that may be stacked on one letter. */
const MAX_MARKS = 2;
const MAX_CHUNK = 96;

/** The runs of characters between spaces. */
export function runsOf(text: string): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  if (!isAscii(text)) {
    for (const run of text.matchAll(CHUNK)) runs.push({ start: run.index, end: run.index + run[0].length });
    return runs;
  }
  // The same for most texts, several times as fast.
  let start = -1;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) : 32;
    const blank = code === 32 || (code >= 9 && code <= 13);
    if (!blank && start < 0) start = at;
    else if (blank && start >= 0) {
      runs.push({ start, end: at });
      start = -1;
    }
  }
  return runs;
}

/** Cuts a run without spaces into pieces of bounded length, never inside a character. */
export function tokens(run: string): string[] {
  if (run.length <= MAX_CHUNK) return [run];
  const characters = [...run];
  const cut: string[] = [];
  for (let at = 0; at < characters.length; at += MAX_CHUNK) {
    cut.push(characters.slice(at, at + MAX_CHUNK).join(''));
  }
  return cut;
}

/** The text without invisible characters, and the original position of each character. */
export function visible(text: string): { seen: string; origin: (at: number) => number } {
  if (PRINTABLE.test(text) || text.search(UNSEEN_RUN) < 0) return { seen: text, origin: (at) => at };
  const removed: { readonly at: number; readonly shift: number }[] = [];
  let shift = 0;
  const seen = text.replace(UNSEEN_RUN, (run, start: number) => {
    let kept = '';
    let marks = 0;
    let at = start;
    for (const character of run) {
      const isMark = MARK.test(character) && !UNSEEN_MARKS.has(character.codePointAt(0)!);
      if (isMark) marks += 1;
      if (isMark && marks <= MAX_MARKS) kept += character;
      else {
        shift += character.length;
        removed.push({ at: at + character.length - shift, shift });
      }
      at += character.length;
    }
    return kept;
  });
  return {
    seen,
    origin(at) {
      let low = 0;
      let high = removed.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (removed[middle]!.at <= at) low = middle + 1;
        else high = middle;
      }
      return at + (low === 0 ? 0 : removed[low - 1]!.shift);
    },
  };
}
