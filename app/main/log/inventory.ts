import { sha256 } from '../kernel/sha256.ts';
import type { LogEvent } from './event.ts';
import type { Stratum } from './kinds.ts';
import { RangeSet, reverseKey } from './range-set.ts';
import type { LogStore } from './store.ts';

/** The ids of all held events in memory: the sets that peers reconcile, and counts. */
export class Inventory {
  readonly #store: LogStore;
  readonly #sets: Partial<Record<Stratum, RangeSet>> = {};
  readonly #counts: Record<Stratum, number>;

  constructor(store: LogStore) {
    this.#store = store;
    this.#counts = { authority: store.count('authority'), content: store.count('content') };
  }

  /** The number of events held, by stratum or in all. */
  count(stratum?: Stratum): number {
    return stratum ? this.#counts[stratum] : this.#counts.authority + this.#counts.content;
  }

  /**
   * The set that peers reconcile; newest first because its keys count backwards. Read from disk on first use.
   */
  set(stratum: Stratum): RangeSet {
    const known = this.#sets[stratum];
    if (known) return known;
    const set = new RangeSet();
    for (const { time, id } of this.#store.items(stratum)) set.add(reverseKey(time), id);
    this.#sets[stratum] = set;
    return set;
  }

  /** Uses the set in memory if it was read already: this takes a third of the time of a look-up on disk. */
  has({ time, id }: LogEvent, stratum: Stratum | undefined): boolean {
    const set = stratum && this.#sets[stratum];
    return set ? set.has(reverseKey(time), id) : this.#store.has(id);
  }

  /** An event was stored and is on disk. */
  add({ time, id }: LogEvent, stratum: Stratum): void {
    this.#counts[stratum]++;
    this.#sets[stratum]?.add(reverseKey(time), id);
  }

  /** An event was removed on disk. */
  remove({ time, id }: LogEvent, stratum: Stratum): void {
    this.#counts[stratum]--;
    this.#sets[stratum]?.remove(reverseKey(time), id);
  }

  /** [L13] Digest of the events held: equal on two nodes exactly when they hold the same. */
  digest(): Uint8Array {
    const parts: Uint8Array[] = [];
    for (const stratum of ['authority', 'content'] as const) {
      const set = this.set(stratum);
      for (const { id } of set.range(0, set.size)) parts.push(id.slice());
    }
    return sha256(Buffer.concat(parts));
  }
}
