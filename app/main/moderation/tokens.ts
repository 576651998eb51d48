import { ownCopy } from './homoglyphs.ts';
import { Recent } from './recent.ts';

const UNKNOWN = 3;
const FIRST = 0;
const LAST = 2;
const SPACE = '▁';
/** The prefix of a token inside a word, in the WordPiece vocabulary. */
const WITHIN = '##';
/** Words whose tokens are cached, in each of two generations. */
const MOST_KEPT = 10_000;
/** A longer word is one unknown token. */
const LONGEST_WORD = 100;

/**
 * An encoder's vocabulary: tokens by number; if each has a score (log probability) it is a unigram
 * vocabulary.
 */
export interface Vocabulary {
  readonly tokens: readonly string[];
  readonly scores?: readonly number[] | undefined;
}

/** Numbers of the tokens of a word. */
type Cut = (word: string) => readonly number[];

/** Cuts lines into tokens and caches them by word; as tools/training/encoder.py does. */
export class Tokens {
  readonly #cut: Cut;
  readonly #kept = new Recent<readonly number[]>(MOST_KEPT);

  constructor(vocabulary: Vocabulary) {
    this.#cut =
      vocabulary.scores === undefined
        ? longestFirst(vocabulary.tokens)
        : likeliest(vocabulary.tokens, vocabulary.scores);
  }

  /** Numbers of a line's tokens, up to a limit, with the two end tokens. */
  line(line: string, most: number): number[] {
    const found = [FIRST];
    for (const word of line.split(' ')) {
      if (word !== '') found.push(...this.#word(word));
      if (found.length >= most) break;
    }
    if (found.length >= most) found.length = most - 1;
    found.push(LAST);
    return found;
  }

  #word(word: string): readonly number[] {
    const known = this.#kept.get(word);
    if (known !== undefined) return known;
    const cut = this.#cut(word);
    this.#kept.set(ownCopy(word), cut);
    return cut;
  }
}

function numbersOf(tokens: readonly string[]) {
  return {
    numbers: new Map(tokens.flatMap((token, number) => (number > UNKNOWN ? [[token, number] as const] : []))),
    longest: tokens.slice(UNKNOWN + 1).reduce((most, token) => Math.max(most, [...token].length), 1),
  };
}

/** The tokens on the most likely path: a unigram model (Kudo 2018). */
function likeliest(tokens: readonly string[], scores: readonly number[]): Cut {
  const { numbers, longest } = numbersOf(tokens);
  const unknown = scores.reduce((least, score) => Math.min(least, score), 0) - 10;
  return (word) => {
    const letters = [SPACE, ...word];
    const size = letters.length;
    const best = new Float64Array(size + 1).fill(Number.NEGATIVE_INFINITY);
    const from = new Int32Array(size + 1);
    const via = new Int32Array(size + 1).fill(UNKNOWN);
    best[0] = 0;
    for (let start = 0; start < size; start += 1) {
      const base = best[start]!;
      let token = '';
      for (let end = start + 1; end <= Math.min(size, start + longest); end += 1) {
        token += letters[end - 1]!;
        const number = numbers.get(token);
        if (number !== undefined && base + scores[number]! > best[end]!) {
          best[end] = base + scores[number]!;
          from[end] = start;
          via[end] = number;
        }
      }
      if (base + unknown > best[start + 1]!) {
        best[start + 1] = base + unknown;
        from[start + 1] = start;
        via[start + 1] = UNKNOWN;
      }
    }
    const found: number[] = [];
    for (let at = size; at > 0; at = from[at]!) {
      // A row of unknown characters is one unknown token.
      if (via[at] !== UNKNOWN || found.at(-1) !== UNKNOWN) found.push(via[at]!);
    }
    return found.toReversed();
  };
}

/** From the left, the longest known token: WordPiece (Devlin et al. 2019), without accents. */
function longestFirst(tokens: readonly string[]): Cut {
  const { numbers, longest } = numbersOf(tokens);
  const cutPart = (letters: readonly string[]): readonly number[] => {
    if (letters.length > LONGEST_WORD) return [UNKNOWN];
    const found: number[] = [];
    for (let at = 0; at < letters.length;) {
      let end = Math.min(letters.length, at + longest);
      let number: number | undefined;
      for (; end > at; end -= 1) {
        number = numbers.get((at > 0 ? WITHIN : '') + letters.slice(at, end).join(''));
        if (number !== undefined) break;
      }
      if (number === undefined) return [UNKNOWN];
      found.push(number);
      at = end;
    }
    return found;
  };
  return (word) => partsOf(word).flatMap(cutPart);
}

const ACCENT = /\p{Mn}/gu;
const WRITTEN = /[\p{L}\p{N}]/u;
const IDEOGRAPH = /[\u2e80-\u9fff]/u;

/** A word's runs of letters and digits; every punctuation mark and every ideograph is a part of its own. */
function partsOf(word: string): string[][] {
  const parts: string[][] = [];
  let open: string[] | null = null;
  for (const letter of word.normalize('NFD').replace(ACCENT, '')) {
    if (!WRITTEN.test(letter) || IDEOGRAPH.test(letter)) {
      parts.push([letter]);
      open = null;
    } else if (open === null) {
      open = [letter];
      parts.push(open);
    } else {
      open.push(letter);
    }
  }
  return parts;
}
