/**
 * Scripts that are written without spaces between words. Hangul has spaces, but its particles follow a word
 * without one.
 */
const UNSPACED = String.raw`\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}`;
const LETTERS = String.raw`[\p{L}\p{M}\p{N}]`;
const CONTINUOUS = String.raw`[[${UNSPACED}\p{scx=Hangul}]&&${LETTERS}]`;
const SYMBOL = String.raw`[[\p{Extended_Pictographic}\p{Regional_Indicator}]--\p{ASCII}]`;

const CONTINUOUS_RUN = new RegExp(`${CONTINUOUS}+`, 'gv');
const RUN = new RegExp(`(${CONTINUOUS}+)|(${SYMBOL})|[${LETTERS}--${CONTINUOUS}]+`, 'gv');
/** Letters that Unicode counted among the marks when FTS5's table was made. */
const FORMER_MARKS = String.raw`[\u19b0-\u19c9\u1cf2\u1cf3]`;
const ENCODED = new RegExp(String.raw`[[^\0-\x7f\p{L}\p{N}]${FORMER_MARKS}]`, 'gv');
const ONE_SYMBOL = new RegExp(SYMBOL, 'v');
const WRAPPED = new RegExp(
  String.raw`(?<=[[${UNSPACED}]&&${LETTERS}])\r?\n(?=[[${UNSPACED}]&&${LETTERS}])`,
  'gv',
);

/** Text whose letters are all ASCII: the index reads it as it is. */
const PLAIN = /^[\0-\x7f\xa0\xab\xbb\u2010-\u2027]*$/;
/** Characters beyond ASCII with the little ASCII between them; no other part of a text needs more than lower case. */
const FOREIGN = /[^\0-\x7f]+(?:[\0-\x7f]{1,8}[^\0-\x7f]+)*/g;
/** Signs that compatibility normalisation would join to the word before them, or spell out as a sentence. */
const DROPPED = /[™℠ﷺ]/g;
/** Accents, vowel signs of Arabic and Hebrew, and the Arabic stretch; the voicing of kana distinguishes letters. */
const IGNORED_MARK =
  /(?![\u3099\u309a])(?=\p{M})[\p{sc=Inherited}\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Syriac}\p{sc=Cyrillic}]|\u0640/gu;
const REPLACED = /[ßıđðøłħŧæœþςىیکة\p{Cf}\p{Emoji_Modifier}]/gu;
/** Letters that have no decomposition; invisible characters and skin tones are dropped. */
const REPLACEMENT: Readonly<Record<string, string>> = {
  ß: 'ss',
  ı: 'i',
  đ: 'd',
  ð: 'd',
  ø: 'o',
  ł: 'l',
  ħ: 'h',
  ŧ: 't',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ς: 'σ',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
  ة: 'ه',
};
/** The first private-use character of plane 15; FTS5 takes the plane for letters. */
const PRIVATE_USE = 0xf0000;
/** Words in quotes; a sign of inches opens none. */
const PHRASE = /(?<!\S)["“„]([^"“”„]+)["”“](?!\S)/u;
const MAX_WORDS = 16;

/** A word between separators, characters of a script without spaces, or one pictograph. */
export interface Run {
  readonly kind: 'word' | 'continuous' | 'symbol';
  readonly text: string;
  /** Where it begins in the folded text. */
  readonly at: number;
}

/** Runs that are found only together and in this order. */
export type SearchWord = readonly Run[];

/** Whether the index reads a text as it is. */
export const isPlain = (text: string): boolean => PLAIN.test(text);

/** Removes line breaks where a script without spaces was wrapped. */
export const unwrapped = (text: string): string => (isPlain(text) ? text : text.replace(WRAPPED, ''));

/** [B7] The form in which texts and queries are compared: without case, width, accents and invisible characters. */
export function foldOf(text: string): string {
  return isPlain(text) ? text.toLowerCase() : text.replace(FOREIGN, foldForeign).toLowerCase();
}

const foldForeign = (text: string): string =>
  text
    .replace(DROPPED, ' ')
    .normalize('NFKD')
    .toLowerCase()
    .replace(IGNORED_MARK, '')
    .normalize('NFC')
    .replace(REPLACED, (found) => REPLACEMENT[found] ?? '');

/** The runs of a folded text, in order. */
export function* runsOf(folded: string): Generator<Run> {
  for (const { 0: text, 1: continuous, 2: symbol, index } of folded.matchAll(RUN)) {
    yield { kind: continuous ? 'continuous' : symbol ? 'symbol' : 'word', text, at: index };
  }
}

/**
 * The words that a person typed, at most 16. Words in quotes are a phrase, which counts as one; no other sign
 * and no word has a meaning of its own.
 */
export function wordsOf(query: string): SearchWord[] {
  const parts = query.split(PHRASE);
  return parts
    .flatMap((part, index) => {
      const runs = [...runsOf(foldOf(part))];
      if (index % 2 === 1) return runs.length > 0 ? [runs] : [];
      return adjacent(runs);
    })
    .slice(0, MAX_WORDS);
}

function adjacent(runs: readonly Run[]): Run[][] {
  const words: Run[][] = [];
  let end = -1;
  for (const run of runs) {
    if (run.at === end) words.at(-1)!.push(run);
    else words.push([run]);
    end = run.at + run.text.length;
  }
  return words;
}

/**
 * [B8] A text as FTS5's tokenizer reads it: folded, with scripts without spaces as overlapping pairs of
 * characters, and with marks and pictographs as private-use characters, which are letters to it.
 */
export function indexedText(text: string): string {
  if (isPlain(text)) return text;
  return unwrapped(text).replace(FOREIGN, (foreign) =>
    encoded(foldForeign(foreign).replace(CONTINUOUS_RUN, (run) => ` ${pairsOf(run).join(' ')} `)),
  );
}

/**
 * The phrase by which FTS5 finds a word. With `begun`, the word may go on in the text. A single character of a
 * script without spaces is the beginning of a pair.
 */
export function phraseOf(word: SearchWord, { begun }: { readonly begun: boolean }): string {
  const last = word.at(-1)!;
  const tokens = word.flatMap((run) => {
    if (run.kind !== 'continuous') return run.text;
    const pairs = pairsOf(run.text);
    return run === last && pairs.length > 1 ? pairs.slice(0, -1) : pairs;
  });
  const isPrefix = last.kind === 'continuous' ? [...last.text].length === 1 : begun && mayGoOn(word);
  return `"${encoded(tokens.join(' '))}"${isPrefix ? '*' : ''}`;
}

/** Whether a word that is still being typed can be the beginning of a longer one. */
export function mayGoOn(word: SearchWord): boolean {
  const last = word.at(-1)!;
  return last.kind === 'word' && last.text.length > 1;
}

/** Each character with the one after it, and the last alone. */
function pairsOf(run: string): string[] {
  const characters = [...run];
  return characters.map((character, index) => character + (characters[index + 1] ?? ''));
}

/** Marks and pictographs as private-use characters, so that FTS5 separates words where this program does. */
const encoded = (text: string): string =>
  text.replace(ENCODED, (found) => {
    if (/[\p{M}\p{L}]/u.test(found)) return privateUse(found);
    return ONE_SYMBOL.test(found) ? ` ${privateUse(found)} ` : ' ';
  });

const privateUse = (character: string): string =>
  String.fromCodePoint(...character.split('').map((unit) => PRIVATE_USE + unit.charCodeAt(0)));
