import type { LanguageDetector } from './classifier.ts';
import { openTable, type SearchTable } from './language-table.ts';

/** The least number of letters from which a language is detected. */
const LEAST_LETTERS = 12;
const LETTER = /\p{L}/gu;
/** Separators of words: no letters, and no apostrophe at the end, which begins or ends a word. */
const BETWEEN = /[^\p{L}]+(?<!['`’])/gu;

/** How much of a text is read: up to the first end of a word after so many bytes of UTF-8, and never more than `MOST`. */
const ENOUGH = 350;
const MOST = 380;
const MAX_CHARS = 1000;
const MAX_WORD_BYTES = 70;
/** A word is read in sequences of four bytes, each of which begins three bytes after the one before it. */
const SEQUENCE = 4;
const STRIDE = 3;
/** Scores in the table are smaller by this number, so that they fit into a byte. */
const LEAST_SCORE = 53;
const SPACE = 0x20;

/**
 * Detects languages as eld 2.1 does (Nito T.M., Apache-2.0), whose table this is: the sequences of bytes in a text add up
 * to a score for each language, and the highest wins.
 *
 * @param file the content of `languages.bin`; throws an Error if it is damaged.
 */
export function languageDetector(file: Uint8Array): LanguageDetector {
  const table = openTable(file);
  const read = new Reader(table);
  return {
    detect(text) {
      let letters = 0;
      LETTER.lastIndex = 0;
      while (letters < LEAST_LETTERS && LETTER.test(text)) letters += 1;
      if (letters < LEAST_LETTERS) return null;
      const best = read.bestOf(text.slice(0, MAX_CHARS).replace(BETWEEN, ' ').trim().toLowerCase());
      return best === -1 ? null : table.codes[best]!;
    },
  };
}

/** Adds up the scores of one text after another, in memory that it keeps. */
class Reader {
  readonly #table: SearchTable;
  readonly #encoder = new TextEncoder();
  /** The text, and a sequence with the spaces around it. */
  readonly #text = new Uint8Array(4 * MAX_CHARS);
  readonly #sequence = new Uint8Array(MAX_WORD_BYTES + MOST);
  readonly #scores: Int32Array;
  /** In which text each sequence was last met: it counts once. */
  readonly #met: Uint32Array;
  #turn = 0;

  constructor(table: SearchTable) {
    this.#table = table;
    this.#scores = new Int32Array(table.codes.length);
    this.#met = new Uint32Array(table.count);
  }

  /** The place of the language with the highest score; -1 if the text has no known sequence. */
  bestOf(text: string): number {
    this.#scores.fill(0);
    this.#turn = (this.#turn + 1) >>> 0;
    const { written } = this.#encoder.encodeInto(text, this.#text);
    this.#words(written);
    let best = -1;
    for (const [language, score] of this.#scores.entries()) {
      if (score > (best === -1 ? 0 : this.#scores[best]!)) best = language;
    }
    return best;
  }

  #words(written: number): void {
    let from = 0;
    let at = 0;
    while (at < written && at <= MOST) {
      if (this.#text[at] !== SPACE) {
        at += lengthOf(this.#text[at]!);
        continue;
      }
      this.#word(from, at);
      if (at > ENOUGH) return;
      at += 1;
      from = at;
    }
    this.#word(from, at);
  }

  #word(from: number, to: number): void {
    if (to === from) return;
    const length = Math.min(MAX_WORD_BYTES, to - from);
    let at = 0;
    for (; at + SEQUENCE < length; at += STRIDE)
      this.#count(from + at, from + at + SEQUENCE, at === 0, false);
    this.#count(from + Math.max(0, length - SEQUENCE), to, at === 0, true);
  }

  /** Counts a sequence, with a space where it begins or ends its word. */
  #count(from: number, to: number, begins: boolean, ends: boolean): void {
    let length = 0;
    if (begins) this.#sequence[length++] = SPACE;
    for (let at = from; at < to; at += 1) this.#sequence[length++] = this.#text[at]!;
    if (ends) this.#sequence[length++] = SPACE;
    const { find, starts, marks } = this.#table;
    const place = find(this.#sequence, 0, length);
    if (place === -1 || this.#met[place] === this.#turn) return;
    this.#met[place] = this.#turn;
    for (let mark = starts[place]!; mark < starts[place + 1]!; mark += 2) {
      this.#scores[marks[mark]!]! += marks[mark + 1]! + LEAST_SCORE;
    }
  }
}

/** The length of a character of UTF-8, by its first byte. */
function lengthOf(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
