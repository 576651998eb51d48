import type { LiveSlot } from '../../../contract/index.ts';
import { ledger as words } from '../../messages/ledger.ts';

/** The votes that one validator has signed in the slot in progress. */
export type CellState = 'open' | 'notarised' | 'finalised' | 'nullified';

/** The state of the validator with index `place`: the furthest step that it signed. */
export function cellOf(slot: LiveSlot, place: number): CellState {
  if (slot.finalised[place]) return 'finalised';
  if (slot.nullified[place]) return 'nullified';
  return slot.notarised[place] ? 'notarised' : 'open';
}

const signed = (votes: readonly boolean[]) => votes.filter(Boolean).length;

/** Whether the slot has any activity. */
export const isIdle = (slot: LiveSlot): boolean =>
  slot.block === null && signed(slot.notarised) + signed(slot.finalised) + signed(slot.nullified) === 0;

/** The slot in a sentence; `leader` is the display name of its leader. */
export function slotWords(slot: LiveSlot, quorum: number, leader: string): string {
  const { strip } = words;
  if (isIdle(slot)) return strip.idle;
  const skipped = signed(slot.nullified);
  if (skipped > 0) return strip.skipped(skipped, quorum);
  const proposed = slot.block ? `${strip.proposed(slot.block.height, slot.block.transactions, leader)} ` : '';
  const final = signed(slot.finalised);
  if (final >= quorum) return proposed + strip.final(final);
  if (final > 0) return proposed + strip.finalising(final, quorum);
  return proposed + strip.notarised(signed(slot.notarised), quorum);
}
