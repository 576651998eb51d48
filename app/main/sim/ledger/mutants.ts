import { toHex } from '../../kernel/bytes.ts';
import { SlashingProtection } from '../../ledger/consensus/slashing-protection.ts';
import { Tally } from '../../ledger/consensus/tally.ts';
import type { Motion, Vote } from '../../ledger/types/vote.ts';
import type { Mutant } from './validator.ts';
import type { VotePorts } from './vote-disk.ts';

const rules = {
  protection: (cast: readonly Motion[], silentThrough: number) => new SlashingProtection(cast, silentThrough),
  tally: (set: ConstructorParameters<typeof Tally>[0]) => new Tally(set),
};

/** Rules of consensus broken on purpose. A simulation that does not find them proves nothing. */
export const mutants = {
  'votes twice': {
    rules: { ...rules, protection: (...init) => new CarelessProtection(...init) },
    disk: withoutGuard,
  },
  'finalises what it nullified': {
    rules: { ...rules, protection: (...init) => new HastyProtection(...init) },
    disk: withoutGuard,
  },
  'skips the durable vote': {
    disk: ({ votes, signState }) => ({
      votes: { ...votes, put: ({ certificates }) => votes.put({ certificates, votes: [], proposals: [] }) },
      signState: { ...signState, write: async () => {} },
    }),
  },
  'accepts a short quorum': {
    rules: { ...rules, tally: (set) => new Tally({ ...set, quorum: Math.max(1, set.quorum - 1) }) },
  },
  'votes for events that it does not hold': { blind: true },
  'executes a version that it does not know': { bold: true },
  'sleeps while a timer is due': { sleeps: true },
  'counts one signer twice': { rules: { ...rules, tally: (set) => new DoublingTally(set) } },
} satisfies Record<string, Mutant>;

/** The vote log itself refuses a vote that contradicts another; here it does not see such votes. */
function withoutGuard({ votes, signState }: VotePorts): VotePorts {
  const kinds = new Set<string>();
  const isFirst = ({ epoch, slot, kind }: Vote) => {
    const place = `${epoch} ${slot} ${kind === 'notarise' ? kind : 'last'}`;
    return kinds.size < kinds.add(place).size;
  };
  return {
    votes: { ...votes, put: (keep) => votes.put({ ...keep, votes: keep.votes.filter(isFirst) }) },
    signState,
  };
}

/** Votes for every proposed block, not only for the first. */
class CarelessProtection extends SlashingProtection {
  readonly #blocks = new Set<string>();

  constructor(cast: readonly Motion[], silentThrough: number) {
    super([], silentThrough);
    for (const motion of cast) this.cast(motion);
  }

  override allows(motion: Motion): boolean {
    if (motion.kind !== 'notarise') return super.allows(motion);
    return motion.slot > this.silentThrough && !this.#blocks.has(toHex(motion.block!));
  }

  override cast(motion: Motion): void {
    super.cast(motion);
    if (motion.kind === 'notarise') this.#blocks.add(toHex(motion.block!));
  }
}

/** Lets finalise and nullify occur together. */
class HastyProtection extends SlashingProtection {
  override allows(motion: Motion): boolean {
    return motion.slot > this.silentThrough && !this.has(motion.slot, motion.kind);
  }
}

/** Counts every arriving vote as a new one. */
class DoublingTally extends Tally {
  readonly #quorum: number;
  readonly #again: Vote[] = [];

  constructor(set: ConstructorParameters<typeof Tally>[0]) {
    super(set);
    this.#quorum = set.quorum;
  }

  override add(vote: Vote): ReturnType<Tally['add']> {
    const counted = super.add(vote);
    if (counted !== 'known') return counted;
    this.#again.push(vote);
    return 'new';
  }

  override has(): boolean {
    return false;
  }

  override votes(motion: Pick<Motion, 'kind' | 'block'>): Vote[] {
    const like = super.votes(motion);
    const again = this.#again.filter((vote) =>
      like.some((one) => one.voter === vote.voter && one.kind === vote.kind),
    );
    return [...like, ...again];
  }

  override reached(motion: Pick<Motion, 'kind' | 'block'>): boolean {
    return this.votes(motion).length >= this.#quorum;
  }
}
