import { fromHex } from '../kernel/bytes.ts';
import { decodeCbor } from '../kernel/canonical.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { ACCOUNTS, type Account, type Chain } from '../ledger/index.ts';
import type { RightsChange } from '../log/log.ts';
import type { Roster } from './roster.ts';

export interface ChronicleInit {
  readonly chain: Pick<Chain, 'store' | 'entriesUnder' | 'onFinal'>;
  readonly roster: Roster;
}

/** Tells the roster what final blocks say about people, from the first block on and as they come [M1]. */
export class Chronicle {
  readonly #init: ChronicleInit;
  readonly #listeners = new Set<(rights: readonly RightsChange[]) => void>();
  /** [M8] Whether blocks before those that are here are still to come. */
  #partial = false;

  constructor(init: ChronicleInit) {
    this.#init = init;
    this.#refold();
    init.chain.onFinal(({ header }) => this.#follow(header.height));
  }

  /** [M9] Calls back after each final block that said something about people, with whose rights it changed; returns how to stop. */
  onChange(listener: (rights: readonly RightsChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #follow(height: number): void {
    const { roster, chain } = this.#init;
    if (this.#partial && this.#complete()) {
      // What was judged by the state alone is judged by the whole history now.
      this.#refold();
      return this.#tell(roster.members().map(({ key }) => ({ keys: roster.keysOf(key), since: 0 })));
    }
    const changes = chain.store.aboutPeople(height, height);
    if (changes.length === 0) return;
    this.#tell(changes.map((change) => ({ keys: roster.apply(change), since: ticksOf(change.time) })));
  }

  #tell(rights: readonly RightsChange[]): void {
    for (const listener of this.#listeners) listener(rights);
  }

  #refold(): void {
    const { roster, chain } = this.#init;
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
    for (const change of chain.store.aboutPeople()) roster.apply(change);
  }

  #complete(): boolean {
    const { store } = this.#init.chain;
    const lowest = store.lowest();
    return lowest === null || (lowest === 1 && store.transactionsOf(1).length === store.header(1)!.count);
  }
}
