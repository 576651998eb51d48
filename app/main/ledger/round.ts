import type { Tally } from './tally.ts';

/** What one node knows of one slot. */
export class Round {
  readonly slot: number;
  readonly tally: Tally;
  /** Hash of the block that a quorum notarised. */
  notarised: Uint8Array | null = null;
  nullified = false;
  /** Hash of the block that a quorum finalised. */
  finalised: Uint8Array | null = null;
  /** Hashes of valid blocks that its leader proposed, in the order in which they were found valid. */
  readonly proposals: Uint8Array[] = [];

  constructor(slot: number, tally: Tally) {
    this.slot = slot;
    this.tally = tally;
  }

  /** Whether anybody said anything in this slot. */
  get stirred(): boolean {
    return this.proposals.length > 0 || this.tally.all().length > 0 || this.over;
  }

  /** Whether the next slot may be entered. */
  get over(): boolean {
    return this.notarised !== null || this.nullified || this.finalised !== null;
  }
}
