import type { Bls } from '../../kernel/bls.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/errors.ts';
import { judgeCertificate, makeCertificate, type Certificate } from '../types/certificate.ts';
import type { EpochContext } from './epoch-context.ts';
import { checkOf } from './late-votes.ts';
import { motionKey, type Vote } from '../types/vote.ts';

export interface VoteChecksInit {
  readonly community: Uint8Array;
  readonly bls: Bls;
  readonly clock: Clock;
  /** Waiting votes formed a valid certificate. */
  readonly formed: (context: EpochContext, certificate: Certificate) => void;
}

/** The result for a vote: authentic, forged, or settled because a quorum agreed, possibly with its help. */
export type Checked = 'authentic' | 'forged' | 'agreed';

/** How long a vote waits at most for others to be checked with, in milliseconds. */
const GATHER_MS = 10;

interface Waiting {
  readonly vote: Vote;
  readonly settle: (checked: Checked) => void;
  readonly fail: (error: unknown) => void;
}

interface Gathered {
  readonly context: EpochContext;
  readonly waiting: Waiting[];
  readonly cancel: () => void;
}

/**
 * [K13] Checks the signatures of votes. As soon as they form a quorum with votes checked before, the
 * certificate is formed and checked as one signature, no matter who sent the votes: only the certificate
 * counts. If it is invalid, or if no quorum forms for a while, each vote is checked separately.
 */
export class VoteChecks {
  readonly #init: VoteChecksInit;
  readonly #gathered = new Map<string, Gathered>();

  constructor(init: VoteChecksInit) {
    this.#init = init;
  }

  check(context: EpochContext, vote: Vote): Promise<Checked> {
    return new Promise((settle, fail) => {
      const key = `${vote.epoch} ${vote.slot} ${motionKey(vote)}`;
      const known = this.#gathered.get(key);
      const gathered = known?.context === context ? known : this.#begin(key, context);
      gathered.waiting.push({ vote, settle, fail });
      const voters = new Set(gathered.waiting.map((one) => one.vote.voter));
      for (const { voter } of context.machine.round(vote.slot)?.tally.votes(vote) ?? []) voters.add(voter);
      if (voters.size >= context.set.quorum) void this.#settle(key, gathered);
    });
  }

  #begin(key: string, context: EpochContext): Gathered {
    const cancel = this.#init.clock.after(GATHER_MS, () => void this.#settle(key, gathered));
    const gathered = { context, waiting: [], cancel };
    this.#gathered.set(key, gathered);
    return gathered;
  }

  async #settle(key: string, { context, waiting, cancel }: Gathered): Promise<void> {
    cancel();
    if (this.#gathered.get(key)?.waiting === waiting) this.#gathered.delete(key);
    const { vote } = waiting[0]!;
    if (context.machine.round(vote.slot)?.settles(vote)) {
      for (const { settle } of waiting) settle('agreed');
      return;
    }
    const { bls, community, formed } = this.#init;
    try {
      const certificate = this.#certificateOf(context, waiting);
      if (certificate) {
        formed(context, certificate);
        for (const { settle } of waiting) settle('agreed');
        return;
      }
      const valid = await bls.verifyMany(waiting.map((one) => checkOf(community, context, one.vote)));
      for (const [index, { settle }] of waiting.entries()) settle(valid[index] ? 'authentic' : 'forged');
    } catch (error) {
      for (const { fail } of waiting) fail(error);
    }
  }

  /** The valid certificate that the waiting votes form with the counted ones, if any. */
  #certificateOf(context: EpochContext, waiting: readonly Waiting[]): Certificate | null {
    const { bls, community } = this.#init;
    const { set, machine } = context;
    const { vote } = waiting[0]!;
    const votes = new Map(waiting.map((one) => [one.vote.voter, one.vote]));
    for (const known of machine.round(vote.slot)?.tally.votes(vote) ?? []) votes.set(known.voter, known);
    if (votes.size < set.quorum) return null;
    try {
      const certificate = makeCertificate(set, [...votes.values()], bls);
      return judgeCertificate(certificate, { community, set, bls }) === null ? certificate : null;
    } catch (error) {
      if (error instanceof Problem) return null; // some bytes are not a signature; the single checks say which
      throw error;
    }
  }
}
