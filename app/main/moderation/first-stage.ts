import { BUCKETS, flagBucket, pairBucket, pairStart, wordBuckets } from './features.ts';
import type { Normalised } from './normalise.ts';

/** Words whose sums are kept; about 10 MB when full. */
const MAX_KEPT = 1 << 16;

/** The first stage's weights: signed bytes by bucket and column, a scale and a bias a column; heads come first. */
export interface FirstWeights {
  readonly table: Int8Array;
  readonly scales: Float32Array;
  readonly bias: Float32Array;
}

/** A part of a message and how much it adds to a head's logit. */
interface Share {
  readonly term: string;
  readonly start: number;
  readonly end: number;
  readonly adds: number;
}

/**
 * The linear model that sees every message first. Each different word and each different pair of
 * neighbours counts once, so repeating a message's words does not move it.
 */
export class FirstStage {
  readonly #width: number;
  readonly #table: Int8Array;
  readonly #scales: Float32Array;
  readonly #bias: Float32Array;
  readonly #words = new Map<string, number>();
  /** By the number of a kept word: sums by head, features, where its pairs begin, the last message it was in. */
  readonly #sums: Float32Array;
  readonly #counts = new Uint8Array(MAX_KEPT);
  readonly #pairs = new Int32Array(MAX_KEPT);
  readonly #seen = new Uint32Array(MAX_KEPT);
  /** The last message that each pair was in. */
  readonly #stamps = new Uint32Array(BUCKETS);
  #stamp = 0;

  constructor({ table, scales, bias }: FirstWeights) {
    this.#width = scales.length;
    if (table.length !== BUCKETS * this.#width || bias.length !== this.#width)
      throw new Error('the weights of the first stage have another shape');
    this.#sums = new Float32Array(MAX_KEPT * this.#width);
    this.#table = table;
    this.#scales = scales;
    this.#bias = bias;
  }

  /** Logits by column, and how many features the message has. */
  score({ readings, flags }: Normalised): { logits: Float32Array; features: number } {
    this.#next();
    const width = this.#width;
    const sums = this.#sums;
    const total = new Float32Array(width);
    let features = 0;
    let before = -1;
    for (const { words } of readings) {
      for (const word of words) {
        const known = this.#known(word);
        if (this.#seen[known] !== this.#stamp) {
          this.#seen[known] = this.#stamp;
          const at = known * width;
          for (let head = 0; head < width; head += 1) total[head]! += sums[at + head]!;
          features += this.#counts[known]!;
        }
        if (before >= 0) {
          const pair = pairBucket(this.#pairs[before]!, word);
          if (this.#stamps[pair] !== this.#stamp) {
            this.#stamps[pair] = this.#stamp;
            this.#add(total, 0, pair);
            features += 1;
          }
        }
        before = known;
      }
    }
    for (const flag of flags) this.#add(total, 0, flagBucket(flag));
    features += flags.length;
    const norm = Math.sqrt(Math.max(1, features));
    for (let head = 0; head < width; head += 1) {
      total[head] = (total[head]! * this.#scales[head]!) / norm + this.#bias[head]!;
    }
    return { logits: total, features };
  }

  /** The parts of a message that add most to one head, the heaviest first. */
  shares({ readings }: Normalised, head: number, features: number, most: number): Share[] {
    const scale = this.#scales[head]! / Math.sqrt(Math.max(1, features));
    const shares: Share[] = [];
    for (const { words, start, end } of readings) {
      let adds = 0;
      let term = '';
      let heaviest = 0;
      for (const word of words) {
        const own = this.#sums[this.#known(word) * this.#width + head]! * scale;
        adds += own;
        if (own > heaviest && !word.startsWith('<') && !word.startsWith('=')) {
          heaviest = own;
          term = word;
        }
      }
      if (term !== '' && adds > 0) shares.push({ term, start, end, adds });
    }
    return shares.toSorted((a, b) => b.adds - a.adds).slice(0, most);
  }

  #next(): void {
    // Room for every word of the longest message, so that numbers hold while it is scored.
    if (this.#words.size > MAX_KEPT / 2) this.#words.clear();
    this.#stamp += 1;
    if (this.#stamp < 0xffff_ffff) return;
    this.#stamp = 1;
    this.#stamps.fill(0);
    this.#seen.fill(0);
  }

  /** The number of a word, its sum reckoned if it is new. */
  #known(word: string): number {
    const found = this.#words.get(word);
    if (found !== undefined) return found;
    const number = this.#words.size;
    if (number >= MAX_KEPT) throw new Error('a message has more words than can be');
    const at = number * this.#width;
    this.#sums.fill(0, at, at + this.#width);
    const buckets = wordBuckets(word);
    for (const bucket of buckets) this.#add(this.#sums, at, bucket);
    this.#counts[number] = buckets.length;
    this.#pairs[number] = pairStart(word);
    this.#seen[number] = 0;
    this.#words.set(word, number);
    return number;
  }

  #add(total: Float32Array, at: number, bucket: number): void {
    const width = this.#width;
    const table = this.#table;
    const from = bucket * width;
    for (let head = 0; head < width; head += 1) total[at + head]! += table[from + head]!;
  }
}
