import { toHex } from '../kernel/bytes.ts';
import * as z from 'zod';
import type { LogStore } from './store.ts';

const META_KEY = 'spread';
/** The most peers whose state is remembered; the least recently heard are forgotten. */
const MAX_PEERS = 64;
/** The most events whose gossip is remembered, until catch-up gives better information. */
const MAX_GOSSIPED = 10_000;

const Saved = z.array(z.tuple([z.string(), z.int().nonnegative()])).max(MAX_PEERS);

/** How far one event has spread; the contract's `Finality`. */
export interface SpreadLevel {
  readonly level: 'local' | 'gossiped' | 'replicated' | 'certified';
  readonly copies: number;
  /** [S10] The height of the block that lists it; only with `certified`. */
  readonly block?: number;
}

/**
 * [S9] Tracks who holds how much of this log: for each peer the row number up to which it holds everything.
 */
export class Spread {
  readonly #store: LogStore;
  readonly #replicatedUpTo = new Map<string, number>();
  readonly #gossiped = new Set<string>();

  constructor(store: LogStore) {
    this.#store = store;
    const saved = store.meta<string>(META_KEY);
    if (saved !== null) {
      for (const [peer, seq] of Saved.parse(JSON.parse(saved))) this.#replicatedUpTo.set(peer, seq);
    }
  }

  /** A peer said that it holds all rows up to `seq`. */
  replicated(peer: string, seq: number): void {
    const before = this.#replicatedUpTo.get(peer) ?? 0;
    if (seq <= before) return;
    this.#replicatedUpTo.delete(peer);
    this.#replicatedUpTo.set(peer, seq);
    if (this.#replicatedUpTo.size > MAX_PEERS) dropFirst(this.#replicatedUpTo);
    this.#store.setMeta(META_KEY, JSON.stringify([...this.#replicatedUpTo]));
  }

  /** At least one peer received the event when it was published. */
  gossiped(id: Uint8Array): void {
    this.#gossiped.add(toHex(id));
    if (this.#gossiped.size > MAX_GOSSIPED) dropFirst(this.#gossiped);
  }

  level(id: Uint8Array): SpreadLevel {
    return this.levelOf(this.#store.seqOf(id), id);
  }

  /** The spread level of a row; the id is needed only to distinguish `gossiped` from `local`. */
  levelOf(seq: number | null, id?: Uint8Array): SpreadLevel {
    let copies = 0;
    if (seq !== null) for (const upTo of this.#replicatedUpTo.values()) if (seq <= upTo) copies++;
    const block = seq === null ? null : this.#store.anchors.heightOf(seq);
    if (block !== null) return { level: 'certified', copies, block };
    if (copies > 0) return { level: 'replicated', copies };
    return { level: id && this.#gossiped.has(toHex(id)) ? 'gossiped' : 'local', copies: 0 };
  }

  /** The row number up to which at least one peer holds everything. */
  replicatedUpTo(): number {
    return Math.max(0, ...this.#replicatedUpTo.values());
  }
}

function dropFirst(set: { keys(): IterableIterator<string>; delete(key: string): boolean }): void {
  const first = set.keys().next();
  if (!first.done) set.delete(first.value);
}
