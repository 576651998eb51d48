import { foldOf, isPlain, mayGoOn, runsOf, unwrapped, type Run, type SearchWord } from './search-text.ts';

const SNIPPET_CHARS = 180;
/** A match further in than this is not shown from the start of the text. */
const FROM_START_CHARS = 60;
/** Characters shown before the first match, and how many more to look for a space at which to begin. */
const BEFORE_CHARS = 50;
const SPACE_WITHIN_CHARS = 40;

/** A text is folded in pieces of this length to find the place of a match; only two or three are marked. */
const PIECE_CHARS = 500;

/** [start, end) in UTF-16 units. */
type Range = [number, number];

/** [B9] Plain text around the first match, with the positions of all matches in it. */
export function snippetOf(
  text: string,
  words: readonly SearchWord[],
): { snippet: string; marks: [number, number][] } {
  const plain = unwrapped(text).replace(/\s+/g, ' ').trim();
  const matches = matchesNearFirst(plain, words);
  const [start, end] = windowOf(plain, matches[0]?.[0] ?? 0);
  const before = start > 0 ? '… ' : '';
  const snippet = `${before}${plain.slice(start, end)}${end < plain.length ? ' …' : ''}`;
  const shift = before.length - start;
  const marks = matches
    .filter(([from]) => from >= start && from < end)
    .map(([from, to]): Range => [from + shift, Math.min(to, end) + shift]);
  return { snippet, marks };
}

function windowOf(plain: string, first: number): Range {
  let start = 0;
  if (first >= FROM_START_CHARS) {
    const space = plain.lastIndexOf(' ', first - BEFORE_CHARS);
    start =
      space >= first - BEFORE_CHARS - SPACE_WITHIN_CHARS
        ? space + 1
        : characterStart(plain, first - BEFORE_CHARS);
  }
  return [start, characterStart(plain, start + SNIPPET_CHARS)];
}

/** The start of the character that a position is in, with its accents; the end of the text if beyond. */
function characterStart(text: string, position: number): number {
  let at = Math.min(position, text.length);
  const least = Math.max(0, at - MAX_CHARACTER);
  while (at > least && at < text.length && CONTINUES.test(text[at]!)) at--;
  return at;
}

/** The matches in a part of the text that begins before the first and is longer than a snippet. */
function matchesNearFirst(text: string, words: readonly SearchWord[]): Range[] {
  const first = firstMatch(foldOf(text), words);
  if (first === null) return [];
  const start = pieceBefore(text, first[0]);
  const end = characterStart(text, pieceBefore(text, first[1]) + 3 * PIECE_CHARS);
  // Where the part was cut, a word may seem to begin or end.
  return matchesIn(text.slice(start, end), words)
    .map(([from, to]): Range => [from + start, to + start])
    .filter(([from, to]) => (from > start || start === 0) && (to < end || end === text.length));
}

/** The range of the match that ends first. */
function firstMatch(folded: string, words: readonly SearchWord[]): Range | null {
  const runs: Run[] = [];
  for (const run of runsOf(folded)) {
    runs.push(run);
    for (const [index, word] of words.entries()) {
      if (word.length > runs.length) continue;
      const begun = index === words.length - 1 && mayGoOn(word);
      const { value } = matchesAt(runs, runs.length - word.length, word, begun).next();
      if (value) return value;
    }
  }
  return null;
}

/** The start of the piece before the one that an offset of the folded text is in. */
function pieceBefore(text: string, offset: number): number {
  let before = 0;
  let at = 0;
  let folded = 0;
  for (;;) {
    const end = characterStart(text, at + PIECE_CHARS);
    folded += foldOf(text.slice(at, end)).length;
    if (folded > offset || end === text.length) return before;
    before = at;
    at = end;
  }
}

/** Where the words are in a text, in order; overlapping matches are joined. */
function matchesIn(text: string, words: readonly SearchWord[]): Range[] {
  const { folded, from, to } = placesOf(text);
  const runs = [...runsOf(folded)];
  const found: Range[] = [];
  for (const [index, word] of words.entries()) {
    const begun = index === words.length - 1 && mayGoOn(word);
    for (let at = 0; at + word.length <= runs.length; at++) {
      for (const [start, end] of matchesAt(runs, at, word, begun)) found.push([from[start]!, to[end - 1]!]);
    }
  }
  found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const joined: Range[] = [];
  for (const [start, end] of found) {
    const last = joined.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

/** The matches of a word whose first run is in the run at an index, as ranges of the folded text. */
function* matchesAt(runs: readonly Run[], index: number, word: SearchWord, begun: boolean): Generator<Range> {
  const run = runs[index]!;
  const [first] = word;
  if (run.kind !== first!.kind) return;
  if (word.length === 1 && run.kind === 'continuous') {
    for (let at = run.text.indexOf(first!.text); at >= 0; at = run.text.indexOf(first!.text, at + 1)) {
      yield [run.at + at, run.at + at + first!.text.length];
    }
    return;
  }
  const last = word.length - 1;
  const matches = word.every(({ kind, text }, step) => {
    const there = runs[index + step]!;
    if (there.kind !== kind) return false;
    if (step === last && (begun || kind === 'continuous')) return there.text.startsWith(text);
    return step === 0 && kind === 'continuous' ? there.text.endsWith(text) : there.text === text;
  });
  if (!matches) return;
  const start = run.kind === 'continuous' ? run.at + run.text.length - first!.text.length : run.at;
  yield [start, runs[index + last]!.at + word[last]!.text.length];
}

/** Units that belong to the character before them: surrogates, marks, the later letters of a Hangul syllable. */
const CONTINUES = /[\p{M}\u200d\udc00-\udfff\u1160-\u11ff\ud7b0-\ud7ff\uff9e\uff9f]/u;
/** Marks beyond these are not kept together with their character. */
const MAX_CHARACTER = 100;
/** A base character with what is drawn on it; the letters of a Hangul syllable, which may be separate. */
const CHARACTER =
  /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]+|[\s\S][\p{M}\p{Cf}\p{Emoji_Modifier}\uff9e\uff9f]*/uy;

/** A folded text, and for each of its units the range of the original that it was folded from. */
function placesOf(text: string): { folded: string; from: number[]; to: number[] } {
  if (isPlain(text)) {
    const from = Array.from(text, (_, index) => index);
    return { folded: foldOf(text), from, to: from.map((index) => index + 1) };
  }
  const known = new Map<string, string>();
  const from: number[] = [];
  const to: number[] = [];
  let folded = '';
  for (let at = 0; at < text.length;) {
    CHARACTER.lastIndex = at;
    const [character] = CHARACTER.exec(text)!;
    let form = known.get(character);
    if (form === undefined) known.set(character, (form = foldOf(character)));
    folded += form;
    for (let unit = 0; unit < form.length; unit++) {
      from.push(at);
      to.push(at + character.length);
    }
    at += character.length;
  }
  return { folded, from, to };
}
