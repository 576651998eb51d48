import { equalBytes } from '../../kernel/bytes.ts';
import type { Block } from '../types/block.ts';
import { leaderOf } from './simplex.ts';
import type { ValidatorSet } from '../types/validators.ts';

/** The parent of a block: another block, or the genesis document with slot and height 0. */
export interface Base {
  readonly hash: Uint8Array;
  readonly slot: number;
  readonly height: number;
  /** Block time in milliseconds since the epoch. */
  readonly time: number;
  readonly stateRoot: Uint8Array;
}

/** Why a block cannot follow its parent, whatever its transactions are. */
export type BlockFault =
  | 'wrong-community'
  | 'wrong-epoch'
  | 'wrong-leader'
  | 'wrong-parent'
  | 'wrong-slot'
  | 'wrong-height'
  | 'time-not-after-parent'
  | 'not-closing';

/** Checks what can be checked of a header without its parent. */
export function judgeHeader(
  { header }: Block,
  { community, set }: { community: Uint8Array; set: ValidatorSet },
): BlockFault | null {
  if (!equalBytes(header.community, community)) return 'wrong-community';
  if (header.epoch !== set.epoch) return 'wrong-epoch';
  // [K1] Only the leader of a slot makes its block.
  return header.slot > 0 && header.proposer === leaderOf(set, header.slot) ? null : 'wrong-leader';
}

/**
 * [K3] [K12] Checks what can be checked of a block with its parent.
 *
 * @param closing whether the parent ends the epoch, so that only an empty block may follow.
 */
export function judgeBlock(block: Block, parent: Base, closing: boolean): BlockFault | null {
  const { header } = block;
  if (!equalBytes(header.parent, parent.hash)) return 'wrong-parent';
  if (header.slot <= parent.slot) return 'wrong-slot';
  if (header.time <= parent.time) return 'time-not-after-parent';
  if (!closing) return header.height === parent.height + 1 ? null : 'wrong-height';
  if (header.height !== parent.height) return 'wrong-height';
  const changesNothing = header.count === 0 && equalBytes(header.stateRoot, parent.stateRoot);
  return changesNothing && header.anchor === null ? null : 'not-closing';
}

/** [K3] The time a leader gives to its block, in milliseconds since the epoch. */
export function blockTime(nowMs: number, parent: Base): number {
  return Math.max(nowMs, parent.time + 1);
}

/**
 * [K3] How many milliseconds a block comes too early for a validator's vote; 0 if it may vote now. A parent
 * from the future does not stop the community: the smallest step from it is always accepted.
 */
export function tooEarlyMs(block: Block, parent: Base, nowMs: number, aheadMs: number): number {
  const { time } = block.header;
  return time === parent.time + 1 ? 0 : Math.max(0, time - nowMs - aheadMs);
}

export function baseOf({ header }: Block): Base {
  const { hash, slot, height, time, stateRoot } = header;
  return { hash, slot, height, time, stateRoot };
}
