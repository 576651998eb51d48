import { fromHex, toHex } from '../kernel/bytes.ts';
import { decodeCbor } from '../kernel/canonical.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { ACCOUNTS, type Account, type Chain } from '../ledger/index.ts';
import type { RightsChange } from '../log/kinds.ts';
import type { Roster, MemberRights } from './roster.ts';

export interface RosterSyncInit {
  readonly chain: Pick<Chain, 'base' | 'store' | 'entriesUnder' | 'onFinal'>;
  readonly roster: Roster;
  /** The block up to which the log was told of changes before this start. */
  readonly told: number;
}

type Listener = (rights: readonly RightsChange[], height: number) => void;

/** Feeds the roster from final blocks, from the first block on and as they arrive [M1]. */
export class RosterSync {
  readonly #init: RosterSyncInit;
  readonly #listeners = new Set<Listener>();
  readonly #missed: RightsChange[];
  /** The block that the roster has reached. */
  #height = 0;
  /** [M8] Whether earlier blocks are still missing. */
  #partial = false;

  constructor(init: RosterSyncInit) {
    this.#init = init;
    this.#missed = this.#fold(init.told);
    init.chain.onFinal(({ header }) => this.#follow(header.height));
  }

  /**
   * [M9] Changes that the log was not told of because the node stopped; to be reported before anything else.
   */
  get missed(): { readonly rights: readonly RightsChange[]; readonly height: number } {
    return { rights: this.#missed, height: this.#mark };
  }

  /**
   * [M9] Calls back with whose rights changed, after each final block that concerns people; returns how to
   * stop.
   */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** [M8] Checks whether the chain was replaced by a snapshot, or the blocks before one are complete now. */
  look(): void {
    const jumped = this.#init.chain.base.height !== this.#height;
    if (jumped || (this.#partial && this.#complete())) this.#refold();
  }

  /** Events judged without all blocks are judged again at the next start, if the blocks are here then. */
  get #mark(): number {
    return this.#partial ? 0 : this.#height;
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
    for (const listener of this.#listeners) listener(rights, this.#mark);
  }

  /** Folds again; reports whose rights differ from what was assumed, and since when. */
  #refold(): void {
    const { roster } = this.#init;
    const before = new Map(roster.members().map((member) => [toHex(member.key), member.rightsHistory]));
    this.#fold();
    const rights: RightsChange[] = [];
    for (const { key, rightsHistory } of roster.members()) {
      const since = firstDifference(before.get(toHex(key)) ?? [], rightsHistory);
      if (since !== null) rights.push({ keys: roster.keysOf(key), since });
    }
    this.#tell(rights);
  }

  /** Returns the changes of blocks above `told`. */
  #fold(told = Infinity): RightsChange[] {
    const { roster, chain } = this.#init;
    const { store } = chain;
    const lowest = store.lowest() ?? 1;
    const rights: RightsChange[] = [];
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
    // A snapshot that came without its blocks may have changed anything at any time.
    if (lowest > told + 1) {
      for (const { key } of roster.members()) rights.push({ keys: roster.keysOf(key), since: 0 });
    }
    for (const change of store.aboutPeople(lowest)) {
      const keys = roster.apply(change);
      if (change.height > told) rights.push({ keys, since: ticksOf(change.time) });
    }
    return rights;
  }

  #complete(): boolean {
    const { store } = this.#init.chain;
    const lowest = store.lowest();
    return lowest === null || (lowest === 1 && store.transactionsOf(1).length === store.header(1)!.count);
  }
}

/** The time from which on two lists of standings differ; null if they are equal. */
function firstDifference(a: readonly MemberRights[], b: readonly MemberRights[]): number | null {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [one, other] = [a[at], b[at]];
    if (one?.from === other?.from && one?.role === other?.role) continue;
    return Math.min(one?.from ?? Infinity, other?.from ?? Infinity);
  }
  return null;
}
