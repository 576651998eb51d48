import type { Bls } from '../../kernel/bls.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/errors.ts';
import type { GossipVerdict } from '../../log/transport.ts';
import { openBlock, type Block, type BlockLimits } from '../types/block.ts';
import { judgeCertificate, openCertificate, type Certificate } from '../types/certificate.ts';
import { decodeWire } from './consensus-wire.ts';
import type { EpochContext } from './epoch-context.ts';
import { judgeHeader } from './proposal.ts';
import { checkOf, LateVotes } from './late-votes.ts';
import { openVote, type Vote } from '../types/vote.ts';
import { VoteChecks } from './vote-checks.ts';

/** Why a message was not accepted. Rejects cost the sender score, ignores do not. */
export interface Refusal {
  readonly verdict: Exclude<GossipVerdict, 'accept'>;
  readonly code: string;
}

export interface GossipValidationInit {
  readonly community: Uint8Array;
  readonly bls: Bls;
  readonly clock: Clock;
  readonly limits: () => BlockLimits;
  readonly context: () => EpochContext;
  /** Receives messages that passed; all are authentic and belong to the current epoch. */
  readonly accept: {
    vote(vote: Vote): void;
    /** A vote that no longer decides anything, with its time of arrival. */
    late(vote: Vote, atMs: number): void;
    /** A certificate that was formed here from votes. */
    formed(certificate: Certificate): void;
    certificate(certificate: Certificate): void;
    proposal(block: Block, vote: Vote): void;
  };
  /** A message from a later epoch or a much later slot was seen: this node is behind. */
  readonly behind: (from: string) => void;
}

const ignore = (code: string): Refusal => ({ verdict: 'ignore', code });
const reject = (code: string): Refusal => ({ verdict: 'reject', code });

/** [K13] Proposals of one leader in one slot that are checked; two are enough proof. */
const MAX_PROPOSALS = 2;

/** Checks everything from outside, by gossip or in responses. See SPEC.md, [K13]. */
export class GossipValidation {
  readonly #init: GossipValidationInit;
  readonly #lateVotes: LateVotes;
  readonly #voteChecks: VoteChecks;

  constructor(init: GossipValidationInit) {
    this.#init = init;
    this.#lateVotes = new LateVotes(init);
    this.#voteChecks = new VoteChecks({
      ...init,
      formed: (context, certificate) => {
        if (context === init.context()) init.accept.formed(certificate);
      },
    });
  }

  /** Judges a gossip message; null if it was accepted. */
  async gossip(data: Uint8Array, from: string): Promise<Refusal | null> {
    return this.#guarded(async () => {
      const message = decodeWire(data, ['proposal', 'vote', 'certificate']);
      if (message[0] === 'proposal') return this.#proposal(message[1], message[2], from);
      return message[0] === 'vote' ? this.#vote(message[1], from) : this.#certificate(message[1], from);
    });
  }

  proposal(block: Uint8Array, vote: Uint8Array, from: string): Promise<Refusal | null> {
    return this.#guarded(() => this.#proposal(block, vote, from));
  }

  vote(bytes: Uint8Array, from: string): Promise<Refusal | null> {
    return this.#guarded(() => this.#vote(bytes, from));
  }

  certificate(bytes: Uint8Array, from: string): Promise<Refusal | null> {
    return this.#guarded(async () => this.#certificate(bytes, from));
  }

  /** Undecodable bytes break the rules for everybody. */
  async #guarded(judge: () => Promise<Refusal | null>): Promise<Refusal | null> {
    try {
      return await judge();
    } catch (error) {
      if (error instanceof Problem) return reject(error.code);
      throw error;
    }
  }

  async #vote(bytes: Uint8Array, from: string): Promise<Refusal | null> {
    const context = this.#init.context();
    const vote = openVote(bytes);
    const misplaced = this.#place(context, vote, from);
    if (misplaced?.code === 'settled' && context.watch.wants(vote)) this.#lateVotes.add(context, vote);
    if (misplaced) return misplaced;
    if (context.machine.round(vote.slot)?.settles(vote)) {
      this.#lateVotes.add(context, vote);
      return ignore('agreed');
    }
    const checked = await this.#voteChecks.check(context, vote);
    if (checked === 'forged') return reject('bad-signature');
    if (this.#init.context() !== context) return ignore('past-epoch');
    if (checked === 'agreed') {
      this.#lateVotes.add(context, vote);
      return ignore('agreed');
    }
    this.#init.accept.vote(vote);
    return null;
  }

  async #proposal(blockBytes: Uint8Array, voteBytes: Uint8Array, from: string): Promise<Refusal | null> {
    const context = this.#init.context();
    const vote = openVote(voteBytes);
    const misplaced = this.#place(context, vote, from, true);
    if (misplaced) return misplaced;
    const block = openBlock(blockBytes, this.#init.limits());
    const { header } = block;
    const fault = judgeHeader(block, { community: this.#init.community, set: context.set });
    if (fault) return reject(fault);
    // [K3] A block travels with its leader's vote for it, which serves as the signature of the block.
    const names = vote.kind === 'notarise' && equalBytes(vote.block!, header.hash);
    if (!names || vote.slot !== header.slot || vote.voter !== header.proposer) return reject('wrong-leader');
    const known = context.tree.get(header.hash);
    if (known?.vote) return ignore('duplicate');
    if (!known && !this.#roomFor(context, block)) return ignore('too-many-proposals');
    // [K14] The leader's vote is checked at once: all votes of the slot follow from it.
    const isCounted = context.machine.round(vote.slot)?.tally.has(vote) ?? false;
    const { community, bls } = this.#init;
    if (!isCounted && !bls.verify(checkOf(community, context, vote))) return reject('bad-signature');
    this.#init.accept.proposal(block, vote);
    return null;
  }

  async #certificate(bytes: Uint8Array, from: string): Promise<Refusal | null> {
    const { community, bls } = this.#init;
    const { set, machine, certificates } = this.#init.context();
    const certificate = openCertificate(bytes);
    const { epoch, kind, slot } = certificate;
    if (epoch < set.epoch) return ignore('past-epoch');
    if (epoch > set.epoch) {
      this.#init.behind(from);
      return ignore('future-epoch');
    }
    if (slot <= machine.root.slot) return ignore('settled');
    if (certificates.get(kind, slot)) return ignore('duplicate');
    const fault = judgeCertificate(certificate, { community, set, bls });
    if (fault) return reject(fault);
    this.#init.accept.certificate(certificate);
    return null;
  }

  /** Whether a vote can still matter, by its slot and set. */
  #place({ set, machine }: EpochContext, vote: Vote, from: string, mayRepeat = false): Refusal | null {
    if (vote.epoch < set.epoch) return ignore('past-epoch');
    if (vote.epoch > set.epoch) {
      this.#init.behind(from);
      return ignore('future-epoch');
    }
    if (vote.voter >= set.validators.length) return reject('unknown-voter');
    if (!machine.concerns(vote.slot)) {
      if (vote.slot > machine.slot) this.#init.behind(from);
      return ignore(vote.slot > machine.slot ? 'far-slot' : 'settled');
    }
    const known = machine.round(vote.slot)?.tally.has(vote) ?? false;
    return known && !mayRepeat ? ignore('duplicate') : null;
  }

  #roomFor({ tree, machine }: EpochContext, { header }: Block): boolean {
    const notarised = machine.round(header.slot)?.notarised;
    if (notarised && equalBytes(notarised, header.hash)) return true;
    return tree.all().filter(({ block }) => block.header.slot === header.slot).length < MAX_PROPOSALS;
  }
}
