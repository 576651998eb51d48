import type { Bls, BlsCheck } from '../kernel/bls.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Engine } from './engine.ts';
import { motionMessage, type Vote } from './vote.ts';

export interface LateVotesInit {
  readonly community: Uint8Array;
  readonly bls: Bls;
  readonly clock: Clock;
  readonly engine: () => Engine;
  readonly accept: { vote(vote: Vote): void; late(vote: Vote): void };
}

/** How long late votes are gathered, in milliseconds: signatures on one motion are checked together for little. */
const GATHER_MS = 250;
const MAX_GATHERED = 1000;

/**
 * Votes on what a quorum agreed on already. They decide nothing, so their signatures are checked when there
 * is time: to show who is there, and to keep single signatures.
 */
export class LateVotes {
  readonly #init: LateVotesInit;
  #gathered: { engine: Engine; vote: Vote }[] = [];

  constructor(init: LateVotesInit) {
    this.#init = init;
  }

  add(engine: Engine, vote: Vote): void {
    if (this.#gathered.length >= MAX_GATHERED) return;
    this.#gathered.push({ engine, vote });
    if (this.#gathered.length === 1) this.#init.clock.after(GATHER_MS, () => void this.#check());
  }

  async #check(): Promise<void> {
    const { community, bls, accept } = this.#init;
    const gathered = this.#gathered.filter(({ engine, vote }) => engine.watch.wants(vote));
    this.#gathered = [];
    const valid = await bls.verifyMany(gathered.map(({ engine, vote }) => checkOf(community, engine, vote)));
    for (const [index, { engine, vote }] of gathered.entries()) {
      if (!valid[index] || engine !== this.#init.engine()) continue;
      if (engine.machine.concerns(vote.slot)) accept.vote(vote);
      else accept.late(vote);
    }
  }
}

/** [K14] What has to hold for a vote to be its voter's, in this community and by this very set. */
export function checkOf(community: Uint8Array, { set }: Engine, vote: Vote): BlsCheck {
  return {
    key: set.validators[vote.voter]!.bls,
    message: motionMessage(community, set, vote),
    signature: vote.signature,
  };
}
