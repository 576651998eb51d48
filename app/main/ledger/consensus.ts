import type { Bls, BlsSigner } from '../kernel/bls.ts';
import { equalBytes } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem, problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Transport, Verdict } from '../log/transport.ts';
import { answerTaker } from './answer-taker.ts';
import type { Application, FinalRun, Tip } from './application.ts';
import { Ballot } from './ballot.ts';
import { BlockPool, type Pooled } from './block-pool.ts';
import { encodeBlock, openBlock, type Block } from './block.ts';
import { CatchUp, type Channels } from './catch-up.ts';
import { encodeCertificate, makeCertificate, type Certificate } from './certificate.ts';
import { encodeWire, MAX_PROPOSAL_BYTES, type Wire } from './consensus-wire.ts';
import { Doubt } from './doubt.ts';
import { CertificateShelf, type Engine } from './engine.ts';
import { sameOffence, type Evidence } from './equivocation.ts';
import { Intake, type Refusal } from './intake.ts';
import { viewOf, Watch, type ConsensusView } from './live-view.ts';
import { Outbox } from './outbox.ts';
import { baseOf, tooEarlyMs, type Base } from './proposal.ts';
import { makeProposal } from './proposer.ts';
import { leaderOf, Simplex, type Effect, type SlotTimes } from './simplex.ts';
import { Tally } from './tally.ts';
import type { ValidatorSet } from './validators.ts';
import { encodeVote, type Motion, type Vote } from './vote.ts';
import { silenceOf, type VoteMark } from './vote-mark.ts';
import type { Kept, VoteStore } from './vote-store.ts';

/** [K8] Times of a community's consensus, in milliseconds. */
export interface ConsensusTimes extends SlotTimes {
  /** How far ahead of its own clock a validator votes for a block. */
  readonly aheadMs: number;
}

export interface ConsensusInit {
  readonly community: Uint8Array;
  /** The key that this node votes with when it stands in the set; null for one that only follows. */
  readonly signer: BlsSigner | null;
  readonly bls: Bls;
  readonly times: ConsensusTimes;
  readonly application: Application;
  readonly votes: VoteStore;
  readonly mark: VoteMark;
  readonly transport: Channels & Pick<Transport, 'subscribe' | 'unsubscribe' | 'publish'>;
  readonly clock: Clock;
  readonly logger: Logger;
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

/** Offences remembered, so that each is told once. */
const MAX_EVIDENCE = 1000;

/** The gossip topic of a community's validators. */
export function ledgerTopic(community: Uint8Array): string {
  return `impulse/ledger/1/${cidOf(community)}`;
}

/**
 * One node's part in its community's consensus. Throws a Problem `limits-too-large` when the community's
 * blocks would not fit into a gossip message.
 */
export function createConsensus(init: ConsensusInit): Consensus {
  if (init.application.limits.bytes > MAX_PROPOSAL_BYTES) {
    throw new Problem('limits-too-large', `Blocks hold at most ${MAX_PROPOSAL_BYTES} bytes of transactions.`);
  }
  return new Consensus(init);
}

/** Holds the pure machine of the current epoch and does what it says, through ports. See SPEC.md, "Consensus". */
export class Consensus {
  readonly #init: ConsensusInit;
  readonly #rules: Rules;
  readonly #topic: string;
  readonly #intake: Intake;
  readonly #catchUp: CatchUp;
  readonly #listeners = new Set<() => void>();
  readonly #evidence: Evidence[] = [];
  #engine: Engine | null = null;
  #outbox: Outbox | null = null;
  #watch = new Watch(0);
  #doubt: Doubt | null = null;
  #silentThrough = 0;
  #pending = false;
  #wasActive = false;
  #timers: (() => void)[] = [];
  #finals: Promise<void> = Promise.resolve();
  #halted: string | null = null;

  constructor(init: ConsensusInit) {
    const { community, bls, application, transport, clock, logger, times } = init;
    this.#init = init;
    this.#rules = init.rules ?? simplexRules;
    this.#topic = ledgerTopic(community);
    const engine = () => this.#running;
    this.#intake = new Intake({
      community,
      bls,
      limits: application.limits,
      engine,
      watch: () => this.#watch,
      accept: {
        vote: (vote) => this.#voted(vote),
        late: (vote) => this.#watch.voted(vote, clock.now()),
        certificate: (certificate) => this.#certified(certificate),
        proposal: (block, vote) => this.#proposed(block, vote),
      },
      behind: (from) => void this.#catchUp.ask(from),
    });
    this.#catchUp = new CatchUp({
      community,
      channels: transport,
      clock,
      logger,
      engine,
      history: (height) => application.run(height),
      active: () => this.#running.machine.active,
      retryMs: times.baseMs / 2,
      taker: () =>
        answerTaker({
          community,
          bls,
          limits: application.limits,
          engine,
          intake: this.#intake,
          adopt: (run) => this.#adopt(run),
          witness: (peer, slot) => this.#witness(peer, slot),
        }),
    });
  }

  /** Takes up where the disk says it was. Rejects when that cannot be read. */
  async start(): Promise<void> {
    const { signer, votes, mark, application, transport } = this.#init;
    const kept = signer ? await votes.load(signer.publicKey) : null;
    if (signer) {
      this.#silentThrough = silenceOf(kept, await mark.read());
      this.#outbox = new Outbox({
        ...this.#init,
        signer,
        written: kept ?? { count: 0, slot: 0 },
        release: (engine, vote) => this.#release(engine, vote),
        failed: (error) => this.#halt('vote-not-written', error),
      });
    }
    await this.#begin(await application.tip(), kept);
    transport.subscribe(this.#topic, (data, from) => this.#heard(data, from));
    this.#catchUp.start();
  }

  async stop(): Promise<void> {
    this.#init.transport.unsubscribe(this.#topic);
    this.#catchUp.stop();
    this.#rest();
    this.#halted ??= 'stopped';
    await this.#finals;
  }

  /** Says whether a transaction waits to be ordered; to be called whenever that changes, or one more came. */
  work(pending: boolean): void {
    this.#pending = pending;
    if (this.#engine) this.#perform(this.#engine, this.#engine.machine.work(pending));
  }

  /**
   * [K10] A person answers for it that nothing was voted beyond what the vote log holds. Wrongly said, this
   * may cost the community two final blocks at one height.
   */
  breakSilence(): void {
    this.#speakAfter(0);
  }

  view(): ConsensusView {
    return viewOf(this.#running, this.#watch, this.#halted);
  }

  /** Calls back after whatever may change the view; returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Judges a message as gossip brings it; null when it was taken in. */
  async judge(data: Uint8Array, from: string): Promise<Refusal | null> {
    if (this.#halted) return { verdict: 'ignore', code: this.#halted };
    return this.#intake.gossip(data, from);
  }

  get #running(): Engine {
    if (!this.#engine) throw new Problem('not-started', 'Consensus was not started.');
    return this.#engine;
  }

  /** Enters an epoch with what is kept of it. */
  async #begin({ base, set }: Tip, kept: Kept | null): Promise<void> {
    const { signer, application, times } = this.#init;
    const place = signer ? set.validators.findIndex(({ bls }) => equalBytes(bls, signer.publicKey)) : -1;
    const me = place < 0 ? null : place;
    const mine = <T extends { epoch: number; slot: number }>(list: readonly T[] = []) =>
      list.filter(({ epoch, slot }) => epoch === set.epoch && slot > base.slot);
    const cast = mine(kept?.votes);
    const ballot = this.#rules.ballot(cast, this.#silentThrough);
    const pool: BlockPool = new BlockPool(application, base, {
      settled: (pooled, parent) => this.#settled(engine, pooled, parent),
      failed: (error) => this.#halt('execution-failed', error),
    });
    const machine = new Simplex({ set, me, root: base, times, ballot, tally: this.#rules.tally });
    const engine: Engine = {
      set,
      me,
      machine,
      ballot,
      pool,
      certificates: new CertificateShelf(),
      over: false,
    };
    this.#rest();
    this.#engine = engine;
    this.#watch = new Watch(set.validators.length);
    this.#doubt = me === null ? null : new Doubt(set, me);
    for (const certificate of mine(kept?.certificates)) this.#certified(certificate);
    for (const { block, vote } of mine(kept?.proposals)) {
      this.#proposed(openBlock(block, application.limits), vote);
    }
    for (const vote of cast) this.#perform(engine, machine.vote(vote));
    this.#perform(engine, machine.work(this.#pending));
  }

  async #heard(data: Uint8Array, from: string): Promise<Verdict> {
    try {
      const refusal = await this.judge(data, from);
      if (refusal?.verdict === 'reject')
        this.#init.logger.debug('ledger-refused', { from, code: refusal.code });
      return refusal?.verdict ?? 'accept';
    } catch (error) {
      // The fault is this node's own: nobody is blamed, and catch-up tries again.
      this.#init.logger.error('ledger-judging-failed', { message: problemOf(error).message });
      return 'ignore';
    }
  }

  #voted(vote: Vote): void {
    const engine = this.#running;
    if (engine.over) return;
    if (vote.voter === engine.me && !engine.ballot.has(vote.slot, vote.kind)) {
      // [K10] It is signed by this node's key, and the vote log does not know it.
      this.#init.logger.error('vote-log-behind', { slot: vote.slot });
      this.#speakAfter(Infinity);
    }
    this.#watch.voted(vote, this.#init.clock.now());
    this.#perform(engine, engine.machine.vote(vote));
  }

  #certified(certificate: Certificate): void {
    const engine = this.#running;
    if (engine.over) return;
    engine.certificates.keep(certificate);
    if (certificate.kind !== 'finalise') this.#outbox?.keep(certificate);
    this.#perform(engine, engine.machine.certificate(certificate));
  }

  #proposed(block: Block, vote: Vote): void {
    const { pool } = this.#running;
    this.#voted(vote);
    pool.add(block, vote);
  }

  /** A block turned out valid or not, or its leader's vote arrived. */
  #settled(engine: Engine, { block, state, code, vote }: Pooled, parent: Base): void {
    const { hash, slot, proposer } = block.header;
    if (state !== 'valid') {
      this.#init.logger.warn('block-refused', { slot, code });
      return;
    }
    const { clock, times } = this.#init;
    const candidate = { hash, slot, parent: block.header.parent };
    const proposed = vote !== null || proposer === engine.me;
    const earlyMs = proposed ? tooEarlyMs(block, parent, clock.now(), times.aheadMs) : 0;
    this.#perform(engine, engine.machine.block(candidate, proposed && earlyMs === 0));
    if (earlyMs > 0) {
      clock.after(earlyMs, () => this.#perform(engine, engine.machine.block(candidate, true)));
    }
  }

  #perform(engine: Engine, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (engine !== this.#engine || engine.over || this.#halted) return;
      this.#do(engine, effect);
    }
    void this.#outbox?.flush();
    const { active } = engine.machine;
    if (active !== this.#wasActive) this.#catchUp.reschedule();
    this.#wasActive = active;
    for (const listener of this.#listeners) listener();
  }

  #do(engine: Engine, effect: Effect): void {
    const { clock, logger, application } = this.#init;
    switch (effect.do) {
      case 'vote':
        return this.#outbox?.vote(engine, effect.motion);
      case 'propose':
        return void this.#propose(engine, effect);
      case 'wait': {
        const { timer, slot, ms } = effect;
        this.#timers.push(clock.after(ms, () => this.#perform(engine, engine.machine.timer(timer, slot))));
        return;
      }
      case 'rest':
        return this.#rest();
      case 'certify':
        return this.#certify(engine, effect.votes);
      case 'final':
        return this.#final(engine, effect.chain, effect.slot);
      case 'ask':
        return this.#catchUp.soon();
      case 'accuse': {
        const { first, second } = effect;
        if (this.#evidence.some((known) => sameOffence(known, { first, second }))) return;
        if (this.#evidence.push({ first, second }) > MAX_EVIDENCE) this.#evidence.shift();
        logger.warn('equivocation-seen', { slot: first.slot, voter: first.voter });
        return application.accuse({ first, second });
      }
    }
  }

  #rest(): void {
    for (const cancel of this.#timers.splice(0)) cancel();
  }

  async #propose(
    engine: Engine,
    effect: { slot: number; parent: Uint8Array; empty: boolean },
  ): Promise<void> {
    try {
      const made = await makeProposal(this.#init, engine, effect);
      if (!made) return engine.machine.declined(effect.slot);
      if (engine === this.#engine && engine.machine.slot === effect.slot) {
        engine.pool.add(made, null, true);
      }
    } catch (error) {
      this.#halt('proposing-failed', error);
    }
  }

  /** [K6] A vote of this node is safe on disk: it counts and leaves. */
  #release(engine: Engine, vote: Vote): void {
    if (this.#halted) return;
    const pooled = vote.kind === 'notarise' ? engine.pool.get(vote.block!) : undefined;
    if (pooled && !pooled.vote && pooled.block.header.proposer === vote.voter) {
      pooled.vote = vote;
      this.#publish(['proposal', encodeBlock(pooled.block), encodeVote(vote)]);
    } else {
      this.#publish(['vote', encodeVote(vote)]);
    }
    if (engine !== this.#engine) return;
    this.#watch.voted(vote, this.#init.clock.now());
    this.#perform(engine, engine.machine.vote(vote));
  }

  #certify(engine: Engine, votes: readonly Vote[]): void {
    const certificate = makeCertificate(engine.set, votes, this.#init.bls);
    const { kind, slot } = certificate;
    engine.certificates.keep(certificate);
    if (kind !== 'finalise') this.#outbox?.keep(certificate);
    // [K5] Everybody adds up for itself; one passes the sum on, for those that missed a vote.
    const herald = leaderOf(engine.set, kind === 'nullify' ? slot + 1 : slot);
    if (herald === engine.me) this.#publish(['certificate', encodeCertificate(certificate)]);
  }

  #publish(message: Wire): void {
    this.#init.transport.publish(this.#topic, encodeWire(message)).catch((error: unknown) => {
      // Nothing is lost: peers ask for what they did not hear.
      this.#init.logger.warn('ledger-publish-failed', { code: problemOf(error).code });
    });
  }

  /** [K9] */
  #final(engine: Engine, chain: readonly Uint8Array[], slot: number): void {
    const pooled = chain.map((hash) => engine.pool.get(hash)!);
    const inChain = pooled.filter(({ closing }) => !closing);
    const run: FinalRun = {
      blocks: inChain.map(({ block }) => block),
      closing: pooled.filter(({ closing }) => closing).map(({ block }) => block.header),
      certificate: engine.certificates.get('finalise', slot)!,
    };
    const { block, next } = inChain.at(-1)!;
    const base = baseOf(block);
    engine.pool.rebase(base);
    engine.certificates.settle(slot);
    this.#watch.settled(slot);
    engine.over = next !== null;
    if (next) this.#rest();
    this.#finals = this.#finals.then(() => this.#settleFinal(run, base, next));
  }

  async #settleFinal(run: FinalRun, base: Base, next: ValidatorSet | null): Promise<void> {
    if (this.#halted && this.#halted !== 'stopped') return;
    const { application, votes, signer } = this.#init;
    try {
      await application.finalise(run);
      await votes.settle(next?.epoch ?? run.certificate.epoch, base.slot);
      // [K12] The set that the block named takes over.
      if (next) await this.#begin({ base, set: next }, signer && (await votes.load(signer.publicKey)));
    } catch (error) {
      this.#halt('finalising-failed', error);
    }
  }

  /** [K11] Takes in blocks that a certificate proves final. */
  async #adopt(run: FinalRun): Promise<void> {
    const engine = this.#running;
    const { pool, certificates, machine } = engine;
    const closing = run.closing.map((header): Block => ({ header, transactions: [] }));
    const blocks = [...run.blocks, ...closing];
    for (const block of blocks) pool.add(block, null, true);
    await pool.idle();
    if (engine !== this.#engine || engine.over || this.#halted) return;
    const invalid = blocks.map(({ header }) => pool.get(header.hash)).find((one) => one?.state === 'invalid');
    if (invalid) {
      this.#init.application.diverged(run, invalid.code ?? 'invalid');
      return this.#halt('diverged', new Problem(invalid.code ?? 'invalid', 'A final block is invalid here.'));
    }
    certificates.keep(run.certificate);
    this.#perform(engine, machine.certificate(run.certificate));
    await this.#finals;
  }

  #witness(peer: string, slot: number): void {
    if (!this.#doubt || this.#silentThrough !== Infinity) return;
    const through = this.#doubt.hear(peer, Math.max(slot, this.#running.machine.root.slot));
    if (through !== null) this.#speakAfter(through);
  }

  #speakAfter(slot: number): void {
    const engine = this.#running;
    this.#silentThrough = slot;
    engine.ballot.silence(slot);
    if (slot === Infinity && engine.me !== null) this.#doubt = new Doubt(engine.set, engine.me);
    this.#perform(engine, engine.machine.resume());
  }

  #halt(code: string, error: unknown): void {
    if (this.#halted) return;
    this.#halted = code;
    this.#rest();
    this.#init.logger.error('ledger-halted', { code, message: problemOf(error).message });
    for (const listener of this.#listeners) listener();
  }
}
