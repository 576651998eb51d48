import { equalBytes, toHex } from '../../kernel/bytes.ts';
import type { Block } from '../types/block.ts';
import type { BlockResult } from '../state/execution.ts';
import type { LedgerEvent } from '../state/events.ts';
import type { EventPlace, LedgerProjection, StateSource } from '../state/kinds.ts';
import type { Base } from '../consensus/proposal.ts';
import type { ProvableState } from '../state/state-store.ts';
import type { Transaction } from '../types/transaction.ts';

/** A block that was executed but is not final yet. */
export interface UnfinalizedBlock extends BlockResult {
  readonly block: Block;
  readonly transactions: readonly Transaction[];
}

/** [E5] The blocks that were executed before they are final, on top of the final state. */
export class UnfinalizedBlocks {
  readonly #final: ProvableState;
  readonly #blocks = new Map<string, UnfinalizedBlock>();

  constructor(final: ProvableState) {
    this.#final = final;
  }

  get(hash: Uint8Array): UnfinalizedBlock | undefined {
    return this.#blocks.get(toHex(hash));
  }

  /** The blocks from the given one down to the last final one (exclusive). */
  below(hash: Uint8Array): Block[] {
    const ahead = this.get(hash);
    return ahead ? [ahead.block, ...this.below(ahead.block.header.parent)] : [];
  }

  put(ahead: UnfinalizedBlock): void {
    this.#blocks.set(toHex(ahead.block.header.hash), ahead);
  }

  clear(): void {
    this.#blocks.clear();
  }

  /** The state after a block, which is the tip of the final chain or was executed before. */
  stateAfter(parent: Base, tip: Base): ProvableState {
    if (equalBytes(parent.hash, tip.hash)) return this.#final;
    const ahead = this.get(parent.hash);
    if (!ahead) throw new Error('a block is executed after its parent');
    return ahead.overlay;
  }

  /** Keeps only blocks that build on the new tip, whose own changes are now in the final state. */
  rebase(tip: Base): void {
    const root = toHex(tip.hash);
    const kept = new Set([root]);
    for (const [hash, { block, overlay }] of this.#blocks) {
      const parent = toHex(block.header.parent);
      if (kept.has(parent) && hash !== root) {
        kept.add(hash);
        if (parent === root) overlay.base = this.#final;
      } else this.#blocks.delete(hash);
    }
  }
}

/** [EV3] Passes a block's events to the projections, in the transaction that makes it final. */
export function tellProjections(projections: readonly LedgerProjection[], executed: UnfinalizedBlock): void {
  if (projections.length === 0) return;
  for (const [event, place] of eventsOf(executed)) {
    for (const projection of projections) projection.apply(event, place);
  }
}

/** [EV2] The events of a block: those of its timers, then those of its transactions, in order of execution. */
export function* eventsOf({
  block: { header },
  timers,
  transactions,
  events,
}: UnfinalizedBlock): Generator<[LedgerEvent, EventPlace]> {
  const { height, time } = header;
  for (const [index, { timer, events: own }] of timers.entries()) {
    for (const event of own) yield [event, { height, time, index, cause: 'timer', timer }];
  }
  for (const [index, { id: transaction, account }] of transactions.entries()) {
    const place = { height, time, index, cause: 'transaction', transaction, account } as const;
    for (const event of events[index]!) yield [event, place];
  }
}

/** [Q6] Fills projections from a state that came as a snapshot. */
export function restoreProjections(projections: readonly LedgerProjection[], state: StateSource): void {
  for (const projection of projections) {
    projection.clear();
    projection.restore(state);
  }
}
