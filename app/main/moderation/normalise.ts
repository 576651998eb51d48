import table from './normalise.json' with { type: 'json' };
import {
  bare,
  covers,
  flagsOf,
  isAscii,
  LETTERS,
  LONG_RUN,
  MARKS,
  marksOf,
  OUTER_LEFT,
  OUTER_RIGHT,
  ownCopy,
  RUN,
  shapeOf,
  spellingOf,
  WORD,
} from './letters.ts';

/** What a run of characters between blanks reads as. */
export interface Chunk {
  /** Words and marks for the first stage. */
  readonly words: readonly string[];
  /** The same, legible, for the second stage. */
  readonly text: string;
  /** The one word it is, where it is one. */
  readonly core: string;
  /** Whether that word has no vowel, as parts of words have that were torn apart. */
  readonly fragment: boolean;
  /** Whether a listed word had been disguised. */
  readonly repaired: boolean;
}

/** One reading of a part of the text, with its place in the original. */
export interface Reading {
  readonly words: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** A message as the models see it. */
export interface Normalised {
  readonly readings: readonly Reading[];
  readonly flags: readonly string[];
  readonly line: string;
  /** How many listed words had been disguised. */
  readonly disguised: number;
}

/** From where letters that stand apart are yet to be searched, so that no stretch is searched twice. */
interface Search {
  from: number;
}

const SPACE =
  '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\u2800\\u3164\\u115f\\u1160\\uffa0';
const CHUNK = new RegExp(`[^${SPACE}]+`, 'gu');
/** Invisible characters and combining marks, in a row. */
const UNSEEN_RUN =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /(?:[\p{Cf}\p{Cs}\p{M}]|[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f])+/gu;
/** What most messages are made of; told much faster than the absence of the above. */
// oxlint-disable-next-line no-control-regex -- tab and line ends are meant
const PRINTABLE = /^[\u0020-\u007e\t-\r]*$/;
const MARK = /^\p{M}$/u;
/** Marks that are invisible themselves: joiners and variation selectors. */
const UNSEEN_MARKS = new Set([0x034f, 0x17b4, 0x17b5, ...Array.from({ length: 16 }, (_, at) => 0xfe00 + at)]);
/** Marks that may pile up on one letter. */
const MAX_MARKS = 2;
const ADDRESS =
  /^[^\p{L}\p{N}]*(?:(?:https?|hxxps?|ftp)[:/]|www\.)|^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|biz|ru|cn|co|io|me|tv|us|uk|de|br|xyz|top|club|online|site|shop|ly|gl|gg|app|link)(?:[/:?]|[^\p{L}\p{N}]*$)/u;
const MAIL = /[^@]@[a-z0-9-]+(?:\.[a-z0-9-]+)+/u;
const MENTION = /^[^\p{L}\p{N}@]*@[\p{L}\p{N}_]+[^\p{L}\p{N}]*$/u;
const APOSTROPHE = /['’`´ʼ]/gu;
const ASCII_LETTER = /[a-z]/u;
const VOWEL = /[aeiouy]/u;
const HOST_NOISE = new Set(['http', 'https', 'www', 'com']);

const MAX_CHUNK = 96;
const MAX_HOST_WORDS = 6;
const MAX_SPACED = 40;
const MAX_DOUBTFUL = 3;
const LONGEST_LISTED = 14;
/** Chunks whose reading is kept; about 8 MB when full. */
const MAX_KEPT = 20_000;
const WILD = new Set('*#%_-.');
const SEPARATORS = new Set(`.-_~*'’·•,:;+=/\\^|()[]{}<>"`);

/**
 * Undoes disguises: look-alike letters, leetspeak, invisible and piled-up characters, letters apart,
 * repeated letters, mixed scripts. Its twin for training is tools/training/normalise.py; the vectors in
 * `vectors/normalise.json` hold the two together. Time and memory are linear in the text.
 */
export class Normaliser {
  readonly #lookalikes = new Map(Object.entries(table.lookalikes));
  readonly #leet = new Map<string, readonly string[]>(Object.entries(table.leet));
  readonly #listed = new Set(table.targets);
  readonly #byShape = new Map<string, string[]>();
  readonly #byLength = new Map<string, string[]>();
  readonly #kept = new Map<string, Chunk>();

  constructor() {
    const put = (map: Map<string, string[]>, key: string, word: string) => {
      const words = map.get(key);
      if (words) words.push(word);
      else map.set(key, [word]);
    };
    for (const word of table.targets) {
      put(this.#byShape, collapsed(word), word);
      put(this.#byLength, `${word.length}${word.charAt(0)}`, word);
    }
  }

  /** Reads a message. Positions are offsets in `text` as given. */
  message(text: string): Normalised {
    const { seen, origin } = visible(text);
    const places: { chunk: Chunk; start: number; end: number }[] = [];
    for (const { start, end } of runsOf(seen)) {
      let at = start;
      for (const piece of pieces(seen.slice(start, end))) {
        places.push({ chunk: this.#chunk(piece), start: origin(at), end: origin(at + piece.length) });
        at += piece.length;
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

  #chunk(piece: string): Chunk {
    const known = this.#kept.get(piece);
    if (known !== undefined) return known;
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    const own = ownCopy(piece);
    const read = this.#read(own);
    const chunk = { ...read, fragment: read.core !== '' && !VOWEL.test(read.core) };
    this.#kept.set(own, chunk);
    return chunk;
  }

  #read(piece: string): Omit<Chunk, 'fragment'> {
    const clean = this.#clean(piece);
    if (ADDRESS.test(clean)) {
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
    if (MAIL.test(clean)) {
      const hosts = wordsOf(clean.slice(clean.indexOf('@') + 1)).slice(0, MAX_HOST_WORDS);
      return { words: ['<mail>', ...hosts.map(shapeOf)], text: 'mail', core: '', repaired: false };
    }
    const marks = marksOf(clean);
    const found = this.#target(clean);
    if (found !== null) {
      return { words: [found, ...marks], text: found, core: found, repaired: trimmed(clean) !== found };
    }
    if (MENTION.test(clean)) return { words: ['<user>'], text: 'user', core: '', repaired: false };
    const plain = clean.replace(APOSTROPHE, '');
    let repaired = false;
    const words = wordsOf(plain).map((word) => {
      const again = word.length < plain.length ? this.#target(word) : null;
      if (again === null) return shapeOf(word.replace(LONG_RUN, '$1$1'));
      repaired ||= again !== word;
      return again;
    });
    const only = words.length === 1 && LETTERS.test(words[0]!) ? words[0]! : '';
    // How it is written says something of its own: of spam, and of nothing else.
    const spelling = repaired || (words.length === 1 && words[0] === clean) ? [] : [spellingOf(clean)];
    return {
      words: [...words, ...spelling, ...marks],
      text: repaired ? words.join(' ') : clean.replace(LONG_RUN, '$1$1'),
      core: only === '' && clean.length === 1 ? (this.#leet.get(clean)?.[0] ?? '') : only,
      repaired,
    };
  }

  /** One chunk in lower case, in one form, without what cannot be seen; accents stay. */
  #clean(piece: string): string {
    const plain = piece.normalize('NFKC').toLowerCase().replace(MARKS, '');
    if (isAscii(plain)) return plain;
    let mapped = '';
    for (const character of plain) mapped += this.#lookalikes.get(character) ?? character;
    if (mapped === plain) return plain;
    const mixed = ASCII_LETTER.test(plain) || this.#target(mapped) !== null || ASCII_LETTER.test(bare(plain));
    return mixed ? mapped : plain;
  }

  /** The listed word that a chunk stands for, however it is written, or null. */
  #target(clean: string): string | null {
    const core = trimmed(clean);
    if (core.length < 3 || core.length > 80) return null;
    if (LETTERS.test(core)) {
      const size = isAscii(core) ? core.length : [...core].length;
      return size < 3 || size > 40 ? null : this.#repeated(bare(core));
    }
    const characters = [...core];
    if (characters.length < 3 || characters.length > 40) return null;
    const letters = characters.filter((character) => LETTERS.test(character)).length;
    if (letters === 0 || letters * 4 < characters.length || (characters.length === 3 && letters < 2))
      return null;
    const options = this.#options(characters);
    if (options === null) return null;
    for (const reading of readings(options)) {
      const found = this.#repeated(reading);
      if (found !== null) return found;
    }
    return this.#masked(characters, letters);
  }

  /** What every character may stand for; null when one stands for nothing. */
  #options(characters: readonly string[]): (readonly string[])[] | null {
    const options: (readonly string[])[] = [];
    let doubtful = 0;
    for (const character of characters) {
      const leet = this.#leet.get(character);
      if (LETTERS.test(character)) options.push([bare(character)]);
      else if (leet !== undefined) {
        options.push(leet.length > 1 && doubtful < MAX_DOUBTFUL ? leet : leet.slice(0, 1));
        if (leet.length > 1) doubtful += 1;
      } else if (SEPARATORS.has(character)) options.push(['']);
      else return null;
    }
    return options;
  }

  #repeated(word: string): string | null {
    if (this.#listed.has(word)) return word;
    return this.#byShape.get(collapsed(word))?.find((target) => covers(word, target)) ?? null;
  }

  /** `f**k`: at least half of it legible, first letter first. */
  #masked(characters: readonly string[], letters: number): string | null {
    if (letters * 2 < characters.length || !LETTERS.test(characters[0]!)) return null;
    const candidates = this.#byLength.get(`${characters.length}${characters[0]}`) ?? [];
    const fits = (target: string) => characters.every((c, at) => c === target.charAt(at) || WILD.has(c));
    return candidates.find(fits) ?? null;
  }

  /** A listed word whose letters stand apart: `f u c k`, `fu ck`, `sh i t`. */
  #apart(
    places: readonly { chunk: Chunk }[],
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
        const found = letters.length >= 3 ? this.#repeated(letters) : null;
        if (found !== null) return { words: [found], end };
        if (single && end - at >= 4 && at >= search.from) {
          const inner = this.#inside(letters);
          if (inner !== null) return { words: inner, end };
          // A word that goes on past a stretch cut short may begin in the stretch's last letters.
          search.from = end - at < MAX_SPACED ? end : end - LONGEST_LISTED + 1;
        }
      }
    }
    const next = places[at + 1]?.chunk;
    if (next === undefined || next.core === '' || !(torn || next.fragment)) return null;
    const after = next.core;
    const size = core.length + after.length;
    if (size < 4 || size > 14) return null;
    if (this.#listed.has(core) || this.#listed.has(after) || !this.#listed.has(core + after)) return null;
    return { words: [core + after], end: at + 2 };
  }

  /** Listed words of four letters and more within letters that stood apart; null when there is none. */
  #inside(letters: string): string[] | null {
    const words: string[] = [];
    let rest = '';
    let any = false;
    for (let at = 0; at < letters.length;) {
      let hit: string | null = null;
      let length = Math.min(LONGEST_LISTED, letters.length - at);
      for (; length > 3; length -= 1) {
        hit = this.#repeated(letters.slice(at, at + length));
        if (hit !== null) break;
      }
      if (hit === null) {
        rest += letters.charAt(at);
        at += 1;
        continue;
      }
      if (rest !== '') words.push(rest);
      rest = '';
      words.push(hit);
      any = true;
      at += length;
    }
    if (rest !== '') words.push(rest);
    return any ? words : null;
  }
}

const collapsed = (word: string) => word.replace(RUN, '$1');
const trimmed = (clean: string) => clean.replace(OUTER_LEFT, '').replace(OUTER_RIGHT, '');
const wordsOf = (text: string): string[] => text.match(WORD) ?? [];

/** Where the runs of characters between blanks lie. */
function runsOf(text: string): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  if (!isAscii(text)) {
    for (const run of text.matchAll(CHUNK)) runs.push({ start: run.index, end: run.index + run[0].length });
    return runs;
  }
  // The same for what most texts are, several times as fast.
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

/** Cuts a run without blanks into pieces of bounded length, never through a character. */
function pieces(run: string): string[] {
  if (run.length <= MAX_CHUNK) return [run];
  const characters = [...run];
  const cut: string[] = [];
  for (let at = 0; at < characters.length; at += MAX_CHUNK) {
    cut.push(characters.slice(at, at + MAX_CHUNK).join(''));
  }
  return cut;
}

/** The text without what cannot be seen, and where each of its characters stood. */
function visible(text: string): { seen: string; origin: (at: number) => number } {
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

/** Every word that the options spell, the likeliest first. */
function* readings(options: readonly (readonly string[])[]): Generator<string> {
  const open = options.flatMap((option, at) => (option.length > 1 ? [at] : []));
  for (let choice = 0; choice < 1 << open.length; choice += 1) {
    yield options
      .map((option, at) => {
        const place = open.indexOf(at);
        // The first doubtful character changes slowest, as in the twin.
        return option[place < 0 ? 0 : (choice >> (open.length - 1 - place)) & 1]!;
      })
      .join('');
  }
}
