import { fromHex, toHex } from '../kernel/bytes.ts';
import { decodeCbor } from '../kernel/canonical.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { ACCOUNTS, type Account, type Chain } from '../ledger/index.ts';
import type { RightsChange } from '../log/log.ts';
import type { Roster, Standing } from './roster.ts';

export interface ChronicleInit {
  readonly chain: Pick<Chain, 'base' | 'store' | 'entriesUnder' | 'onFinal'>;
  readonly roster: Roster;
}

/** Tells the roster what final blocks say about people, from the first block on and as they come [M1]. */
export class Chronicle {
  readonly #init: ChronicleInit;
  readonly #listeners = new Set<(rights: readonly RightsChange[]) => void>();
  /** The block up to which the roster goes. */
  #height = 0;
  /** [M8] Whether blocks before those that are here are still to come. */
  #partial = false;

  constructor(init: ChronicleInit) {
    this.#init = init;
    this.#fold();
    init.chain.onFinal(({ header }) => this.#follow(header.height));
  }

  /** [M9] Calls back after each final block that said something about people, with whose rights it changed; returns how to stop. */
  onChange(listener: (rights: readonly RightsChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** [M8] Looks whether the chain began anew with a snapshot, or the blocks before one are all here now. */
  look(): void {
    const jumped = this.#init.chain.base.height !== this.#height;
    if (jumped || (this.#partial && this.#complete())) this.#refold();
  }

  #follow(height: number): void {
    if (height <= this.#height) return;
    if (height > this.#height + 1) return this.#refold();
    this.#height = height;
    const { roster, chain } = this.#init;
    const changes = chain.store.aboutPeople(height, height);
    if (changes.length === 0) return;
    this.#tell(changes.map((change) => ({ keys: roster.apply(change), since: ticksOf(change.time) })));
  }

  #tell(rights: readonly RightsChange[]): void {
    for (const listener of this.#listeners) listener(rights);
  }

  /** Folds anew, and tells whose rights are others than they were thought to be, and since when. */
  #refold(): void {
    const { roster } = this.#init;
    const before = new Map(roster.members().map((member) => [toHex(member.key), member.standings]));
    this.#fold();
    const rights: RightsChange[] = [];
    for (const { key, standings } of roster.members()) {
      const since = firstDifference(before.get(toHex(key)) ?? [], standings);
      if (since !== null) rights.push({ keys: roster.keysOf(key), since });
    }
    this.#tell(rights);
  }

  #fold(): void {
    const { roster, chain } = this.#init;
    const { store } = chain;
    this.#height = chain.base.height;
    this.#partial = !this.#complete();
    if (this.#partial) {
      const entries = chain.entriesUnder(ACCOUNTS);
      roster.begin(
        entries.map(({ key, value }) => ({
          key: fromHex(key.slice(ACCOUNTS.length)),
          account: decodeCbor(value) as Account,
        })),
      );
    } else roster.reset();
    for (const change of store.aboutPeople(store.lowest() ?? 1)) roster.apply(change);
  }

  #complete(): boolean {
    const { store } = this.#init.chain;
    const lowest = store.lowest();
    return lowest === null || (lowest === 1 && store.transactionsOf(1).length === store.header(1)!.count);
  }
}

/** The time from which on two lists of standings differ; null where they never do. */
function firstDifference(a: readonly Standing[], b: readonly Standing[]): number | null {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [one, other] = [a[at], b[at]];
    if (one?.from === other?.from && one?.role === other?.role) continue;
    return Math.min(one?.from ?? Infinity, other?.from ?? Infinity);
  }
  return null;
}
