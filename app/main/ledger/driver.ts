import type { Bls } from '../kernel/bls.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem, problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Application, FinalRun } from './application.ts';
import type { Pooled } from './block-pool.ts';
import { encodeBlock, type Block } from './block.ts';
import type { Range } from './broadcast.ts';
import { encodeCertificate, makeCertificate, type Certificate } from './certificate.ts';
import type { Wire } from './consensus-wire.ts';
import type { Engine } from './engine.ts';
import { sameOffence, type Evidence } from './equivocation.ts';
import type { Outbox } from './outbox.ts';
import { baseOf, tooEarlyMs, type Base } from './proposal.ts';
import { makeProposal, tooYoungMs } from './proposer.ts';
import { leaderOf, type Effect } from './simplex.ts';
import { Timers } from './timers.ts';
import type { ValidatorSet } from './validators.ts';
import { encodeVote, type Vote } from './vote.ts';

/** Offences remembered, so that each is told once. */
const MAX_EVIDENCE = 1000;

export interface DriverInit {
  readonly community: Uint8Array;
  readonly bls: Bls;
  /** How far ahead of a clock a block may be [K4], and how old the last one before the next [K3]. */
  readonly times: { readonly aheadMs: number; readonly paceMs: number };
  readonly application: Application;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where own votes go; null for a node that has no key. */
  readonly outbox: Outbox | null;
  readonly publish: (message: Wire, range: Range) => void;
  /** A block became final; resolves when what rests on it was put in order too. */
  readonly finalised: (run: FinalRun, base: Base, next: ValidatorSet | null) => Promise<void>;
  /** Something is missing that peers must have. */
  readonly ask: () => void;
  /** Something may have changed for whoever looks on. */
  readonly changed: () => void;
}

/** Does for one epoch after another what the machine says. */
export class Driver {
  readonly #init: DriverInit;
  readonly #timers: Timers;
  readonly #evidence: Evidence[] = [];
  #engine: Engine | null = null;
  #finals: Promise<void> = Promise.resolve();
  #halted: string | null = null;
  /** How many blocks are being made. */
  #proposing = 0;

  constructor(init: DriverInit) {
    this.#init = init;
    this.#timers = new Timers(init.clock);
  }

  get engine(): Engine {
    if (!this.#engine) throw new Problem('not-started', 'Consensus was not started.');
    return this.#engine;
  }

  /** Why nothing is done any more, in kebab case; null while it is. */
  get halted(): string | null {
    return this.#halted;
  }

  /** Goes on with this epoch. */
  take(engine: Engine): void {
    this.#timers.rest();
    this.#engine = engine;
  }

  /** Stops; resolves when nothing is being written any more. */
  async stop(): Promise<void> {
    this.#timers.rest();
    this.#halted ??= 'stopped';
    await this.#finals;
  }

  /** An authentic vote of this epoch, perhaps after its slot was settled. */
  voted(vote: Vote, atMs = this.#init.clock.now()): void {
    const { engine } = this;
    if (this.#halted) return;
    this.#init.application.keepSignature(vote);
    engine.watch.voted(vote, atMs);
    if (engine.machine.concerns(vote.slot)) this.perform(engine, engine.machine.vote(vote));
  }

  /** A certificate that votes made up here. */
  formed(certificate: Certificate): void {
    if (this.#halted) return;
    this.certified(certificate);
    this.#herald(this.engine, certificate);
  }

  /** A certificate that holds. */
  certified(certificate: Certificate): void {
    const { engine } = this;
    this.#keep(engine, certificate);
    this.perform(engine, engine.machine.certificate(certificate));
  }

  /** A block turned out valid or not, or its leader's vote came after it. */
  settled(engine: Engine, { block, state, code, vote: leaders }: Pooled, parent: Base): void {
    const { hash, slot, proposer, anchor } = block.header;
    const { clock, logger } = this.#init;
    const { aheadMs } = this.#init.times;
    if (state !== 'valid') return logger.warn('block-refused', { slot, code });
    const candidate = { hash, slot, parent: block.header.parent };
    const proposed = leaders !== null || proposer === engine.me;
    const earlyMs = proposed ? tooEarlyMs(block, parent, clock.now(), aheadMs) : 0;
    // [H4] A leader holds what it lists.
    const vouched = anchor === null || proposer === engine.me;
    this.perform(engine, engine.machine.block(candidate, proposed && earlyMs === 0 && vouched));
    if (!proposed) return;
    const vote = () => this.perform(engine, engine.machine.block(candidate, true));
    if (!vouched) void this.#vouch(block, () => clock.after(earlyMs, vote));
    else if (earlyMs > 0) clock.after(earlyMs, vote);
  }

  /** [K11] Takes in blocks that a certificate proves final; resolves once they are part of the chain. */
  async adopt(run: FinalRun): Promise<void> {
    const { engine } = this;
    const closing = run.closing.map((header): Block => ({ header, transactions: [] }));
    const blocks = [...run.blocks, ...closing];
    for (const block of blocks) engine.pool.add(block, null, true);
    await engine.pool.idle();
    if (engine !== this.#engine || engine.over || this.#halted) return;
    const invalid = blocks
      .map(({ header }) => engine.pool.get(header.hash))
      .find((one) => one?.state === 'invalid');
    if (invalid) return this.diverged(run, invalid.code ?? 'invalid');
    this.certified(run.certificate);
    await this.#finals;
  }

  /** [K6] A vote of this node is safe on disk: it leaves, and it counts. */
  release(engine: Engine, vote: Vote): void {
    if (this.#halted) return;
    const pooled = vote.kind === 'notarise' ? engine.pool.get(vote.block!) : undefined;
    if (pooled && !pooled.vote && pooled.block.header.proposer === vote.voter) {
      pooled.vote = vote;
      this.#init.publish(['proposal', encodeBlock(pooled.block), encodeVote(vote)], 'validators');
    } else {
      this.#init.publish(['vote', encodeVote(vote)], 'validators');
    }
    if (engine === this.#engine) this.voted(vote);
  }

  perform(engine: Engine, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (engine !== this.#engine || engine.over || this.#halted) return;
      this.#do(engine, effect);
    }
    this.#flush();
    this.#init.changed();
  }

  /** [K9] [V10] A quorum made final what cannot stand here. */
  diverged(run: FinalRun, code: string): void {
    this.#init.application.diverged(run, code);
    this.halt('diverged', new Problem(code, 'A final block cannot stand here.'));
  }

  async #vouch(block: Block, then: () => void): Promise<void> {
    try {
      if (await this.#init.application.vouch(block)) then();
    } catch (error) {
      this.halt('vouching-failed', error);
    }
  }

  halt(code: string, error: unknown): void {
    if (this.#halted) return;
    this.#halted = code;
    this.#timers.rest();
    this.#init.logger.error('ledger-halted', { code, message: problemOf(error).message });
    this.#init.changed();
  }

  #do(engine: Engine, effect: Effect): void {
    switch (effect.do) {
      case 'vote':
        return this.#init.outbox?.vote(engine, effect.motion);
      case 'propose':
        return void this.#propose(engine, effect);
      case 'wait': {
        const { timer, slot, ms } = effect;
        return this.#timers.after(ms, () => this.perform(engine, engine.machine.timer(timer, slot)));
      }
      case 'rest':
        return this.#timers.rest();
      case 'certify':
        return this.#certify(engine, effect.votes);
      case 'final':
        return this.#final(engine, effect.chain, effect.slot);
      case 'ask':
        return this.#init.ask();
      case 'accuse':
        return this.#accuse(effect);
    }
  }

  async #propose(
    engine: Engine,
    effect: { slot: number; parent: Uint8Array; empty: boolean },
  ): Promise<void> {
    const { clock, times } = this.#init;
    const waitMs = tooYoungMs(engine, effect.parent, clock.now(), times.paceMs);
    if (waitMs > 0 && !(await this.#passes(waitMs, engine, effect.slot))) return;
    this.#proposing++;
    try {
      const block = await makeProposal(this.#init, engine, effect);
      if (!block) engine.machine.declined(effect.slot);
      else if (engine === this.#engine && engine.machine.slot === effect.slot) {
        engine.pool.add(block, null, true);
        await engine.pool.idle();
      }
    } catch (error) {
      this.halt('proposing-failed', error);
    }
    this.#proposing--;
    this.#flush();
  }

  /** Lets time pass; false if the slot is over by then. */
  async #passes(ms: number, engine: Engine, slot: number): Promise<boolean> {
    await new Promise<void>((resolve) => void this.#init.clock.after(ms, resolve));
    return engine === this.#engine && !engine.over && !this.#halted && engine.machine.slot === slot;
  }

  /** A block that is being made is written down together with what its leader voted for just before. */
  #flush(): void {
    if (this.#proposing === 0) void this.#init.outbox?.flush();
  }

  #keep({ certificates }: Engine, certificate: Certificate): void {
    certificates.keep(certificate);
    if (certificate.kind !== 'finalise') this.#init.outbox?.keep(certificate);
  }

  #certify(engine: Engine, votes: readonly Vote[]): void {
    const certificate = makeCertificate(engine.set, votes, this.#init.bls);
    this.#keep(engine, certificate);
    this.#herald(engine, certificate);
  }

  /** [K5] Everybody adds up for itself; one passes the sum on, for those that missed a vote. */
  #herald(engine: Engine, certificate: Certificate): void {
    const { kind, slot } = certificate;
    const herald = leaderOf(engine.set, kind === 'nullify' ? slot + 1 : slot);
    if (herald !== engine.me) return;
    this.#init.publish(
      ['certificate', encodeCertificate(certificate)],
      kind === 'finalise' ? 'everybody' : 'validators',
    );
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
    engine.watch.settled(slot);
    engine.over = next !== null;
    if (next) this.#timers.rest();
    this.#finals = this.#finals.then(() => this.#settleFinal(run, base, next));
  }

  /** What is final is written down even while consensus stops, but not once it halted. */
  async #settleFinal(run: FinalRun, base: Base, next: ValidatorSet | null): Promise<void> {
    if (this.#halted && this.#halted !== 'stopped') return;
    try {
      await this.#init.application.finalise(run);
      await this.#init.finalised(run, base, next);
    } catch (error) {
      this.halt('finalising-failed', error);
    }
  }

  #accuse(evidence: Evidence): void {
    if (this.#evidence.some((known) => sameOffence(known, evidence))) return;
    if (this.#evidence.push(evidence) > MAX_EVIDENCE) this.#evidence.shift();
    const { slot, voter } = evidence.first;
    this.#init.logger.warn('equivocation-seen', { slot, voter });
    this.#init.application.accuse({ first: evidence.first, second: evidence.second });
  }
}
