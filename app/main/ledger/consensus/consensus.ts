import type { Bls, BlsSigner } from '../../kernel/bls.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import type { Clock } from '../../kernel/clock.ts';
import { problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Transport, GossipVerdict } from '../../log/transport.ts';
import { syncResponse } from './sync-response.ts';
import type { Application, FinalRun, Tip } from './application.ts';
import { SlashingProtection } from './slashing-protection.ts';
import { BlockTree } from './block-tree.ts';
import { openBlock, type Block } from '../types/block.ts';
import { Broadcast } from './broadcast.ts';
import { CatchUp, type Channels } from './catch-up.ts';
import { RejoinQuorum } from './rejoin-quorum.ts';
import { Driver } from './driver.ts';
import { CertificateCache, type EpochContext } from './epoch-context.ts';
import { GossipValidation, type Refusal } from './gossip-validation.ts';
import { Watch } from './epoch-watch.ts';
import { viewOf, type ConsensusView } from './live-view.ts';
import { Outbox } from './outbox.ts';
import type { Base } from './proposal.ts';
import { Simplex, type SlotTimes } from './simplex.ts';
import { Tally } from './tally.ts';
import type { ValidatorSet } from '../types/validators.ts';
import type { Motion, Vote } from '../types/vote.ts';
import { silenceOf, type SignStateStore } from './sign-state.ts';
import type { Keep, Kept, VoteStore } from './vote-store.ts';

/** [K8] Times of a community's consensus, in milliseconds. */
export interface ConsensusTimes extends SlotTimes {
  /** How far ahead of its own clock a validator votes for a block. */
  readonly aheadMs: number;
  /**
   * [K3] The least age of a block before a leader proposes the next one: transactions that arrive meanwhile
   * share its cost.
   */
  readonly paceMs: number;
}

export interface ConsensusInit {
  readonly community: Uint8Array;
  /** The key that this node votes with while it is in the set; null for a node that only follows. */
  readonly signer: BlsSigner | null;
  readonly bls: Bls;
  /** Read at the start of every wait, so that they follow the parameters of the community. */
  readonly times: ConsensusTimes;
  readonly application: Application;
  readonly votes: VoteStore;
  readonly signState: SignStateStore;
  readonly transport: Channels & Pick<Transport, 'subscribe' | 'unsubscribe' | 'publish'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** [Q9] Called with the height that a peer reports; true if its blocks are not taken one by one. */
  readonly far?: (height: number) => boolean;
  /** The rules of voting and counting; replaced only in simulations that show what breaks without them. */
  readonly rules?: Rules;
}

export interface Rules {
  protection(cast: readonly Motion[], silentThrough: number): SlashingProtection;
  tally(set: ValidatorSet): Tally;
}

const simplexRules: Rules = {
  protection: (cast, silentThrough) => new SlashingProtection(cast, silentThrough),
  tally: (set) => new Tally(set),
};

/** The vote log forgets settled slots once every this many slots, since each time costs a disk sync. */
const FORGET_EVERY = 32;

/** One node's part in its community's consensus, which it takes once started. */
export function createConsensus(init: ConsensusInit): Consensus {
  return new Consensus(init);
}

/** Connects the parts of consensus and holds the state that outlives an epoch. See SPEC.md, “Consensus”. */
export class Consensus {
  readonly #init: ConsensusInit;
  readonly #rules: Rules;
  readonly #broadcast: Broadcast;
  readonly #validation: GossipValidation;
  readonly #catchUp: CatchUp;
  readonly #driver: Driver;
  readonly #outbox: Outbox | null;
  readonly #listeners = new Set<() => void>();
  #rejoin: RejoinQuorum | null = null;
  #silentThrough = 0;
  #pending = false;
  #wasActive = false;
  /** The slot up to which the vote log last forgot. */
  #forgotten = 0;

  constructor(init: ConsensusInit) {
    const { community, bls, application, transport, clock, signer, times } = init;
    const context = () => this.#driver.context;
    this.#init = init;
    this.#rules = init.rules ?? simplexRules;
    this.#broadcast = new Broadcast({ ...init, set: () => context().set });
    this.#outbox =
      signer &&
      new Outbox({
        ...init,
        signer,
        release: (of, vote) => this.#driver.release(of, vote),
        failed: (error) => this.#driver.halt('vote-not-written', error),
      });
    this.#driver = new Driver({
      ...init,
      outbox: this.#outbox,
      publish: (message, range) => this.#broadcast.say(message, range),
      finalised: (run, base, set) => this.#finalised(run, base, set),
      ask: () => this.#catchUp.soon(),
      changed: () => this.#changed(),
    });
    this.#validation = new GossipValidation({
      community,
      bls,
      clock,
      limits: () => application.limits,
      context,
      accept: {
        vote: (vote) => this.#voted(vote),
        late: (vote, atMs) => this.#driver.voted(vote, atMs),
        formed: (certificate) => this.#driver.formed(certificate),
        certificate: (certificate) => this.#driver.certified(certificate),
        proposal: (block, vote) => this.#proposed(block, vote),
      },
      behind: (from) => void this.#catchUp.ask(from),
    });
    this.#catchUp = new CatchUp({
      ...init,
      channels: transport,
      context,
      history: (height) => application.run(height),
      active: () => context().machine.active,
      resting: () => application.outdated,
      retryMs: times.baseMs / 2,
      taker: () =>
        syncResponse({
          community,
          bls,
          limits: () => application.limits,
          context,
          validation: this.#validation,
          adopt: (run) => this.#driver.adopt(run),
          conflict: (run) => this.#driver.diverged(run, 'quorum-conflict'),
          doubtful: () => this.#silentThrough === Infinity,
          witness: (peer, slot) => this.#witness(peer, slot),
        }),
    });
  }

  /**
   * Resumes from disk. Rejects if the disk cannot be read, or with a Problem `votes-exist` if the vote log
   * belongs to another key.
   */
  async start(): Promise<void> {
    const { signer, votes, signState, application } = this.#init;
    if (signer) {
      const kept = await votes.load(signer.publicKey);
      this.#silentThrough = silenceOf(kept, await signState.read());
      if (!kept) await votes.begin(signer.publicKey);
      this.#outbox?.resume(kept);
    }
    if (application.outdated) this.#driver.retire();
    await this.#begin(await application.tip());
    this.#broadcast.start((data, from) => this.#heard(data, from));
    this.#catchUp.start();
  }

  async stop(): Promise<void> {
    this.#broadcast.stop();
    this.#catchUp.stop();
    await this.#driver.stop();
  }

  /**
   * Says whether a transaction is waiting to be ordered; call it when that changes or another one arrives.
   */
  work(pending: boolean): void {
    this.#pending = pending;
    const { context } = this.#driver;
    this.#driver.perform(context, context.machine.work(pending));
  }

  /**
   * [K10] A person vouches that nothing was voted beyond the vote log. If that is wrong, the community may
   * get two final blocks at one height.
   */
  breakSilence(): void {
    const { protection, machine } = this.#driver.context;
    protection.release(machine.root.slot);
    this.#speakAfter(0);
  }

  view(): ConsensusView {
    return viewOf(this.#driver.context, this.#driver.halted);
  }

  /** Calls back after anything that may change the view; returns the unsubscribe function. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Judges a gossip message; null if it was accepted. */
  async judge(data: Uint8Array, from: string): Promise<Refusal | null> {
    const { halted } = this.#driver;
    return halted ? { verdict: 'ignore', code: halted } : this.#validation.gossip(data, from);
  }

  /** Enters an epoch with the stored votes. */
  async #begin({ base, set }: Tip): Promise<void> {
    const { signer, votes, application, times } = this.#init;
    const kept = signer && (await votes.load(signer.publicKey));
    const place = signer ? set.validators.findIndex(({ bls }) => equalBytes(bls, signer.publicKey)) : -1;
    const me = place < 0 ? null : place;
    const mine = restOf(kept, set.epoch, base.slot);
    const protection = this.#rules.protection(mine.votes, this.#silentThrough);
    const tree: BlockTree = new BlockTree(application, base, {
      settled: (node, parent) => this.#driver.settled(context, node, parent),
      failed: (error) => this.#driver.halt('execution-failed', error),
    });
    const machine = new Simplex({ set, me, root: base, times, protection, tally: this.#rules.tally });
    protection.settle(forgottenThrough(kept, set.epoch));
    const certificates = new CertificateCache();
    const watch = new Watch(set.validators.length);
    const context: EpochContext = { set, me, machine, protection, tree, certificates, watch, over: false };
    this.#driver.take(context);
    this.#rejoin = me === null ? null : new RejoinQuorum(set, me);
    for (const certificate of mine.certificates) this.#driver.certified(certificate);
    for (const { block, vote } of mine.proposals) {
      this.#proposed(openBlock(block, application.limits), vote);
    }
    for (const vote of mine.votes) this.#voted(vote);
    this.#driver.perform(context, machine.work(this.#pending));
  }

  async #finalised({ certificate }: FinalRun, base: Base, next: ValidatorSet | null): Promise<void> {
    if (next || base.slot >= this.#forgotten + FORGET_EVERY) {
      this.#forgotten = base.slot;
      await this.#init.application.secure();
      await this.#init.votes.settle(next?.epoch ?? certificate.epoch, base.slot);
    }
    // [K12] The set that the block names takes over.
    if (next) await this.#begin({ base, set: next });
  }

  async #heard(data: Uint8Array, from: string): Promise<GossipVerdict> {
    const { logger } = this.#init;
    try {
      const refusal = await this.judge(data, from);
      if (refusal?.verdict === 'reject') logger.debug('ledger-refused', { from, code: refusal.code });
      return refusal?.verdict ?? 'accept';
    } catch (error) {
      // The fault is this node's own: nobody is blamed, and catch-up tries again.
      logger.error('ledger-judging-failed', { message: problemOf(error).message });
      return 'ignore';
    }
  }

  #voted(vote: Vote): void {
    const { me, protection } = this.#driver.context;
    if (vote.voter === me && !protection.has(vote.slot, vote.kind)) {
      // [K10] It is signed by this node's key, but the vote log does not contain it.
      this.#init.logger.error('vote-log-behind', { slot: vote.slot });
      this.#speakAfter(Infinity);
    }
    this.#driver.voted(vote);
  }

  #proposed(block: Block, vote: Vote): void {
    const { tree } = this.#driver.context;
    this.#voted(vote);
    tree.add(block, vote);
  }

  #changed(): void {
    const { active } = this.#driver.context.machine;
    if (active !== this.#wasActive) this.#catchUp.reschedule();
    this.#wasActive = active;
    for (const listener of this.#listeners) listener();
  }

  #witness(peer: string, slot: number): void {
    if (!this.#rejoin || this.#silentThrough !== Infinity) return;
    const through = this.#rejoin.hear(peer, Math.max(slot, this.#driver.context.machine.root.slot));
    if (through !== null) this.#speakAfter(through);
  }

  #speakAfter(slot: number): void {
    const { context } = this.#driver;
    this.#silentThrough = slot;
    context.protection.silence(slot);
    if (slot === Infinity && context.me !== null) this.#rejoin = new RejoinQuorum(context.set, context.me);
    this.#driver.perform(context, context.machine.resume());
  }
}

/**
 * [K10] The slot of an epoch through which the vote log may have forgotten votes. It is beyond the chain only
 * if the chain lost final blocks.
 */
function forgottenThrough(kept: Kept | null, epoch: number): number {
  if (!kept || kept.settled.epoch < epoch) return 0;
  return kept.settled.epoch > epoch ? Infinity : kept.settled.slot;
}

/** The part of a vote log that still matters in an epoch above its root. */
function restOf(kept: Kept | null, epoch: number, slot: number): Keep {
  const rest = <T extends { epoch: number; slot: number }>(list: readonly T[] = []) =>
    list.filter((one) => one.epoch === epoch && one.slot > slot);
  return {
    votes: rest(kept?.votes),
    certificates: rest(kept?.certificates),
    proposals: rest(kept?.proposals),
  };
}
