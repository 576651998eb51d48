import type { ValidatorSet } from '../types/validators.ts';
import { conflict, motionKey, type Motion, type Vote } from '../types/vote.ts';

/** The result of counting a vote: new, known already, or proof that its voter broke the rules. */
export type Counted = 'new' | 'known' | { readonly conflicts: Vote };

/** The checked votes of one slot. */
export class Tally {
  readonly #quorum: number;
  /** The first vote of each kind by each voter. */
  readonly #votes = new Map<string, Vote>();

  constructor(set: ValidatorSet) {
    this.#quorum = set.quorum;
  }

  /** [K5] Counts a vote once. [K7] Of contradicting votes, the first of its kind counts. */
  add(vote: Vote): Counted {
    const place = `${vote.kind} ${vote.voter}`;
    const known = this.#votes.get(place);
    if (known) return conflict(known, vote) ? { conflicts: known } : 'known';
    this.#votes.set(place, vote);
    const other = this.#opposite(vote);
    return other ? { conflicts: other } : 'new';
  }

  /** Whether this vote was counted. */
  has(vote: Vote): boolean {
    const known = this.#votes.get(`${vote.kind} ${vote.voter}`);
    return known !== undefined && motionKey(known) === motionKey(vote);
  }

  /** The votes on a motion, by place of the voter. */
  votes(motion: Pick<Motion, 'kind' | 'block'>): Vote[] {
    const key = motionKey(motion);
    return [...this.#votes.values()]
      .filter((vote) => motionKey(vote) === key)
      .sort((a, b) => a.voter - b.voter);
  }

  all(): Vote[] {
    return [...this.#votes.values()];
  }

  reached(motion: Pick<Motion, 'kind' | 'block'>): boolean {
    return this.votes(motion).length >= this.#quorum;
  }

  #opposite({ kind, voter }: Vote): Vote | undefined {
    if (kind === 'nullify') return this.#votes.get(`finalise ${voter}`);
    return kind === 'finalise' ? this.#votes.get(`nullify ${voter}`) : undefined;
  }
}
