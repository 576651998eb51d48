import table from './normalise.json' with { type: 'json' };
import {
  bare,
  flagsOf,
  isAscii,
  LETTERS,
  MARKS,
  marksOf,
  ownCopy,
  shapeOf,
  shortened,
  spellingOf,
  trimmed,
  WORD,
} from './homoglyphs.ts';
import { ListedWords, LONGEST_LISTED } from './listed-words.ts';
import { Recent } from './recent.ts';
import { tokens, runsOf, visible } from './stretches.ts';

/** The reading of a run of characters between spaces. */
export interface Chunk {
  /** Words and marks for the first stage. */
  readonly words: readonly string[];
  /** The same, in legible form, for the second stage. */
  readonly text: string;
  /** The word itself, if the chunk is a single word. */
  readonly core: string;
  /** Whether that word has no vowel, like fragments of words that were split. */
  readonly fragment: boolean;
  /** Whether a listed word was disguised. */
  readonly repaired: boolean;
}

/** One reading of a part of the text, with its position in the original. */
export interface Reading {
  readonly words: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** A message as the models read it. */
export interface Normalised {
  readonly readings: readonly Reading[];
  readonly flags: readonly string[];
  readonly line: string;
  /** How many listed words were disguised. */
  readonly disguised: number;
}

/** A chunk with its position in the original. */
interface Place {
  readonly chunk: Chunk;
  readonly start: number;
  readonly end: number;
}

/** Where the search for letters written apart continues, so that no stretch is searched twice. */
interface Search {
  from: number;
}

/** Every address contains one of these; a fast check. */
const ADDRESS_SIGN = /[.:/]/;
const ADDRESS =
  /^[^\p{L}\p{N}]*(?:(?:https?|hxxps?|ftp)[:/]|www\.)|^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|biz|ru|cn|co|io|me|tv|us|uk|de|br|xyz|top|club|online|site|shop|ly|gl|gg|app|link)(?:[/:?]|[^\p{L}\p{N}]*$)/u;
const MAIL = /[^@]@[a-z0-9-]+(?:\.[a-z0-9-]+)+/u;
const MENTION = /^[^\p{L}\p{N}@]*@[\p{L}\p{N}_]+[^\p{L}\p{N}]*$/u;
const APOSTROPHE = /['’`´ʼ]/gu;
const ASCII_LETTER = /[a-z]/u;
const VOWEL = /[aeiouy]/u;
const HOST_NOISE = new Set(['http', 'https', 'www', 'com']);

const MAX_HOST_WORDS = 6;
const MAX_SPACED = 40;
/** Chunks whose reading is cached, in each of two generations; about 8 MB when both are full. */
const MOST_KEPT = 10_000;

/**
 * Undoes disguises: look-alike letters, leetspeak, invisible and stacked characters, letters apart, repeated
 * letters, mixed scripts. Its counterpart for training is tools/training/normalise.py; the vectors in
 * `vectors/normalise.json` keep both in step. Time and memory are linear in the text.
 */
export class Normaliser {
  readonly #lookalikes = new Map(Object.entries(table.lookalikes));
  readonly #listed = new ListedWords();
  readonly #kept = new Recent<Chunk>(MOST_KEPT);

  /** Reads a message. Positions are offsets in `text` as given. */
  message(text: string): Normalised {
    const { seen, origin } = visible(text);
    const places: Place[] = [];
    for (const { start, end } of runsOf(seen)) {
      let at = start;
      for (const token of tokens(seen.slice(start, end))) {
        places.push({ chunk: this.#chunk(token), start: origin(at), end: origin(at + token.length) });
        at += token.length;
      }
    }
    const readings: Reading[] = [];
    const parts: string[] = [];
    let disguised = 0;
    const search: Search = { from: 0 };
    for (let at = 0; at < places.length;) {
      const place = places[at]!;
      const apart = this.#apart(places, at, search);
      const last = apart === null ? place : places[apart.end - 1]!;
      readings.push({ words: apart?.words ?? place.chunk.words, start: place.start, end: last.end });
      if (apart !== null) parts.push(...apart.words);
      else if (place.chunk.text !== '') parts.push(place.chunk.text);
      if (apart !== null || place.chunk.repaired) disguised += 1;
      at = apart?.end ?? at + 1;
    }
    return { readings, flags: flagsOf(text), line: parts.join(' '), disguised };
  }

  #chunk(token: string): Chunk {
    const known = this.#kept.get(token);
    if (known !== undefined) return known;
    const own = ownCopy(token);
    const read = this.#read(own);
    const chunk = { ...read, fragment: read.core !== '' && !VOWEL.test(read.core) };
    this.#kept.set(own, chunk);
    return chunk;
  }

  #read(token: string): Omit<Chunk, 'fragment'> {
    const clean = this.#clean(token);
    if (ADDRESS_SIGN.test(clean) && ADDRESS.test(clean)) {
      const hosts = wordsOf(clean)
        .filter((word) => !HOST_NOISE.has(word))
        .slice(0, MAX_HOST_WORDS);
      return {
        words: ['<url>', ...hosts.map(shapeOf)],
        text: ['url', ...hosts].join(' '),
        core: '',
        repaired: false,
      };
    }
    const at = clean.includes('@');
    if (at && MAIL.test(clean)) {
      const hosts = wordsOf(clean.slice(clean.indexOf('@') + 1)).slice(0, MAX_HOST_WORDS);
      return { words: ['<mail>', ...hosts.map(shapeOf)], text: 'mail', core: '', repaired: false };
    }
    const marks = marksOf(clean);
    const found = this.#listed.target(clean);
    if (found !== null) {
      return { words: [found, ...marks], text: found, core: found, repaired: trimmed(clean) !== found };
    }
    if (at && MENTION.test(clean)) return { words: ['<user>'], text: 'user', core: '', repaired: false };
    const plain = clean.replace(APOSTROPHE, '');
    let repaired = false;
    const words = wordsOf(plain).map((word) => {
      const again = word.length < plain.length ? this.#listed.target(word) : null;
      if (again === null) return shapeOf(shortened(word));
      repaired ||= again !== word;
      return again;
    });
    const only = words.length === 1 && LETTERS.test(words[0]!) ? words[0]! : '';
    // The spelling itself is a sign of spam, and of nothing else.
    const spelling = repaired || (words.length === 1 && words[0] === clean) ? [] : [spellingOf(clean)];
    return {
      words: [...words, ...spelling, ...marks],
      text: repaired ? words.join(' ') : shortened(clean),
      core: only === '' && clean.length === 1 ? this.#listed.letterOf(clean) : only,
      repaired,
    };
  }

  /** A chunk in lower case and one Unicode form, without invisible characters; accents stay. */
  #clean(token: string): string {
    if (isAscii(token)) return token.toLowerCase();
    const plain = token.normalize('NFKC').toLowerCase().replace(MARKS, '');
    if (isAscii(plain)) return plain;
    let mapped = '';
    for (const character of plain) mapped += this.#lookalikes.get(character) ?? character;
    if (mapped === plain) return plain;
    const mixed =
      ASCII_LETTER.test(plain) || this.#listed.target(mapped) !== null || ASCII_LETTER.test(bare(plain));
    return mixed ? mapped : plain;
  }

  /** A listed word whose letters are written apart: `f u c k`, `fu ck`, `sh i t`. */
  #apart(
    places: readonly Place[],
    at: number,
    search: Search,
  ): { words: readonly string[]; end: number } | null {
    const { core, fragment: torn } = places[at]!.chunk;
    if (core === '') return null;
    if (core.length <= 2) {
      let end = at;
      let letters = '';
      let single = true;
      let fragment = false;
      for (; end < places.length && end - at < MAX_SPACED; end += 1) {
        const { core: part, fragment: isFragment } = places[end]!.chunk;
        if (part === '' || part.length > 2) break;
        single &&= part.length === 1;
        fragment ||= isFragment;
        letters += part;
      }
      if (end - at >= 2 && fragment) {
        const found = letters.length >= 3 ? this.#listed.repeated(letters) : null;
        if (found !== null) return { words: [found], end };
        if (single && end - at >= 4 && at >= search.from) {
          const inner = this.#listed.inside(letters);
          if (inner !== null) return { words: inner, end };
          // A word that continues beyond a stretch that was cut may begin in the stretch's last letters.
          search.from = end - at < MAX_SPACED ? end : end - LONGEST_LISTED + 1;
        }
      }
    }
    const next = places[at + 1]?.chunk;
    if (next === undefined || next.core === '' || !(torn || next.fragment)) return null;
    const after = next.core;
    const size = core.length + after.length;
    if (size < 4 || size > 14) return null;
    if (this.#listed.holds(core) || this.#listed.holds(after) || !this.#listed.holds(core + after))
      return null;
    return { words: [core + after], end: at + 2 };
  }
}

const wordsOf = (text: string): string[] => text.match(WORD) ?? [];
