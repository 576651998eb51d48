import { equalBytes } from '../../kernel/bytes.ts';
import type { Tally } from './tally.ts';
import type { Motion, VoteKind } from '../types/vote.ts';

/** One node's knowledge of one slot. */
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

  /** The motion that a quorum agreed on by votes of a kind; undefined while there is none. */
  outcome(kind: VoteKind): Uint8Array | null | undefined {
    if (kind === 'nullify') return this.nullified ? null : undefined;
    return (kind === 'notarise' ? this.notarised : this.finalised) ?? undefined;
  }

  /** Whether a quorum agreed on exactly this motion. */
  settles({ kind, block }: Pick<Motion, 'kind' | 'block'>): boolean {
    const outcome = this.outcome(kind);
    if (outcome === undefined) return false;
    return outcome === null ? block === null : block !== null && equalBytes(outcome, block);
  }

  /** Whether any message belongs to this slot. */
  get stirred(): boolean {
    return this.proposals.length > 0 || this.tally.all().length > 0 || this.over;
  }

  /** Whether the next slot may be entered. */
  get over(): boolean {
    return this.notarised !== null || this.nullified || this.finalised !== null;
  }
}
