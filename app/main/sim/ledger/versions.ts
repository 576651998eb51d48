import { decodeCbor, encodeCanonical } from '../../kernel/canonical.ts';
import { Problem } from '../../kernel/errors.ts';
import {
  activateAfter,
  MIN_NOTICE_BLOCKS,
  PROTOCOL,
  protocolOf,
  type Activation,
  type Protocol,
} from '../../ledger/state/protocol.ts';
import { checkSchedule } from '../../ledger/state/transactions/protocol.ts';
import type { Block } from '../../ledger/types/block.ts';
import { StateOverlay, writeEntry, type StateView } from '../../ledger/types/state.ts';

/** The version that worlds activate; older releases know only those before it. */
export const NEW_VERSION = 2;

/** A transaction that schedules the new version some blocks after its own, or cancels the schedule (null). */
export function versionTransaction(n: number, afterBlocks: number | null): Uint8Array {
  return encodeCanonical(['version', n, afterBlocks]);
}

/** A transaction of a kind that exists since the new version. */
export function newTransaction(n: number): Uint8Array {
  return encodeCanonical(['new', n]);
}

/** [PV2] The version since which a transaction's kind exists. */
export function sinceOf(transaction: Uint8Array): number {
  return (decodeCbor(transaction) as [string])[0] === 'new' ? NEW_VERSION : 1;
}

/** The schedule that a transaction asks for; undefined if it asks for none. */
function wishOf(transaction: Uint8Array, height: number): Activation | null | undefined {
  const [kind, , afterBlocks] = decodeCbor(transaction) as [string, number, number | null];
  if (kind !== 'version') return undefined;
  return afterBlocks === null ? null : { version: NEW_VERSION, height: height + afterBlocks };
}

/** The version of the protocol after a block, by the code that real ledgers run. */
export class VersionState {
  static readonly first = new VersionState({ get: () => null });
  readonly #state: StateView;

  private constructor(state: StateView) {
    this.#state = state;
  }

  /** The version by which the next block is executed. */
  get version(): number {
    return protocolOf(this.#state).version;
  }

  /** Null until the first schedule. */
  get entry(): Uint8Array | null {
    return this.#state.get(PROTOCOL);
  }

  /** The state after a block of this height on this one. A schedule that the rules refuse has no effect. */
  after(height: number, transactions: readonly Uint8Array[]): VersionState {
    const draft = new StateOverlay(this.#state);
    for (const transaction of transactions) {
      const next = wishOf(transaction, height);
      if (next !== undefined) schedule(draft, next, height);
    }
    activateAfter(draft, height);
    return draft.changes.size === 0 ? this : new VersionState(draft);
  }
}

function schedule(draft: StateOverlay, next: Activation | null, height: number): void {
  const protocol = protocolOf(draft);
  try {
    checkSchedule(protocol, next, height);
  } catch (error) {
    if (error instanceof Problem) return;
    throw error;
  }
  const { version, changes } = protocol;
  writeEntry(draft, PROTOCOL, { version, next, changes: changes + 1 } satisfies Protocol);
}

/** The versions of the final chain by their definition, for the oracle. */
export class VersionModel {
  #next: number | null = null;
  /** The first height of the new version; null while it is not in force. */
  begins: number | null = null;
  /** How many schedules were cancelled. */
  cancelled = 0;

  /** The version by which a block of this height is executed. */
  at(height: number): number {
    return this.begins !== null && height >= this.begins ? NEW_VERSION : 1;
  }

  /** Takes the next final block in order; returns whether all its transactions exist in its version. */
  pass({ header: { height }, transactions }: Block): boolean {
    const fits = transactions.every((transaction) => sinceOf(transaction) <= this.at(height));
    for (const transaction of transactions) {
      const wish = wishOf(transaction, height);
      if (wish === undefined || this.begins !== null) continue;
      if (wish === null && this.#next !== null) this.cancelled++;
      if (wish === null) this.#next = null;
      else if (wish.height >= height + MIN_NOTICE_BLOCKS) this.#next = wish.height;
    }
    if (this.#next === height + 1) this.begins = this.#next;
    return fits;
  }
}
