import { equalBytes } from '../../kernel/bytes.ts';
import type { Tally } from './tally.ts';
import type { Motion, VoteKind } from '../types/vote.ts';

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

  /** What a quorum agreed on by votes of a kind; undefined while it did not. */
  outcome(kind: VoteKind): Uint8Array | null | undefined {
    if (kind === 'nullify') return this.nullified ? null : undefined;
    return (kind === 'notarise' ? this.notarised : this.finalised) ?? undefined;
  }

  /** Whether a quorum agreed on this very motion. */
  settles({ kind, block }: Pick<Motion, 'kind' | 'block'>): boolean {
    const outcome = this.outcome(kind);
    if (outcome === undefined) return false;
    return outcome === null ? block === null : block !== null && equalBytes(outcome, block);
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
