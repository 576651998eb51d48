import type { Bls, BlsCheck } from '../../kernel/bls.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { EpochContext } from './epoch-context.ts';
import { motionMessage, type Vote } from '../types/vote.ts';

export interface LateVotesInit {
  readonly community: Uint8Array;
  readonly bls: Bls;
  readonly clock: Clock;
  readonly context: () => EpochContext;
  readonly accept: { late(vote: Vote, atMs: number): void };
}

/**
 * How long late votes are gathered, in milliseconds: checking many signatures on one motion together is
 * cheap.
 */
const GATHER_MS = 250;
const MAX_GATHERED = 1000;

interface Gathered {
  readonly context: EpochContext;
  readonly vote: Vote;
  readonly atMs: number;
}

/**
 * Votes on motions that a quorum has already agreed on. They decide nothing, so their signatures are checked
 * when there is time: to show who is online, and to keep single signatures.
 */
export class LateVotes {
  readonly #init: LateVotesInit;
  #gathered: Gathered[] = [];

  constructor(init: LateVotesInit) {
    this.#init = init;
  }

  add(context: EpochContext, vote: Vote): void {
    if (this.#gathered.length >= MAX_GATHERED) return;
    this.#gathered.push({ context, vote, atMs: this.#init.clock.now() });
    if (this.#gathered.length === 1) this.#init.clock.after(GATHER_MS, () => void this.#check());
  }

  async #check(): Promise<void> {
    const { community, bls, accept } = this.#init;
    const gathered = worthwhile(this.#gathered);
    this.#gathered = [];
    const valid = await bls.verifyMany(
      gathered.map(({ context, vote }) => checkOf(community, context, vote)),
    );
    for (const [index, { context, vote, atMs }] of gathered.entries()) {
      if (valid[index] && context === this.#init.context()) accept.late(vote, atMs);
    }
  }
}

/**
 * Once a slot is settled, a vote to finalise shows everything that a vote to notarise in the same slot shows.
 */
function worthwhile(gathered: readonly Gathered[]): Gathered[] {
  const placeOf = ({ slot, voter }: Vote) => `${slot} ${voter}`;
  const finalised = new Set(
    gathered.filter(({ vote }) => vote.kind === 'finalise').map(({ vote }) => placeOf(vote)),
  );
  return gathered.filter(({ context, vote }) => {
    const settled = vote.slot <= context.machine.root.slot;
    if (settled && vote.kind === 'notarise' && finalised.has(placeOf(vote))) return false;
    return context.watch.wants(vote);
  });
}

/** [K14] The signature check that makes a vote its voter's, in this community and set. */
export function checkOf(community: Uint8Array, { set }: EpochContext, vote: Vote): BlsCheck {
  return {
    key: set.validators[vote.voter]!.bls,
    message: motionMessage(community, set, vote),
    signature: vote.signature,
  };
}
