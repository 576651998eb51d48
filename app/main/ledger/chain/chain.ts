import type { Bls } from '../../kernel/bls.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { setOf } from '../state/accounts.ts';
import {
  UnfinalizedBlocks,
  restoreProjections,
  tellProjections,
  type UnfinalizedBlock,
} from './unfinalized-blocks.ts';
import type { AnchoredLog } from './anchored-log.ts';
import { Anchoring } from './anchoring.ts';
import {
  UNKNOWN_VERSION,
  type Application,
  type BlockDraft,
  type Execution,
  type FinalRun,
  type BlockTemplate,
  type Tip,
} from '../consensus/application.ts';
import { makeBlock, MAX_BLOCK_BYTES, MAX_BLOCK_TRANSACTIONS, type Block } from '../types/block.ts';
import { BlockRunner, parametersOf } from './block-runner.ts';
import { listFor } from './listing.ts';
import { startFromGenesis, startFromSnapshot } from './bootstrap.ts';
import type { ChainInit } from './chain-init.ts';
import { ChainStore } from './chain-store.ts';
import type { Evidence } from '../types/equivocation.ts';
import type { Rules } from '../state/execution.ts';
import type { ChainOrigin, Parameters } from '../state/genesis.ts';
import { FinalListeners } from './final-listeners.ts';
import { haltEvidence, haltOf, type Halt } from './halt.ts';
import type { EventListener, LedgerProjection } from '../state/kinds.ts';
import { KNOWN_VERSION, protocolOf, versionAfter, type Protocol } from '../state/protocol.ts';
import { Mempool, type MempoolVerdict } from './mempool.ts';
import { baseOf, type Base } from '../consensus/proposal.ts';
import type { Fetched } from './snapshot.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { nextDue } from '../state/timers.ts';
import { rootOf, StateStore, type ProvableState } from '../state/state-store.ts';
import { openTransaction } from '../types/transaction.ts';
import { TransactionSearch } from './transaction-search.ts';
import type { ValidatorSet } from '../types/validators.ts';
import type { Vote } from '../types/vote.ts';
import { problem } from '../problems.ts';

const HALT = 'halt';

/** The final chain of one community and the blocks that may follow it; the application of consensus. */
export class Chain implements Application {
  /** The upper limits for decoding a block; the parameters in its parent's state may allow less [LB6]. */
  readonly limits = { bytes: MAX_BLOCK_BYTES, transactions: MAX_BLOCK_TRANSACTIONS };
  readonly store: ChainStore;
  readonly search: TransactionSearch;
  readonly snapshots: SnapshotStore;
  readonly mempool: Mempool;
  readonly origin: ChainOrigin;
  readonly anchoring: Anchoring | null;
  readonly #state: StateStore;
  readonly #init: ChainInit;
  readonly #runner: BlockRunner;
  readonly #ahead: UnfinalizedBlocks;
  readonly #projections: readonly LedgerProjection[];
  readonly #listeners: FinalListeners;
  #tip: Base;

  private constructor(init: ChainInit) {
    const { db, origin, kinds, bls, verifier, clock, mempoolLimits } = init;
    this.#init = init;
    this.#listeners = new FinalListeners(init.logger ?? silentLogger);
    this.#projections = init.projections ?? [];
    this.origin = origin;
    this.store = new ChainStore(db);
    this.search = new TransactionSearch(db);
    this.#state = new StateStore(db);
    this.snapshots = new SnapshotStore(db, this.#state);
    this.mempool = new Mempool({
      community: origin.id,
      kinds,
      verifier,
      clock,
      ...(mempoolLimits ? { limits: mempoolLimits } : {}),
    });
    const rules = { kinds, bls };
    this.#runner = new BlockRunner({ community: origin.id, rules, verifier, mempool: this.mempool });
    this.#ahead = new UnfinalizedBlocks(this.#state);
    this.#tip = this.#storedTip();
    const { log, logger = silentLogger } = init;
    const complete = () => (this.store.lowest() ?? 1) === 1;
    this.anchoring = log ? new Anchoring({ log, clock, logger, complete }) : null;
    if (log?.blank) db.transaction(() => this.#markAnchored(log));
  }

  /** Opens the chain of a database; writes the state of the genesis document into an empty one. */
  static open(init: ChainInit): Chain {
    const state = new StateStore(init.db);
    if (state.top === null) init.db.transaction(() => startFromGenesis(state, init.origin));
    return new Chain(init);
  }

  /** Checks BLS signatures during execution. */
  get bls(): Bls {
    return this.#init.bls;
  }

  /** The log whose events its blocks anchor, if any. */
  get log(): AnchoredLog | null {
    return this.#init.log ?? null;
  }

  /** The rules by which transactions are executed. */
  get rules(): Rules {
    const { kinds, bls } = this.#init;
    return { kinds, bls };
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

  /** [TM6] The due time of the earliest waiting timer in milliseconds since the epoch; null if none waits. */
  get nextDue(): number | null {
    return nextDue(this.#state);
  }

  /** The validators in force after the last final block. */
  get set(): ValidatorSet {
    return setOf(this.#state);
  }

  get parameters(): Parameters {
    return parametersOf(this.#state);
  }

  /** [PV1] The versions in force and scheduled, and [PV6] the newest one that this release knows. */
  get protocol(): Protocol & { readonly known: number } {
    return { ...protocolOf(this.#state), known: this.#known };
  }

  get outdated(): boolean {
    return this.#isTooNew(this.#state);
  }

  get halt(): Halt | null {
    const bytes = this.store.meta(HALT);
    return bytes && haltOf(bytes);
  }

  /** Calls back with every block that became final, after it is on disk. */
  onFinal(listener: (block: Block) => void): () => void {
    return this.#listeners.onBlock(listener);
  }

  /** [EV4] Calls back with every event of a block that became final, after it is on disk. */
  onEvent(listener: EventListener): () => void {
    return this.#listeners.onEvent(listener);
  }

  /** Adds transactions to the mempool, by the final state. [PV6] An outdated node takes none. */
  async submit(sealed: readonly Uint8Array[]): Promise<MempoolVerdict[]> {
    if (this.outdated) {
      const { code, message, remedy } = problem.fields('ledger-outdated');
      return sealed.map(() => ({ verdict: 'ignore', code, message, remedy }));
    }
    return this.mempool.add(sealed, this.#state, this.#init.clock.now());
  }

  async tip(): Promise<Tip> {
    return { base: this.#tip, set: setOf(this.#state) };
  }

  async propose(template: BlockTemplate, parent: Base, empty: boolean): Promise<BlockDraft | null> {
    this.#mustRun();
    const state = this.#ahead.stateAfter(parent, this.#tip);
    if (this.#isTooNew(state)) return null;
    // [H7] Transactions leave an eighth of a block to the events to anchor.
    const anchors = !empty && this.anchoring?.due(true) === true;
    const below = anchors ? this.#ahead.below(parent.hash) : [];
    const { result, transactions, listed } = this.#runner.fill(
      template,
      state,
      anchors ? 1 / 8 : 0,
      (room) => (anchors ? listFor(template, this.anchoring!, state, room, below) : null),
    );
    const { timers } = result;
    if (transactions.length === 0 && timers.length === 0 && !listed && !empty) return null;
    const sealed = transactions.map((transaction) => transaction.sealed);
    const { anchor = null, anchored } = listed ?? {};
    const stateRoot = rootOf(result.overlay);
    const block = makeBlock({ ...template, stateRoot, anchor }, sealed, anchored);
    if (anchored) this.anchoring?.proposed(block);
    this.#ahead.put({ ...result, block, transactions });
    return { stateRoot, anchor, transactions: sealed, ...(anchored && { anchored }) };
  }

  async vouch(block: Block): Promise<boolean> {
    return this.anchoring?.vouch(block, this.#ahead.below(block.header.parent)) ?? false;
  }

  async execute(block: Block, parent: Base): Promise<Execution> {
    this.#mustRun();
    const known = this.#ahead.get(block.header.hash);
    if (known) return { ok: true, next: known.next };
    const state = this.#ahead.stateAfter(parent, this.#tip);
    if (this.#isTooNew(state)) return { ok: false, code: UNKNOWN_VERSION };
    const transactions = await this.#runner.read(block, state);
    if (typeof transactions === 'string') return { ok: false, code: transactions };
    const result = this.#runner.run(block, transactions, state);
    if (typeof result === 'string') return { ok: false, code: result };
    // [E3] Validators sign the root in the header: execution must give the same root here.
    if (!equalBytes(rootOf(result.overlay), block.header.stateRoot)) {
      return { ok: false, code: 'wrong-state-root' };
    }
    this.#ahead.put({ ...result, block, transactions });
    return { ok: true, next: result.next };
  }

  /**
   * [E6] Makes a run final in one transaction of the database; [PV7] an outdated node takes the part that it
   * can execute. Throws a Problem `ledger-halted` or, for
   * blocks that do not follow the tip or give a different result here, `diverged`.
   */
  async finalise(run: FinalRun): Promise<void> {
    this.#mustRun();
    const steps: UnfinalizedBlock[] = [];
    let parent = this.#tip;
    for (const block of run.blocks) {
      if (!equalBytes(block.header.parent, parent.hash)) throw new Error('the run does not follow the tip');
      const outcome = await this.execute(block, parent);
      if (!outcome.ok && outcome.code === UNKNOWN_VERSION) break;
      if (!outcome.ok) {
        this.diverged(run, outcome.code);
        throw problem('diverged');
      }
      steps.push(this.#ahead.get(block.header.hash)!);
      parent = baseOf(block);
    }
    if (steps.length === 0) return;
    const rest = run.blocks.slice(steps.length).map(({ header }) => header);
    const sealed = rest.length === 0;
    this.#commit(() => {
      for (const step of steps) this.#store(step, sealed && step === steps.at(-1) ? run : null);
      if (!sealed) {
        this.store.setCover({ headers: [...rest, ...run.closing], certificate: run.certificate });
      }
    });
    this.#rebase(parent);
    this.anchoring?.settled(steps.map(({ block }) => block));
    this.#listeners.tell(steps);
  }

  secure(): Promise<void> {
    return this.#init.db.secure();
  }

  async run(fromHeight: number): Promise<FinalRun | null> {
    return this.store.run(fromHeight);
  }

  /** [Q6] Continues from a checked snapshot. Throws the Problems of {@link startFromSnapshot}. */
  begin({ snapshot, parts }: Fetched): void {
    this.#mustRun();
    startFromSnapshot(this.#init.db, snapshot, parts, this.#known, (state) =>
      restoreProjections(this.#projections, state),
    );
    this.#state.forget();
    this.#ahead.clear();
    this.#rebase(this.#storedTip());
  }

  /** [F3] Keeps a validator's checked signature that a block is final, for proofs without an aggregate. */
  keepSignature({ kind, block, voter, signature }: Vote): void {
    if (kind !== 'finalise' || block === null) return;
    this.store.putSignature(block, { voter, signature, at: this.#init.clock.now() });
  }

  /**
   * [E8] Executes all blocks again from the genesis document and, if every root is as signed, ends a halt.
   * Throws a Problem `history-missing`, `ledger-outdated` or `diverged`; nothing has changed then.
   */
  replay(): void {
    if (this.outdated) throw problem('ledger-outdated');
    if (this.store.lowest() !== 1 && this.store.tip()) {
      throw problem('first-blocks-missing');
    }
    this.#ahead.clear();
    this.#commit(() => {
      this.#state.clear();
      for (const projection of this.#projections) projection.clear();
      startFromGenesis(this.#state, this.origin);
      for (let height = 1; height <= this.#tip.height; height++) this.#replayBlock(this.store.block(height)!);
      this.store.setMeta(HALT, null);
    });
    this.#tip = this.#storedTip();
  }

  /** Fills the projections again from the final state. */
  refillProjections(): void {
    this.#init.db.transaction(() => restoreProjections(this.#projections, this.#state));
  }

  accuse(evidence: Evidence): void {
    this.#init.accuse?.(evidence);
  }

  /** [E7] Halts execution and stores the evidence. */
  diverged(run: FinalRun, code: string): void {
    if (this.halt) return;
    const roots = this.#runner.rootsOf(run.blocks, this.#state);
    const ours = this.store.sealOf(this.#tip.height);
    const evidence = haltEvidence({ run, code, tip: this.#tip, roots, ours });
    this.store.setMeta(HALT, evidence);
    this.#init.halted?.(this.halt!);
  }

  /** [H1] Records again the events that the blocks list, after a repair of the database. */
  #markAnchored(log: AnchoredLog): void {
    for (const height of this.store.anchorHeights()) log.mark(height, this.store.anchoredAt(height)!.ids);
  }

  #replayBlock(block: Block): void {
    const transactions = block.transactions.map(openTransaction);
    const result = this.#runner.run(block, transactions, this.#state);
    if (typeof result === 'string' || !equalBytes(rootOf(result.overlay), block.header.stateRoot)) {
      throw problem('still-diverged', { height: block.header.height });
    }
    this.#state.commit(result.overlay);
    tellProjections(this.#projections, { ...result, block, transactions });
  }

  #storedTip(): Base {
    const header = this.store.tip();
    if (header) return baseOf({ header, transactions: [] });
    const { id, createdAt } = this.origin;
    return { hash: id, slot: 0, height: 0, time: createdAt, stateRoot: rootOf(this.#state) };
  }

  get #known(): number {
    return this.#init.protocol ?? KNOWN_VERSION;
  }

  /** [PV6] Whether a block on a state belongs to a version that this release does not know. */
  #isTooNew(state: ProvableState): boolean {
    return versionAfter(state) > this.#known;
  }

  #mustRun(): void {
    if (this.halt) throw problem('ledger-halted');
  }

  #store(ahead: UnfinalizedBlock, run: FinalRun | null): void {
    const { block, transactions, overlay, next } = ahead;
    const { header } = block;
    this.#state.commit(overlay);
    this.store.putBlock(header, transactions, run && { headers: run.closing, certificate: run.certificate });
    if (block.anchored) {
      this.store.putAnchored(header.height, block.anchored);
      this.#init.log?.mark(header.height, block.anchored.ids);
    }
    if (next) this.store.putEpoch(next.epoch, header.height, null);
    tellProjections(this.#projections, ahead);
    const { snapshotInterval } = this.parameters;
    if (header.height % snapshotInterval !== 0) return;
    this.snapshots.take(header);
    this.store.dropSignatures(header.height - snapshotInterval);
  }

  #commit(work: () => void): void {
    try {
      this.#init.db.transaction(work);
    } catch (error) {
      this.#state.forget();
      throw error;
    }
  }

  /** Moves the tip and drops blocks that do not build on it. */
  #rebase(tip: Base): void {
    this.#tip = tip;
    this.#ahead.rebase(tip);
    this.mempool.settle(this.#state, this.#init.clock.now());
  }
}
