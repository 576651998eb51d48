import { ownCopy } from './letters.ts';

const UNKNOWN = 3;
const FIRST = 0;
const LAST = 2;
const SPACE = '▁';
/** Pieces that one message may have in the second stage, the two ends included. */
export const MAX_PIECES = 64;
const MAX_KEPT = 40_000;

/** The second stage's vocabulary: pieces by number, and how likely each is (log probability). */
export interface Vocabulary {
  readonly pieces: readonly string[];
  readonly scores: readonly number[];
}

/** Cuts words into the pieces on the likeliest path (a unigram model, Kudo 2018); as tools/training/encoder.py. */
export class Pieces {
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #scores: readonly number[];
  readonly #unknown: number;
  readonly #longest: number;
  readonly #kept = new Map<string, readonly number[]>();

  constructor({ pieces, scores }: Vocabulary) {
    this.#numbers = new Map(pieces.flatMap((piece, number) => (number > UNKNOWN ? [[piece, number]] : [])));
    this.#scores = scores;
    this.#unknown = scores.reduce((least, score) => Math.min(least, score), 0) - 10;
    this.#longest = pieces.slice(UNKNOWN + 1).reduce((most, piece) => Math.max(most, [...piece].length), 1);
  }

  /** Numbers of a line's pieces, with both ends. */
  line(line: string): number[] {
    const found = [FIRST];
    for (const word of line.split(' ')) {
      if (word !== '') found.push(...this.#word(word));
      if (found.length >= MAX_PIECES) break;
    }
    if (found.length >= MAX_PIECES) found.length = MAX_PIECES - 1;
    found.push(LAST);
    return found;
  }

  #word(word: string): readonly number[] {
    const known = this.#kept.get(word);
    if (known !== undefined) return known;
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    const cut = this.#cut([SPACE, ...word]);
    this.#kept.set(ownCopy(word), cut);
    return cut;
  }

  #cut(letters: readonly string[]): number[] {
    const size = letters.length;
    const best = new Float64Array(size + 1).fill(Number.NEGATIVE_INFINITY);
    const from = new Int32Array(size + 1);
    const via = new Int32Array(size + 1).fill(UNKNOWN);
    best[0] = 0;
    for (let start = 0; start < size; start += 1) {
      const base = best[start]!;
      let piece = '';
      for (let end = start + 1; end <= Math.min(size, start + this.#longest); end += 1) {
        piece += letters[end - 1]!;
        const number = this.#numbers.get(piece);
        if (number !== undefined && base + this.#scores[number]! > best[end]!) {
          best[end] = base + this.#scores[number]!;
          from[end] = start;
          via[end] = number;
        }
      }
      if (base + this.#unknown > best[start + 1]!) {
        best[start + 1] = base + this.#unknown;
        from[start + 1] = start;
        via[start + 1] = UNKNOWN;
      }
    }
    const found: number[] = [];
    for (let at = size; at > 0; at = from[at]!) {
      // Unknown characters in a row are one unknown.
      if (via[at] !== UNKNOWN || found.at(-1) !== UNKNOWN) found.push(via[at]!);
    }
    return found.toReversed();
  }
}
