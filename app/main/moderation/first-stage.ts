import { BUCKETS, flagBucket, pairBucket, pairStart, wordBuckets } from './features.ts';
import type { Normalised } from './normalise.ts';

/** Words whose sums are cached, in each of two generations; about 4 MB when both are full. */
const MOST_KEPT = 1 << 14;
/** Slots for the pairs of one message; more than any message that is read has. */
const PAIR_PLACES = 1 << 15;
/** From this many on, pairs are no longer distinguished, so that there is always a free slot. */
const MOST_PAIRS = PAIR_PLACES - 1024;

/**
 * The first stage's weights: signed bytes by bucket and column, a scale and a bias per column; labels come
 * first.
 */
export interface FirstWeights {
  readonly table: Int8Array;
  readonly scales: Float32Array;
  readonly bias: Float32Array;
}

/** A part of a message and how much it adds to a label's logit. */
interface Share {
  readonly term: string;
  /** The label's column. */
  readonly label: number;
  readonly start: number;
  readonly end: number;
  readonly adds: number;
}

/**
 * The linear model that reads every message first. Each different word and each different pair of adjacent
 * words counts once, so repeating words does not change the result.
 * Nearly all of its time is spent waiting for rows of a table that does not fit into any cache. So rows are
 * looked up first, then all touched together, since a processor fetches many at once if none depends on
 * another, and only then added.
 */
export class FirstStage {
  readonly #width: number;
  readonly #table: Int8Array;
  readonly #scales: Float32Array;
  readonly #bias: Float32Array;
  /** Numbers of cached words; each generation has one half of the arrays below. */
  #newer = new Map<string, number>();
  #older = new Map<string, number>();
  #base = 0;
  /**
   * By the number of a cached word: sums by column, features, where its pairs begin, the last message it
   * occurred in. A word has fewer than a hundred rows of signed bytes.
   */
  readonly #sums: Int16Array;
  readonly #counts = new Uint8Array(2 * MOST_KEPT);
  readonly #starts = new Int32Array(2 * MOST_KEPT);
  readonly #seen = new Uint32Array(2 * MOST_KEPT);
  /** Buckets of pairs by slot, and the last message that used each slot. */
  readonly #pairs = new Uint32Array(PAIR_PLACES);
  readonly #stamps = new Uint32Array(PAIR_PLACES);
  #pairCount = 0;
  #stamp = 0;
  /** Read by nobody; it prevents the compiler from removing the reads that touch the rows. */
  readonly #sink = new Int32Array(1);

  constructor({ table, scales, bias }: FirstWeights) {
    this.#width = scales.length;
    if (table.length !== BUCKETS * this.#width || bias.length !== this.#width)
      throw new Error('the weights of the first stage have another shape');
    this.#sums = new Int16Array(2 * MOST_KEPT * this.#width);
    this.#table = table;
    this.#scales = scales;
    this.#bias = bias;
  }

  /** Logits by column, and how many features the message has. */
  score({ readings, flags }: Normalised): { logits: Float32Array; features: number } {
    this.#next();
    const width = this.#width;
    const total = new Float32Array(width);
    const sums = this.#sums;
    const buckets = flags.map(flagBucket);
    let features = flags.length;
    let before = -1;
    for (const { words } of readings) {
      for (const word of words) {
        const known = this.#known(word);
        if (this.#seen[known] !== this.#stamp) {
          this.#seen[known] = this.#stamp;
          const at = known * width;
          for (let column = 0; column < width; column += 1) total[column]! += sums[at + column]!;
          features += this.#counts[known]!;
        }
        if (before >= 0) {
          const pair = pairBucket(this.#starts[before]!, word);
          if (this.#isNewPair(pair)) buckets.push(pair);
        }
        before = known;
      }
    }
    features += buckets.length - flags.length;
    this.#add(total, buckets);
    const norm = Math.sqrt(Math.max(1, features));
    for (let label = 0; label < width; label += 1) {
      total[label] = (total[label]! * this.#scales[label]!) / norm + this.#bias[label]!;
    }
    return { logits: total, features };
  }

  /** The parts of a message that contribute to some of the labels, in order. */
  shares({ readings }: Normalised, labels: readonly number[], features: number): Share[] {
    const norm = Math.sqrt(Math.max(1, features));
    const shares: Share[] = [];
    for (const { words, start, end } of readings) {
      const numbers = words.map((word) => this.#known(word));
      for (const label of labels) {
        const scale = this.#scales[label]! / norm;
        let adds = 0;
        let term = '';
        let heaviest = 0;
        for (const [at, word] of words.entries()) {
          const own = this.#sums[numbers[at]! * this.#width + label]! * scale;
          adds += own;
          if (own > heaviest && !word.startsWith('<') && !word.startsWith('=')) {
            heaviest = own;
            term = word;
          }
        }
        if (term !== '' && adds > 0) shares.push({ term, label, start, end, adds });
      }
    }
    return shares;
  }

  #next(): void {
    this.#stamp += 1;
    this.#pairCount = 0;
    if (this.#stamp < 0xffff_ffff) return;
    this.#stamp = 1;
    this.#stamps.fill(0);
    this.#seen.fill(0);
  }

  /** Whether a message has a pair for the first time. */
  #isNewPair(bucket: number): boolean {
    let at = bucket & (PAIR_PLACES - 1);
    for (; this.#stamps[at] === this.#stamp; at = (at + 1) & (PAIR_PLACES - 1)) {
      if (this.#pairs[at] === bucket) return false;
    }
    this.#pairCount += 1;
    if (this.#pairCount > MOST_PAIRS) return true;
    this.#pairs[at] = bucket;
    this.#stamps[at] = this.#stamp;
    return true;
  }

  /** The number of a word, with its sums computed if it is new; valid until the generation after the next. */
  #known(word: string): number {
    const found = this.#newer.get(word);
    if (found !== undefined) return found;
    if (this.#newer.size >= MOST_KEPT) {
      this.#older = this.#newer;
      this.#newer = new Map();
      this.#base = MOST_KEPT - this.#base;
    }
    const number = this.#base + this.#newer.size;
    this.#newer.set(word, number);
    const width = this.#width;
    const at = number * width;
    const before = this.#older.get(word);
    if (before !== undefined) {
      this.#sums.copyWithin(at, before * width, (before + 1) * width);
      this.#counts[number] = this.#counts[before]!;
      this.#starts[number] = this.#starts[before]!;
      this.#seen[number] = this.#seen[before]!;
      return number;
    }
    const buckets = wordBuckets(word);
    const sum = new Float32Array(width);
    this.#add(sum, buckets);
    this.#sums.set(sum, at);
    this.#counts[number] = buckets.length;
    this.#starts[number] = pairStart(word);
    this.#seen[number] = 0;
    return number;
  }

  /** Adds rows of the table. */
  #add(total: Float32Array, rows: readonly number[]): void {
    const width = this.#width;
    const table = this.#table;
    let touched = 0;
    for (const row of rows) touched += table[row * width]! + table[row * width + width - 1]!;
    this.#sink[0] = touched;
    for (const row of rows) {
      const from = row * width;
      for (let column = 0; column < width; column += 1) total[column]! += table[from + column]!;
    }
  }
}
