import { BUCKETS, bucketOf, bytesOf, crc, flagBucket, wordBuckets } from './features.ts';
import { HEADS } from './heads.ts';
import type { Normalised } from './normalise.ts';

const WIDTH = HEADS.length;
/** Words whose sums are kept; about 10 MB when full. */
const MAX_KEPT = 60_000;

/** The first stage's weights: signed bytes by bucket and head, a scale and a bias a head. */
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

interface Known {
  /** Sum of the weights of all its features, by head. */
  readonly sum: Float32Array;
  readonly count: number;
  readonly bytes: Uint8Array;
  /** CRC state after `b`, the word and a blank: where every pair that it begins goes on from. */
  readonly pairs: number;
  stamp: number;
}

/**
 * The linear model that sees every message first. Each different word and each different pair of
 * neighbours counts once, so repeating a message's words does not move it.
 */
export class FirstStage {
  readonly #table: Int8Array;
  readonly #scales: Float32Array;
  readonly #bias: Float32Array;
  readonly #words = new Map<string, Known>();
  readonly #stamps = new Uint32Array(BUCKETS);
  #stamp = 0;

  constructor({ table, scales, bias }: FirstWeights) {
    if (table.length !== BUCKETS * WIDTH || scales.length !== WIDTH || bias.length !== WIDTH)
      throw new Error('the weights of the first stage have another shape');
    this.#table = table;
    this.#scales = scales;
    this.#bias = bias;
  }

  /** Logits by head, and how many features the message has. */
  score({ readings, flags }: Normalised): { logits: Float32Array; features: number } {
    this.#next();
    const total = new Float32Array(WIDTH);
    let features = 0;
    let before: Known | null = null;
    for (const { words } of readings) {
      for (const word of words) {
        const known = this.#known(word);
        if (known.stamp !== this.#stamp) {
          known.stamp = this.#stamp;
          for (let head = 0; head < WIDTH; head += 1) total[head]! += known.sum[head]!;
          features += known.count;
        }
        if (before !== null) {
          const pair = bucketOf(crc(known.bytes, before.pairs));
          if (this.#stamps[pair] !== this.#stamp) {
            this.#stamps[pair] = this.#stamp;
            this.#add(total, pair);
            features += 1;
          }
        }
        before = known;
      }
    }
    for (const flag of flags) this.#add(total, flagBucket(flag));
    features += flags.length;
    const norm = Math.sqrt(Math.max(1, features));
    for (let head = 0; head < WIDTH; head += 1) {
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
        const own = this.#known(word).sum[head]! * scale;
        adds += own;
        if (own > heaviest && !word.startsWith('<')) {
          heaviest = own;
          term = word;
        }
      }
      if (term !== '' && adds > 0) shares.push({ term, start, end, adds });
    }
    return shares.toSorted((a, b) => b.adds - a.adds).slice(0, most);
  }

  #next(): void {
    this.#stamp += 1;
    if (this.#stamp <= 0xffff_fffe) return;
    this.#stamp = 1;
    this.#stamps.fill(0);
    this.#words.clear();
  }

  #known(word: string): Known {
    const found = this.#words.get(word);
    if (found !== undefined) return found;
    if (this.#words.size >= MAX_KEPT) this.#words.clear();
    const buckets = wordBuckets(word);
    const sum = new Float32Array(WIDTH);
    for (const bucket of buckets) this.#add(sum, bucket);
    const bytes = bytesOf(word);
    const known: Known = {
      sum,
      count: buckets.length,
      bytes,
      pairs: crc(bytesOf(' '), crc(bytes, crc(bytesOf('b')))),
      stamp: 0,
    };
    this.#words.set(word, known);
    return known;
  }

  #add(total: Float32Array, bucket: number): void {
    const at = bucket * WIDTH;
    for (let head = 0; head < WIDTH; head += 1) total[head]! += this.#table[at + head]!;
  }
}
