import type { Bls, BlsSigner } from '../kernel/bls.ts';
import { equalBytes } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Transport, Verdict } from '../log/transport.ts';
import { answerTaker } from './answer-taker.ts';
import type { Application, FinalRun, Tip } from './application.ts';
import { Ballot } from './ballot.ts';
import { BlockPool } from './block-pool.ts';
import { openBlock, type Block } from './block.ts';
import { Broadcast } from './broadcast.ts';
import { CatchUp, type Channels } from './catch-up.ts';
import { Doubt } from './doubt.ts';
import { Driver } from './driver.ts';
import { CertificateShelf, type Engine } from './engine.ts';
import { Intake, type Refusal } from './intake.ts';
import { viewOf, Watch, type ConsensusView } from './live-view.ts';
import { Outbox } from './outbox.ts';
import type { Base } from './proposal.ts';
import { Simplex, type SlotTimes } from './simplex.ts';
import { Tally } from './tally.ts';
import type { ValidatorSet } from './validators.ts';
import type { Motion, Vote } from './vote.ts';
import { silenceOf, type VoteMark } from './vote-mark.ts';
import type { Keep, Kept, VoteStore } from './vote-store.ts';

/** [K8] Times of a community's consensus, in milliseconds. */
export interface ConsensusTimes extends SlotTimes {
  /** How far ahead of its own clock a validator votes for a block. */
  readonly aheadMs: number;
  /** [K3] How old a block is before a leader proposes the next one: what comes meanwhile shares its cost. */
  readonly paceMs: number;
}

export interface ConsensusInit {
  readonly community: Uint8Array;
  /** The key that this node votes with when it stands in the set; null for one that only follows. */
  readonly signer: BlsSigner | null;
  readonly bls: Bls;
  /** Read whenever a wait begins, so that they may follow the parameters of the community. */
  readonly times: ConsensusTimes;
  readonly application: Application;
  readonly votes: VoteStore;
  readonly mark: VoteMark;
  readonly transport: Channels & Pick<Transport, 'subscribe' | 'unsubscribe' | 'publish'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** [Q9] Told how high a peer says it is; true when its blocks are not taken one by one. */
  readonly far?: (height: number) => boolean;
  /** The rules of voting and counting; other ones only for worlds that must show what breaks without them. */
  readonly rules?: Rules;
}

export interface Rules {
  ballot(cast: readonly Motion[], silentThrough: number): Ballot;
  tally(set: ValidatorSet): Tally;
}

const simplexRules: Rules = {
  ballot: (cast, silentThrough) => new Ballot(cast, silentThrough),
  tally: (set) => new Tally(set),
};

/** The vote log forgets what is settled every so many slots: each time costs a wait for the disk. */
const FORGET_EVERY = 32;

/** One node's part in its community's consensus; it takes part once it was started. */
export function createConsensus(init: ConsensusInit): Consensus {
  return new Consensus(init);
}

/** Puts the parts of consensus together and holds what outlives an epoch. See SPEC.md, “Consensus”. */
export class Consensus {
  readonly #init: ConsensusInit;
  readonly #rules: Rules;
  readonly #broadcast: Broadcast;
  readonly #intake: Intake;
  readonly #catchUp: CatchUp;
  readonly #driver: Driver;
  readonly #outbox: Outbox | null;
  readonly #listeners = new Set<() => void>();
  #doubt: Doubt | null = null;
  #silentThrough = 0;
  #pending = false;
  #wasActive = false;
  /** The slot through which the vote log was last made to forget. */
  #forgotten = 0;

  constructor(init: ConsensusInit) {
    const { community, bls, application, transport, clock, signer, times } = init;
    const engine = () => this.#driver.engine;
    this.#init = init;
    this.#rules = init.rules ?? simplexRules;
    this.#broadcast = new Broadcast({ ...init, set: () => engine().set });
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
    this.#intake = new Intake({
      community,
      bls,
      clock,
      limits: () => application.limits,
      engine,
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
      engine,
      history: (height) => application.run(height),
      active: () => engine().machine.active,
      retryMs: times.baseMs / 2,
      taker: () =>
        answerTaker({
          community,
          bls,
          limits: () => application.limits,
          engine,
          intake: this.#intake,
          adopt: (run) => this.#driver.adopt(run),
          conflict: (run) => this.#driver.diverged(run, 'quorum-conflict'),
          doubtful: () => this.#silentThrough === Infinity,
          witness: (peer, slot) => this.#witness(peer, slot),
        }),
    });
  }

  /**
   * Takes up where the disk says it was. Rejects when that cannot be read; with a Problem `votes-exist` when
   * the vote log belongs to another key.
   */
  async start(): Promise<void> {
    const { signer, votes, mark, application } = this.#init;
    if (signer) {
      const kept = await votes.load(signer.publicKey);
      this.#silentThrough = silenceOf(kept, await mark.read());
      if (!kept) await votes.begin(signer.publicKey);
      this.#outbox?.resume(kept);
    }
    await this.#begin(await application.tip());
    this.#broadcast.start((data, from) => this.#heard(data, from));
    this.#catchUp.start();
  }

  async stop(): Promise<void> {
    this.#broadcast.stop();
    this.#catchUp.stop();
    await this.#driver.stop();
  }

  /** Says whether a transaction waits to be ordered; to be called whenever that changes, or one more came. */
  work(pending: boolean): void {
    this.#pending = pending;
    const { engine } = this.#driver;
    this.#driver.perform(engine, engine.machine.work(pending));
  }

  /**
   * [K10] A person answers for it that nothing was voted beyond what the vote log holds. Wrongly said, this
   * may cost the community two final blocks at one height.
   */
  breakSilence(): void {
    const { ballot, machine } = this.#driver.engine;
    ballot.release(machine.root.slot);
    this.#speakAfter(0);
  }

  view(): ConsensusView {
    return viewOf(this.#driver.engine, this.#driver.halted);
  }

  /** Calls back after whatever may change the view; returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Judges a message as gossip brings it; null when it was taken in. */
  async judge(data: Uint8Array, from: string): Promise<Refusal | null> {
    const { halted } = this.#driver;
    return halted ? { verdict: 'ignore', code: halted } : this.#intake.gossip(data, from);
  }

  /** Enters an epoch with what is kept of it. */
  async #begin({ base, set }: Tip): Promise<void> {
    const { signer, votes, application, times } = this.#init;
    const kept = signer && (await votes.load(signer.publicKey));
    const place = signer ? set.validators.findIndex(({ bls }) => equalBytes(bls, signer.publicKey)) : -1;
    const me = place < 0 ? null : place;
    const mine = restOf(kept, set.epoch, base.slot);
    const ballot = this.#rules.ballot(mine.votes, this.#silentThrough);
    const pool: BlockPool = new BlockPool(application, base, {
      settled: (pooled, parent) => this.#driver.settled(engine, pooled, parent),
      failed: (error) => this.#driver.halt('execution-failed', error),
    });
    const machine = new Simplex({ set, me, root: base, times, ballot, tally: this.#rules.tally });
    ballot.settle(forgottenThrough(kept, set.epoch));
    const certificates = new CertificateShelf();
    const watch = new Watch(set.validators.length);
    const engine: Engine = { set, me, machine, ballot, pool, certificates, watch, over: false };
    this.#driver.take(engine);
    this.#doubt = me === null ? null : new Doubt(set, me);
    for (const certificate of mine.certificates) this.#driver.certified(certificate);
    for (const { block, vote } of mine.proposals) {
      this.#proposed(openBlock(block, application.limits), vote);
    }
    for (const vote of mine.votes) this.#voted(vote);
    this.#driver.perform(engine, machine.work(this.#pending));
  }

  async #finalised({ certificate }: FinalRun, base: Base, next: ValidatorSet | null): Promise<void> {
    if (next || base.slot >= this.#forgotten + FORGET_EVERY) {
      this.#forgotten = base.slot;
      await this.#init.application.secure();
      await this.#init.votes.settle(next?.epoch ?? certificate.epoch, base.slot);
    }
    // [K12] The set that the block named takes over.
    if (next) await this.#begin({ base, set: next });
  }

  async #heard(data: Uint8Array, from: string): Promise<Verdict> {
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
    const { me, ballot } = this.#driver.engine;
    if (vote.voter === me && !ballot.has(vote.slot, vote.kind)) {
      // [K10] It is signed by this node's key, and the vote log does not know it.
      this.#init.logger.error('vote-log-behind', { slot: vote.slot });
      this.#speakAfter(Infinity);
    }
    this.#driver.voted(vote);
  }

  #proposed(block: Block, vote: Vote): void {
    const { pool } = this.#driver.engine;
    this.#voted(vote);
    pool.add(block, vote);
  }

  #changed(): void {
    const { active } = this.#driver.engine.machine;
    if (active !== this.#wasActive) this.#catchUp.reschedule();
    this.#wasActive = active;
    for (const listener of this.#listeners) listener();
  }

  #witness(peer: string, slot: number): void {
    if (!this.#doubt || this.#silentThrough !== Infinity) return;
    const through = this.#doubt.hear(peer, Math.max(slot, this.#driver.engine.machine.root.slot));
    if (through !== null) this.#speakAfter(through);
  }

  #speakAfter(slot: number): void {
    const { engine } = this.#driver;
    this.#silentThrough = slot;
    engine.ballot.silence(slot);
    if (slot === Infinity && engine.me !== null) this.#doubt = new Doubt(engine.set, engine.me);
    this.#driver.perform(engine, engine.machine.resume());
  }
}

/**
 * [K10] Through which slot of an epoch the vote log may have forgotten votes. More than the chain knows only
 * if the chain lost blocks that were final.
 */
function forgottenThrough(kept: Kept | null, epoch: number): number {
  if (!kept || kept.settled.epoch < epoch) return 0;
  return kept.settled.epoch > epoch ? Infinity : kept.settled.slot;
}

/** What of a vote log still matters in an epoch above its root. */
function restOf(kept: Kept | null, epoch: number, slot: number): Keep {
  const rest = <T extends { epoch: number; slot: number }>(list: readonly T[] = []) =>
    list.filter((one) => one.epoch === epoch && one.slot > slot);
  return {
    votes: rest(kept?.votes),
    certificates: rest(kept?.certificates),
    proposals: rest(kept?.proposals),
  };
}
