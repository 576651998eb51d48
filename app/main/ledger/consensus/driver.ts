import type { Bls } from '../../kernel/bls.ts';
import type { Clock } from '../../kernel/clock.ts';
import { problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { UNKNOWN_VERSION, type Application, type FinalRun } from './application.ts';
import type { Pooled } from './block-tree.ts';
import { encodeBlock, type Block } from '../types/block.ts';
import type { Range } from './broadcast.ts';
import { encodeCertificate, makeCertificate, type Certificate } from '../types/certificate.ts';
import type { Wire } from './consensus-wire.ts';
import type { EpochContext } from './epoch-context.ts';
import { sameOffence, type Evidence } from '../types/equivocation.ts';
import type { Outbox } from './outbox.ts';
import { baseOf, tooEarlyMs, type Base } from './proposal.ts';
import { makeProposal, tooYoungMs } from './proposer.ts';
import { leaderOf, type Effect } from './simplex.ts';
import { Timers } from './timers.ts';
import type { ValidatorSet } from '../types/validators.ts';
import { encodeVote, type Vote } from '../types/vote.ts';
import { broken, problem } from '../problems.ts';

/** Offences remembered, so that each is reported once. */
const MAX_EVIDENCE = 1000;

export interface DriverInit {
  readonly community: Uint8Array;
  readonly bls: Bls;
  /**
   * How far ahead of the clock a block may be [K4], and the least age of a block before the next one [K3].
   */
  readonly times: { readonly aheadMs: number; readonly paceMs: number };
  readonly application: Application;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Sends own votes; null for a node that has no key. */
  readonly outbox: Outbox | null;
  readonly publish: (message: Wire, range: Range) => void;
  /** A block became final; resolves when everything that depends on it is done. */
  readonly finalised: (run: FinalRun, base: Base, next: ValidatorSet | null) => Promise<void>;
  /** Peers must have something that is missing here. */
  readonly ask: () => void;
  /** The view may have changed. */
  readonly changed: () => void;
}

/** Carries out the effects of the state machine, epoch after epoch. */
export class Driver {
  readonly #init: DriverInit;
  readonly #timers: Timers;
  readonly #evidence: Evidence[] = [];
  #context: EpochContext | null = null;
  #finals: Promise<void> = Promise.resolve();
  #halted: string | null = null;
  /** How many blocks are being made. */
  #proposing = 0;

  constructor(init: DriverInit) {
    this.#init = init;
    this.#timers = new Timers(init.clock);
  }

  get context(): EpochContext {
    if (!this.#context) throw problem('not-started');
    return this.#context;
  }

  /** Why this node stopped, in kebab case; null while it runs. */
  get halted(): string | null {
    return this.#halted;
  }

  /** Continues with this epoch. */
  take(context: EpochContext): void {
    this.#timers.rest();
    this.#context = context;
  }

  /** Stops; resolves when all writes are done. */
  async stop(): Promise<void> {
    this.#timers.rest();
    this.#halted ??= 'stopped';
    await this.#finals;
  }

  /** An authentic vote of this epoch, possibly after its slot was settled. */
  voted(vote: Vote, atMs = this.#init.clock.now()): void {
    const { context } = this;
    if (this.#halted) return;
    this.#init.application.keepSignature(vote);
    context.watch.voted(vote, atMs);
    if (context.machine.concerns(vote.slot)) this.perform(context, context.machine.vote(vote));
  }

  /** A certificate that was formed here from votes. */
  formed(certificate: Certificate): void {
    if (this.#halted) return;
    this.certified(certificate);
    this.#herald(this.context, certificate);
  }

  /** A valid certificate. */
  certified(certificate: Certificate): void {
    const { context } = this;
    this.#keep(context, certificate);
    this.perform(context, context.machine.certificate(certificate));
  }

  /** A block turned out valid or invalid, or its leader's vote arrived after it. */
  settled(context: EpochContext, { block, state, code, vote: leaders }: Pooled, parent: Base): void {
    const { hash, slot, proposer, anchor } = block.header;
    const { clock, logger } = this.#init;
    const { aheadMs } = this.#init.times;
    if (state !== 'valid') return logger.warn('block-refused', { slot, code });
    const candidate = { hash, slot, parent: block.header.parent };
    const proposed = leaders !== null || proposer === context.me;
    const earlyMs = proposed ? tooEarlyMs(block, parent, clock.now(), aheadMs) : 0;
    // [H4] A leader holds the events it lists.
    const vouched = anchor === null || proposer === context.me;
    this.perform(context, context.machine.block(candidate, proposed && earlyMs === 0 && vouched));
    if (!proposed) return;
    const vote = () => this.perform(context, context.machine.block(candidate, true));
    if (!vouched) void this.#vouch(block, () => clock.after(earlyMs, vote));
    else if (earlyMs > 0) clock.after(earlyMs, vote);
  }

  /** [K11] Adds blocks that a certificate proves final; resolves once they are part of the chain. */
  async adopt(run: FinalRun): Promise<void> {
    const { context } = this;
    const closing = run.closing.map((header): Block => ({ header, transactions: [] }));
    const blocks = [...run.blocks, ...closing];
    for (const block of blocks) context.tree.add(block, null, true);
    await context.tree.idle();
    if (context !== this.#context || context.over || this.#halted) return;
    const invalid = blocks
      .map(({ header }) => context.tree.get(header.hash))
      .find((one) => one?.state === 'invalid');
    if (invalid?.code === UNKNOWN_VERSION) return this.#followTo(run);
    if (invalid) return this.diverged(run, invalid.code ?? 'invalid');
    this.certified(run.certificate);
    await this.#finals;
  }

  /** [K6] A vote of this node is safe on disk: it is sent and counted. */
  release(context: EpochContext, vote: Vote): void {
    if (this.#halted) return;
    const node = vote.kind === 'notarise' ? context.tree.get(vote.block!) : undefined;
    if (node && !node.vote && node.block.header.proposer === vote.voter) {
      node.vote = vote;
      this.#init.publish(['proposal', encodeBlock(node.block), encodeVote(vote)], 'validators');
    } else {
      this.#init.publish(['vote', encodeVote(vote)], 'validators');
    }
    if (context === this.#context) this.voted(vote);
  }

  perform(context: EpochContext, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (context !== this.#context || context.over || this.#halted) return;
      this.#do(context, effect);
    }
    this.#flush();
    this.#init.changed();
  }

  /** [K9] [V10] A quorum finalised a block that is invalid here. */
  diverged(run: FinalRun, code: string): void {
    this.#init.application.diverged(run, code);
    this.halt('diverged', broken('bad-final-block', code));
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

  /**
   * [PV6] Stops because this release does not know the version of the next block. Nothing is wrong, so nobody is
   * accused and nothing is reported as a fault.
   */
  retire(): void {
    if (this.#halted) return;
    this.#halted = 'outdated';
    this.#timers.rest();
    this.#init.logger.info('ledger-outdated');
    if (this.#context) this.#init.changed();
  }

  /** [PV7] Takes the blocks of a proven run that this release can execute, and stops. */
  async #followTo(run: FinalRun): Promise<void> {
    const { context } = this;
    const { application, finalised } = this.#init;
    context.over = true;
    this.#timers.rest();
    this.#finals = this.#finals.then(async () => {
      if (this.#halted && this.#halted !== 'stopped') return;
      try {
        await application.finalise(run);
        const { base } = await application.tip();
        context.tree.rebase(base);
        this.retire();
        await finalised(run, base, null);
      } catch (error) {
        this.halt('finalising-failed', error);
      }
    });
    await this.#finals;
  }

  #do(context: EpochContext, effect: Effect): void {
    switch (effect.do) {
      case 'vote':
        return this.#init.outbox?.vote(context, effect.motion);
      case 'propose':
        return void this.#propose(context, effect);
      case 'wait': {
        const { timer, slot, ms } = effect;
        return this.#timers.after(ms, () => this.perform(context, context.machine.timer(timer, slot)));
      }
      case 'rest':
        return this.#timers.rest();
      case 'certify':
        return this.#certify(context, effect.votes);
      case 'final':
        return this.#final(context, effect.chain, effect.slot);
      case 'ask':
        return this.#init.ask();
      case 'accuse':
        return this.#accuse(effect);
    }
  }

  async #propose(
    context: EpochContext,
    effect: { slot: number; parent: Uint8Array; empty: boolean },
  ): Promise<void> {
    const { clock, times } = this.#init;
    const waitMs = tooYoungMs(context, effect.parent, clock.now(), times.paceMs);
    if (waitMs > 0 && !(await this.#passes(waitMs, context, effect.slot))) return;
    this.#proposing++;
    try {
      const block = await makeProposal(this.#init, context, effect);
      if (!block) context.machine.declined(effect.slot);
      else if (context === this.#context && context.machine.slot === effect.slot) {
        context.tree.add(block, null, true);
        await context.tree.idle();
      }
    } catch (error) {
      this.halt('proposing-failed', error);
    }
    this.#proposing--;
    this.#flush();
  }

  /** Waits; false if the slot ended meanwhile. */
  async #passes(ms: number, context: EpochContext, slot: number): Promise<boolean> {
    await new Promise<void>((resolve) => void this.#init.clock.after(ms, resolve));
    return context === this.#context && !context.over && !this.#halted && context.machine.slot === slot;
  }

  /**
   * Does not write while a block is being made, so that its vote is written together with the previous one.
   */
  #flush(): void {
    if (this.#proposing === 0) void this.#init.outbox?.flush();
  }

  #keep({ certificates }: EpochContext, certificate: Certificate): void {
    certificates.keep(certificate);
    if (certificate.kind !== 'finalise') this.#init.outbox?.keep(certificate);
  }

  #certify(context: EpochContext, votes: readonly Vote[]): void {
    const certificate = makeCertificate(context.set, votes, this.#init.bls);
    this.#keep(context, certificate);
    this.#herald(context, certificate);
  }

  /** [K5] Every validator aggregates for itself; one sends the aggregate to those that missed a vote. */
  #herald(context: EpochContext, certificate: Certificate): void {
    const { kind, slot } = certificate;
    const herald = leaderOf(context.set, kind === 'nullify' ? slot + 1 : slot);
    if (herald !== context.me) return;
    this.#init.publish(
      ['certificate', encodeCertificate(certificate)],
      kind === 'finalise' ? 'everybody' : 'validators',
    );
  }

  #final(context: EpochContext, chain: readonly Uint8Array[], slot: number): void {
    const node = chain.map((hash) => context.tree.get(hash)!);
    const inChain = node.filter(({ closing }) => !closing);
    const run: FinalRun = {
      blocks: inChain.map(({ block }) => block),
      closing: node.filter(({ closing }) => closing).map(({ block }) => block.header),
      certificate: context.certificates.get('finalise', slot)!,
    };
    const { block, next } = inChain.at(-1)!;
    const base = baseOf(block);
    context.tree.rebase(base);
    context.certificates.settle(slot);
    context.watch.settled(slot);
    context.over = next !== null;
    if (next) this.#timers.rest();
    this.#finals = this.#finals.then(() => this.#settleFinal(run, base, next));
  }

  /** Final blocks are stored even while consensus stops, but not after a halt. */
  async #settleFinal(run: FinalRun, base: Base, next: ValidatorSet | null): Promise<void> {
    if (this.#halted && this.#halted !== 'stopped') return;
    try {
      await this.#init.application.finalise(run);
      if (this.#init.application.outdated) this.retire();
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
