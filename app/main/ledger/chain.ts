import type { Bls } from '../kernel/bls.ts';
import { equalBytes, toHex } from '../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../kernel/canonical.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { Problem } from '../kernel/errors.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import { silentLogger, type Logger } from '../kernel/logger.ts';
import type { Verifier } from '../kernel/signer.ts';
import { setOf } from './accounts.ts';
import { anchorOn, anchorTipOf, ANCHORED_BYTES, anchorDigest, judgeAnchor, tipAfter } from './anchor.ts';
import type { AnchoredLog } from './anchored-log.ts';
import { Anchoring } from './anchoring.ts';
import type { Application, BlockDraft, Execution, FinalRun, Slate, Tip } from './application.ts';
import {
  encodeBlock,
  makeBlock,
  MAX_BLOCK_BYTES,
  MAX_BLOCK_TRANSACTIONS,
  withinLimits,
  type Anchor,
  type Block,
} from './block.ts';
import { encodeCertificate } from './certificate.ts';
import { ChainStore } from './chain-store.ts';
import type { Evidence } from './equivocation.ts';
import { BlockExecution, signaturesOf, type BlockResult, type Rules } from './execution.ts';
import { PARAMETERS, writeGenesisState, type Origin, type Parameters } from './genesis.ts';
import type { LedgerKinds, LedgerProjection } from './kinds.ts';
import { TransactionPool, type PoolLimits, type PoolVerdict } from './pool.ts';
import { baseOf, type Base } from './proposal.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { Draft, readEntry } from './state.ts';
import { Overlay, rootOf, StateStore, type ProvableState } from './state-store.ts';
import { openTransaction, type Transaction } from './transaction.ts';
import type { ValidatorSet } from './validators.ts';
import type { Vote } from './vote.ts';

export interface ChainInit {
  readonly db: Database;
  readonly origin: Origin;
  readonly kinds: LedgerKinds;
  readonly projections?: readonly LedgerProjection[];
  readonly bls: Bls;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly poolLimits?: PoolLimits;
  /** [H1] What blocks anchor; nothing if left out. */
  readonly log?: AnchoredLog;
  readonly logger?: Logger;
  readonly accuse?: (evidence: Evidence) => void;
  /** The alarm: told once, when execution halts [E7]. */
  readonly halted?: (halt: Halt) => void;
}

/** [E7] Why execution stands still. */
export interface Halt {
  readonly code: string;
  readonly height: number;
  /** Canonical DAG-CBOR that shows what was certified and what came out here. */
  readonly evidence: Uint8Array;
}

/** A block that was executed and is not final yet. */
interface Ahead extends BlockResult {
  readonly block: Block;
  readonly transactions: readonly Transaction[];
}

const HALT = 'halt';

/** The final chain of one community and what may follow it: what consensus orders for. */
export class Chain implements Application {
  /** What is read at all; the parameters in the state of a block's parent may allow less [B6]. */
  readonly limits = { bytes: MAX_BLOCK_BYTES, transactions: MAX_BLOCK_TRANSACTIONS };
  readonly store: ChainStore;
  readonly snapshots: SnapshotStore;
  readonly pool: TransactionPool;
  readonly origin: Origin;
  readonly anchoring: Anchoring | null;
  readonly #db: Database;
  readonly #state: StateStore;
  readonly #init: ChainInit;
  readonly #rules: Rules;
  readonly #ahead = new Map<string, Ahead>();
  readonly #listeners = new Set<(block: Block) => void>();
  #tip: Base;

  private constructor(init: ChainInit) {
    const { db, origin, kinds, bls, verifier, poolLimits } = init;
    this.#init = init;
    this.#db = db;
    this.origin = origin;
    this.#rules = { kinds, bls };
    this.store = new ChainStore(db);
    this.#state = new StateStore(db);
    this.snapshots = new SnapshotStore(db, this.#state);
    this.pool = new TransactionPool({
      community: origin.id,
      kinds,
      verifier,
      ...(poolLimits ? { limits: poolLimits } : {}),
    });
    this.#tip = this.#storedTip();
    const { log, clock, logger = silentLogger } = init;
    const complete = () => (this.store.lowest() ?? 1) === 1;
    this.anchoring = log ? new Anchoring({ log, clock, logger, complete }) : null;
    if (log?.blank) db.transaction(() => this.#markAnchored(log));
  }

  /** Opens the chain of a database; writes the state of the genesis document into an empty one. */
  static open(init: ChainInit): Chain {
    const state = new StateStore(init.db);
    if (state.top === null) init.db.transaction(() => writeFirstState(state, init.origin));
    return new Chain(init);
  }

  /** Checks of BLS signatures, as execution makes them. */
  get bls(): Bls {
    return this.#rules.bls;
  }

  /** The final state. */
  get state(): ProvableState {
    return this.#state;
  }

  /** The entries of the final state whose keys begin with a prefix. */
  entriesUnder(prefix: string): { key: string; value: Uint8Array }[] {
    return this.#state.entriesUnder(prefix);
  }

  get base(): Base {
    return this.#tip;
  }

  /** The validators in force after the last final block. */
  get set(): ValidatorSet {
    return setOf(this.#state);
  }

  get parameters(): Parameters {
    return parametersOf(this.#state);
  }

  get halt(): Halt | null {
    const bytes = this.store.meta(HALT);
    return bytes && haltOf(bytes);
  }

  /** Called with every block that became final, after it is on disk. */
  onFinal(listener: (block: Block) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes transactions into the pool, by the final state. */
  submit(sealed: readonly Uint8Array[]): Promise<PoolVerdict[]> {
    return this.pool.add(sealed, this.#state, this.#init.clock.now());
  }

  async tip(): Promise<Tip> {
    return { base: this.#tip, set: setOf(this.#state) };
  }

  async propose(slate: Slate, parent: Base, empty: boolean): Promise<BlockDraft | null> {
    this.#mustRun();
    const base = this.#stateAfter(parent);
    const limits = parametersOf(base).block;
    const execution = new BlockExecution(base, slate, this.#rules);
    const transactions: Transaction[] = [];
    // [H7] Transactions leave an eighth of a block to what is to be anchored.
    let room = this.anchoring?.due(true) && !empty ? limits.bytes - Math.floor(limits.bytes / 8) : limits.bytes;
    this.pool.choose(base, (transaction) => {
      if (transactions.length >= limits.transactions || transaction.sealed.length > room) return 'full';
      if (execution.add(transaction)) return 'refused';
      room -= transaction.sealed.length;
      transactions.push(transaction);
      return 'taken';
    });
    const sealed = transactions.map((transaction) => transaction.sealed);
    const bytes = sealed.reduce((sum, { length }) => sum + length, 0);
    const anchoring = empty ? null : this.#anchor(slate, parent, limits.bytes - bytes);
    if (transactions.length === 0 && !anchoring && !empty) return null;
    const { anchor = null, anchored } = anchoring ?? {};
    const result = execution.finish(anchor && anchored ? tipAfter(anchor, anchored) : null);
    const stateRoot = rootOf(result.overlay);
    const block = makeBlock({ ...slate, stateRoot, anchor }, sealed, anchored);
    if (anchored) this.anchoring?.proposed(block);
    this.#ahead.set(toHex(block.header.hash), { ...result, block, transactions });
    return { stateRoot, anchor, transactions: sealed, ...(anchored && { anchored }) };
  }

  /** [H4] */
  async vouch(block: Block): Promise<boolean> {
    return this.anchoring ? this.anchoring.vouch(block, this.#blocksBelow(block.header.parent)) : false;
  }

  async execute(block: Block, parent: Base): Promise<Execution> {
    this.#mustRun();
    const known = this.#ahead.get(toHex(block.header.hash));
    if (known) return { ok: true, next: known.next };
    const transactions = await this.#readTransactions(block);
    if (typeof transactions === 'string') return { ok: false, code: transactions };
    const result = this.#run(block, transactions, this.#stateAfter(parent));
    if (typeof result === 'string') return { ok: false, code: result };
    // [E3] The root in the header is what validators sign: it must be what comes out here.
    if (!equalBytes(rootOf(result.overlay), block.header.stateRoot)) {
      return { ok: false, code: 'wrong-state-root' };
    }
    this.#ahead.set(toHex(block.header.hash), { ...result, block, transactions });
    return { ok: true, next: result.next };
  }

  /**
   * [E6] Makes a run final in one transaction of the database. Throws a Problem `ledger-halted` or, for
   * blocks that do not follow the tip or that come to something else here, `diverged`.
   */
  async finalise(run: FinalRun): Promise<void> {
    this.#mustRun();
    const steps: Ahead[] = [];
    let parent = this.#tip;
    for (const block of run.blocks) {
      if (!equalBytes(block.header.parent, parent.hash)) throw new Error('the run does not follow the tip');
      const outcome = await this.execute(block, parent);
      if (!outcome.ok) {
        this.diverged(run, outcome.code);
        throw new Problem('diverged', 'The validators certified what this node cannot accept.', RECOVERY);
      }
      steps.push(this.#ahead.get(toHex(block.header.hash))!);
      parent = baseOf(block);
    }
    this.#commit(() => {
      for (const step of steps) this.#store(step, step === steps.at(-1) ? run : null);
    });
    this.#rebase(parent);
    this.anchoring?.settled(steps.map(({ block }) => block));
    for (const { block } of steps) for (const listener of this.#listeners) listener(block);
  }

  async run(fromHeight: number): Promise<FinalRun | null> {
    const to = this.store.certifiedFrom(fromHeight);
    if (to === null || this.store.header(fromHeight) === null) return null;
    const blocks = Array.from({ length: to - fromHeight + 1 }, (_, n) => this.store.block(fromHeight + n)!);
    const { headers, certificate } = this.store.sealOf(to)!;
    return { blocks, closing: headers, certificate };
  }

  /** [F3] Keeps a validator's checked signature that a block is final, for proofs without an aggregate. */
  keepSignature({ kind, block, voter, signature }: Vote): void {
    if (kind !== 'finalise' || block === null) return;
    this.store.putSignature(block, { voter, signature, at: this.#init.clock.now() });
  }

  /**
   * [E8] Executes all blocks anew from the genesis document on and, if every root comes out as it was signed,
   * ends a halt. Throws a Problem `history-missing` or `diverged`; nothing has changed then.
   */
  replay(): void {
    if (this.store.lowest() !== 1 && this.store.tip()) {
      throw new Problem('history-missing', 'The first blocks are not here.', 'Begin anew with a snapshot.');
    }
    this.#ahead.clear();
    this.#commit(() => {
      this.#state.clear();
      for (const projection of this.#init.projections ?? []) projection.clear();
      writeFirstState(this.#state, this.origin);
      for (let height = 1; height <= this.#tip.height; height++) this.#replayBlock(this.store.block(height)!);
      this.store.setMeta(HALT, null);
    });
    this.#tip = this.#storedTip();
  }

  accuse(evidence: Evidence): void {
    this.#init.accuse?.(evidence);
  }

  /** [E7] Halts execution and keeps what shows why. */
  diverged(run: FinalRun, code: string): void {
    if (this.halt) return;
    const evidence = encodeCanonical({
      v: 1,
      code,
      height: run.blocks[0]!.header.height,
      roots: this.#rootsHere(run.blocks),
      tip: this.#tip.hash,
      stateRoot: this.#tip.stateRoot,
      blocks: run.blocks.map(encodeBlock),
      closing: run.closing.map(({ bytes }) => bytes),
      certificate: encodeCertificate(run.certificate),
    });
    this.store.setMeta(HALT, evidence);
    this.#init.halted?.(this.halt!);
  }

  /** [H6] What a leader's block anchors, if anything. */
  #anchor(slate: Slate, parent: Base, bytes: number): Pick<Required<Block>, 'anchored'> & { anchor: Anchor } | null {
    const room = Math.floor(bytes / ANCHORED_BYTES);
    const events = this.anchoring?.choose(slate.time, room, this.#blocksBelow(parent.hash)) ?? [];
    if (events.length === 0) return null;
    const tip = anchorTipOf(this.#stateAfter(parent), this.origin.id);
    const anchored = anchorOn(tip, events.map(({ id }) => id));
    const time = events.reduce((latest, event) => Math.max(latest, msOf(event.time)), tip.time);
    return { anchored, anchor: { time, digest: anchorDigest(anchored) } };
  }

  /** The blocks from one that was executed down to the last final one, which is left out. */
  #blocksBelow(hash: Uint8Array): Block[] {
    const ahead = this.#ahead.get(toHex(hash));
    return ahead ? [ahead.block, ...this.#blocksBelow(ahead.block.header.parent)] : [];
  }

  /** [H1] Notes anew what the blocks list, after a repair of the database. */
  #markAnchored(log: AnchoredLog): void {
    for (const height of this.store.anchorHeights()) log.mark(height, this.store.anchoredAt(height)!.ids);
  }

  #replayBlock(block: Block): void {
    const transactions = block.transactions.map(openTransaction);
    const result = this.#run(block, transactions, this.#state);
    if (typeof result === 'string' || !equalBytes(rootOf(result.overlay), block.header.stateRoot)) {
      const message = `Block ${block.header.height} still comes to something else here.`;
      throw new Problem('diverged', message, 'Install the release that the other validators run.');
    }
    this.#state.commit(result.overlay);
    this.#project(block, transactions, result.events);
  }

  /** The state roots to which blocks lead here, up to the first that cannot be executed. */
  #rootsHere(blocks: readonly Block[]): Uint8Array[] {
    const roots: Uint8Array[] = [];
    let state: ProvableState = this.#state;
    for (const block of blocks) {
      try {
        const result = this.#run(block, block.transactions.map(openTransaction), state);
        if (typeof result === 'string') break;
        state = result.overlay;
        roots.push(rootOf(state));
      } catch (error) {
        if (error instanceof Problem) break;
        throw error;
      }
    }
    return roots;
  }

  #storedTip(): Base {
    const header = this.store.tip();
    if (header) {
      const { hash, slot, height, time, stateRoot } = header;
      return { hash, slot, height, time, stateRoot };
    }
    const { id, createdAt } = this.origin;
    return { hash: id, slot: 0, height: 0, time: createdAt, stateRoot: rootOf(this.#state) };
  }

  #mustRun(): void {
    if (this.halt)
      throw new Problem('ledger-halted', 'The ledger of this community stands still here.', RECOVERY);
  }

  #stateAfter(parent: Base): ProvableState {
    if (equalBytes(parent.hash, this.#tip.hash)) return this.#state;
    const ahead = this.#ahead.get(toHex(parent.hash));
    if (!ahead) throw new Error('a block is executed after its parent');
    return ahead.overlay;
  }

  /** The transactions of a block with their signatures checked, or why the block is invalid. */
  async #readTransactions(block: Block): Promise<Transaction[] | string> {
    try {
      const transactions = block.transactions.map(openTransaction);
      const unproven = transactions.filter((transaction) => !this.pool.holds(transaction));
      const checks = unproven.flatMap((one) => signaturesOf(one, this.origin.id, this.#rules.kinds));
      const answers = await this.#init.verifier.verify(checks);
      return answers.every(Boolean) ? transactions : 'bad-signature';
    } catch (error) {
      if (error instanceof Problem) return error.code;
      throw error;
    }
  }

  #run(block: Block, transactions: readonly Transaction[], base: ProvableState): BlockResult | string {
    if (!withinLimits(block, parametersOf(base).block)) return 'block-too-large';
    const { community, epoch, height, time, anchor } = block.header;
    const { anchored } = block;
    const fault = anchored && judgeAnchor(block.header, anchored, anchorTipOf(base, community));
    if (fault) return fault;
    const execution = new BlockExecution(base, { community, epoch, height, time }, this.#rules);
    for (const transaction of transactions) {
      const refusal = execution.add(transaction);
      if (refusal) return refusal.code;
    }
    return execution.finish(anchor && anchored ? tipAfter(anchor, anchored) : null);
  }

  #store({ block, transactions, overlay, events, next }: Ahead, run: FinalRun | null): void {
    const { header } = block;
    this.#state.commit(overlay);
    this.store.putBlock(header, transactions, run && { headers: run.closing, certificate: run.certificate });
    if (block.anchored) {
      this.store.putAnchored(header.height, block.anchored);
      this.#init.log?.mark(header.height, block.anchored.ids);
    }
    if (next) this.store.putEpoch(next.epoch, header.height, null);
    this.#project(block, transactions, events);
    const { snapshotInterval } = this.parameters;
    if (header.height % snapshotInterval !== 0) return;
    this.snapshots.take(header);
    this.store.dropSignatures(header.height - snapshotInterval);
  }

  #project({ header }: Block, transactions: readonly Transaction[], events: BlockResult['events']): void {
    for (const [index, { id, account }] of transactions.entries()) {
      const place = { height: header.height, time: header.time, index, transaction: id, account };
      for (const event of events[index]!) {
        for (const projection of this.#init.projections ?? []) projection.apply(event, place);
      }
    }
  }

  #commit(work: () => void): void {
    try {
      this.#db.transaction(work);
    } catch (error) {
      this.#state.forget();
      throw error;
    }
  }

  /** Moves the tip and keeps only what stands on it. */
  #rebase(tip: Base): void {
    this.#tip = tip;
    const kept = new Set([toHex(tip.hash)]);
    for (const [hash, { block, overlay }] of this.#ahead) {
      const parent = toHex(block.header.parent);
      if (kept.has(parent) && hash !== toHex(tip.hash)) {
        kept.add(hash);
        if (parent === toHex(tip.hash)) overlay.base = this.#state;
      } else this.#ahead.delete(hash);
    }
    this.pool.settle(this.#state, this.#init.clock.now());
  }
}

const RECOVERY = 'See docs/ledger.md, “When the ledger stands still”.';

function haltOf(evidence: Uint8Array): Halt {
  const { code, height } = decodeCanonical(evidence) as { code: string; height: number };
  return { code, height, evidence };
}

function parametersOf(state: ProvableState): Parameters {
  return readEntry<Parameters>(state, PARAMETERS)!;
}

function writeFirstState(state: StateStore, origin: Origin): void {
  const draft = new Draft(state);
  writeGenesisState(draft, origin);
  state.commit(new Overlay(state, draft.changes));
}
