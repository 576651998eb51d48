import type { Bls } from '../kernel/bls.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Engine } from './engine.ts';
import { checkOf } from './late-votes.ts';
import { motionKey, type Vote } from './vote.ts';

export interface VoteChecksInit {
  readonly community: Uint8Array;
  readonly bls: Bls;
  readonly clock: Clock;
}

/** What became of a vote: its voter signed it, somebody else did, or a quorum agreed while it waited. */
export type Checked = 'authentic' | 'forged' | 'agreed';

/** How long a vote waits at most for others like it, in milliseconds. */
const GATHER_MS = 10;

interface Waiting {
  readonly vote: Vote;
  readonly settle: (checked: Checked) => void;
  readonly fail: (error: unknown) => void;
}

interface Gathered {
  readonly engine: Engine;
  readonly waiting: Waiting[];
  readonly cancel: () => void;
}

/**
 * [K13] Checks the signatures of votes. Those on one motion are checked together, which costs little more
 * than one of them: at once when they make up a quorum with those that were checked before, else a little
 * later. Each of them counts for itself: the check fails if any is not its voter's, and then tells which.
 */
export class VoteChecks {
  readonly #init: VoteChecksInit;
  readonly #gathered = new Map<string, Gathered>();

  constructor(init: VoteChecksInit) {
    this.#init = init;
  }

  check(engine: Engine, vote: Vote): Promise<Checked> {
    return new Promise((settle, fail) => {
      const key = `${vote.epoch} ${vote.slot} ${motionKey(vote)}`;
      const known = this.#gathered.get(key);
      const gathered = known?.engine === engine ? known : this.#begin(key, engine);
      gathered.waiting.push({ vote, settle, fail });
      const voters = new Set(gathered.waiting.map((one) => one.vote.voter));
      for (const { voter } of engine.machine.round(vote.slot)?.tally.votes(vote) ?? []) voters.add(voter);
      if (voters.size >= engine.set.quorum) void this.#settle(key, gathered);
    });
  }

  #begin(key: string, engine: Engine): Gathered {
    const cancel = this.#init.clock.after(GATHER_MS, () => void this.#settle(key, gathered));
    const gathered = { engine, waiting: [], cancel };
    this.#gathered.set(key, gathered);
    return gathered;
  }

  async #settle(key: string, { engine, waiting, cancel }: Gathered): Promise<void> {
    cancel();
    if (this.#gathered.get(key)?.waiting === waiting) this.#gathered.delete(key);
    const { vote } = waiting[0]!;
    if (engine.machine.round(vote.slot)?.settles(vote)) {
      for (const { settle } of waiting) settle('agreed');
      return;
    }
    const { bls, community } = this.#init;
    try {
      const valid = await bls.verifyMany(waiting.map((one) => checkOf(community, engine, one.vote)));
      for (const [index, { settle }] of waiting.entries()) settle(valid[index] ? 'authentic' : 'forged');
    } catch (error) {
      for (const { fail } of waiting) fail(error);
    }
  }
}
