import { sleep, type Clock } from '../../kernel/clock.ts';
import { leafHash, nodeHash, rootOfLeaves } from '../../kernel/merkle.ts';
import { sha256 } from '../../kernel/sha256.ts';
import type { ChainStore } from './chain-store.ts';
import type { ChainPlace, TransactionSearch } from './transaction-search.ts';
import { problem } from '../problems.ts';

/** Leaves under one cached hash. */
const CHUNK = 256;
/** Chunks hashed before other work gets a turn. */
const STEP = 16;

interface Chunk {
  readonly from: ChainPlace;
  readonly hash: Uint8Array;
}

/** A tree over the first transactions of the chain. */
export interface TreeHead {
  readonly count: number;
  readonly root: Uint8Array;
}

/**
 * [LB7] Proofs in the tree of all transactions. Hashes over 256 transactions each are cached in memory,
 * computed when the first proof is requested; a proof then reads at most 512 transactions.
 */
export class HistoryTree {
  readonly #store: ChainStore;
  readonly #search: TransactionSearch;
  readonly #clock: Clock;
  readonly #chunks: Chunk[] = [];
  /** Where the incomplete chunk begins. */
  #rest: ChainPlace = [0, 0];
  #filling: Promise<void> = Promise.resolve();

  constructor(store: ChainStore, search: TransactionSearch, clock: Clock) {
    this.#store = store;
    this.#search = search;
    this.#clock = clock;
  }

  /**
   * The proof that a transaction is in the tree after a block, by RFC 9162, section 2.1.3. Throws a Problem
   * `unknown-transaction` or `history-missing`.
   */
  async inclusion(id: Uint8Array, height: number): Promise<TreeHead & { index: number; path: Uint8Array[] }> {
    const placed = this.#store.transaction(id);
    if (!placed || placed.height > height) {
      throw problem('no-final-transaction');
    }
    const count = await this.#countAfter(height);
    const index = this.#indexOf([placed.height, placed.place]);
    return { count, index, root: this.#rootOf(count), path: this.#pathTo(index, 0, count) };
  }

  /**
   * The proof that the tree after a later block only appends to that of an earlier one, by RFC 9162, section
   * 2.1.4. Throws a Problem `history-missing`.
   */
  async consistency(
    fromHeight: number,
    toHeight: number,
  ): Promise<{ first: TreeHead; second: TreeHead; path: Uint8Array[] }> {
    const to = await this.#countAfter(toHeight);
    const from = this.#indexOf([fromHeight + 1, 0]);
    return {
      first: { count: from, root: this.#rootOf(from) },
      second: { count: to, root: this.#rootOf(to) },
      path: from === 0 || from === to ? [] : this.#between(from, 0, to, true),
    };
  }

  /** The number of transactions up to a block; caches the hashes that proofs over them need. */
  async #countAfter(height: number): Promise<number> {
    const lowest = this.#store.lowest();
    const header = lowest === null ? null : this.#store.header(lowest)!;
    const whole =
      header === null || (header.height === 1 && this.#store.transactionsOf(1).length === header.count);
    if (!whole) {
      throw problem('history-incomplete');
    }
    this.#filling = this.#filling.then(() => this.#fill());
    await this.#filling;
    return this.#indexOf([height + 1, 0]);
  }

  /** Hashes new transactions, in steps between which other work gets a turn. */
  async #fill(): Promise<void> {
    for (let made = 1; ; made++) {
      const rows = this.#search.following(this.#rest, CHUNK + 1);
      const next = rows[CHUNK];
      // A chunk is cached once a transaction follows it, at which the next chunk begins.
      if (!next) return;
      const leaves = rows.slice(0, CHUNK).map(({ sealed }) => leafHash(sealed));
      this.#chunks.push({ from: this.#rest, hash: rootOfLeaves(leaves) });
      this.#rest = [next.height, next.place];
      if (made % STEP === 0) await sleep(this.#clock, 0);
    }
  }

  /** The number of the transaction at a place, or of the first one after it. */
  #indexOf(place: ChainPlace): number {
    let [low, high] = [0, this.#chunks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isAfter(this.#chunks[middle]!.from, place)) high = middle;
      else low = middle + 1;
    }
    const chunk = isAfter(place, this.#rest) ? this.#chunks.length : Math.max(0, low - 1);
    return chunk * CHUNK + this.#search.countBetween(this.#startOf(chunk), place);
  }

  #rootOf(count: number): Uint8Array {
    return count === 0 ? sha256(new Uint8Array(0)) : this.#hashOf(0, count);
  }

  /** Hash of the subtree over leaves from one number up to before another. */
  #hashOf(from: number, to: number): Uint8Array {
    if (to - from === CHUNK && from % CHUNK === 0) {
      const chunk = this.#chunks[from / CHUNK];
      if (chunk) return chunk.hash;
    }
    if (to - from <= CHUNK) return rootOfLeaves(this.#leaves(from, to));
    const split = from + largestPower(to - from);
    return nodeHash(this.#hashOf(from, split), this.#hashOf(split, to));
  }

  /** Leaves of at most one chunk. */
  #leaves(from: number, to: number): Uint8Array[] {
    const number = Math.min(Math.floor(from / CHUNK), this.#chunks.length);
    const rows = this.#search.following(this.#startOf(number), to - number * CHUNK);
    return rows.slice(from - number * CHUNK).map(({ sealed }) => leafHash(sealed));
  }

  #startOf(chunk: number): ChainPlace {
    return this.#chunks[chunk]?.from ?? this.#rest;
  }

  #pathTo(index: number, from: number, to: number): Uint8Array[] {
    if (to - from === 1) return [];
    const split = from + largestPower(to - from);
    return index < split
      ? [...this.#pathTo(index, from, split), this.#hashOf(split, to)]
      : [...this.#pathTo(index, split, to), this.#hashOf(from, split)];
  }

  /** SUBPROOF of RFC 9162; `whole` says whether the old tree ends with a subtree that the reader knows. */
  #between(old: number, from: number, to: number, whole: boolean): Uint8Array[] {
    if (old === to) return whole ? [] : [this.#hashOf(from, to)];
    const split = from + largestPower(to - from);
    return old <= split
      ? [...this.#between(old, from, split, whole), this.#hashOf(split, to)]
      : [...this.#between(old, split, to, false), this.#hashOf(from, split)];
  }
}

function isAfter([height, place]: ChainPlace, [otherHeight, otherPlace]: ChainPlace): boolean {
  return height > otherHeight || (height === otherHeight && place > otherPlace);
}

/** The largest power of two below `n`, which is at least 2. */
function largestPower(n: number): number {
  return 2 ** Math.ceil(Math.log2(n) - 1);
}
