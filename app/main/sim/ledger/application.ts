import { concatBytes, equalBytes, toHex } from '../../kernel/bytes.ts';
import { decodeCbor, encodeCanonical } from '../../kernel/canonical.ts';
import type { Clock } from '../../kernel/clock.ts';
import { msOf } from '../../kernel/hybrid-time.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { anchorDigest, anchorOn, judgeAnchor, tipAfter, type AnchorTip } from '../../ledger/types/anchor.ts';
import { Anchoring } from '../../ledger/chain/anchoring.ts';
import {
  UNKNOWN_VERSION,
  type Application,
  type BlockDraft,
  type Execution,
  type FinalRun,
  type BlockTemplate,
  type Tip,
} from '../../ledger/consensus/application.ts';
import { makeBlock, type Block, type BlockLimits } from '../../ledger/types/block.ts';
import type { Evidence } from '../../ledger/types/equivocation.ts';
import { baseOf, type Base } from '../../ledger/consensus/proposal.ts';
import {
  makeValidatorSet,
  type FaultModel,
  type Validator,
  type ValidatorSet,
} from '../../ledger/types/validators.ts';
import type { BlockContext } from '../../ledger/state/kinds.ts';
import type { SimLog } from './log.ts';
import { TimerState } from './timers.ts';
import { isTransaction } from './transactions.ts';
import { NEW_VERSION, sinceOf, VersionState } from './versions.ts';

/** Final blocks as a disk keeps them: they survive a crash. */
export interface ChainDisk {
  runs: FinalRun[];
}

export interface SimLedgerInit {
  readonly disk: ChainDisk;
  readonly genesis: SimGenesis;
  readonly clock: Clock;
  /** How long the disk takes to make blocks durable, in milliseconds. */
  readonly writeMs: () => number;
  readonly finalised: (run: FinalRun) => void;
  readonly accused: (evidence: Evidence) => void;
  readonly complain: (what: string) => void;
  /** The log whose events its blocks anchor, in worlds that have a log. */
  readonly log?: SimLog;
  /** Votes for anchors without checking whether it holds the listed events. */
  readonly blind?: boolean;
  /** [PV6] The newest version of the protocol that its release knows; the new one if absent. */
  readonly known?: number;
  /** Executes blocks of versions that its release does not know. */
  readonly bold?: boolean;
}

/** The origin of every simulated chain. */
export interface SimGenesis {
  readonly community: Uint8Array;
  readonly time: number;
  readonly model: FaultModel;
  /** Everyone who may ever validate. */
  readonly candidates: readonly Validator[];
  readonly set: ValidatorSet;
}

export const simLimits: BlockLimits = { bytes: 4096, transactions: 16 };
/** The most events that a leader lists in a block. */
const ROOM = 8;

/**
 * A minimal application of consensus: transactions are distinguished by their bytes, and a state root is a
 * hash over everything that was ever ordered. One kind of transaction changes the set of validators, another
 * schedules a timer.
 */
export class SimLedger implements Application {
  readonly limits = simLimits;
  readonly #init: SimLedgerInit;
  /** Waiting transactions, by hex, in order of arrival. */
  readonly #waiting = new Map<string, Uint8Array>();
  /** For each executed or final block: the transactions that it and its ancestors ordered. */
  readonly #ordered = new Map<string, ReadonlySet<string>>();
  /** For each of them: the last anchor. */
  readonly #tips = new Map<string, AnchorTip>();
  /** For each of them: the timers. */
  readonly #timers = new Map<string, TimerState>();
  /** For each of them: the version of the protocol after it. */
  readonly #versions = new Map<string, VersionState>();
  /** Blocks that were executed but are not final. */
  readonly #ahead = new Map<string, Block>();
  readonly anchoring: Anchoring | null;
  #set: ValidatorSet;
  #alive = true;

  constructor(init: SimLedgerInit) {
    this.#init = init;
    this.#set = init.genesis.set;
    let ordered: ReadonlySet<string> = new Set();
    const { community } = init.genesis;
    this.#ordered.set(toHex(community), ordered);
    this.#tips.set(toHex(community), { digest: community, count: 0, time: 0 });
    this.#timers.set(toHex(community), TimerState.first);
    this.#versions.set(toHex(community), VersionState.first);
    init.log?.restart();
    for (const block of this.chain()) {
      ordered = new Set([...ordered, ...block.transactions.map(toHex)]);
      this.#ordered.set(toHex(block.header.hash), ordered);
      this.#passAnchor(block);
      this.#timers.set(toHex(block.header.hash), this.#timersAfter(block.header, block.transactions)!);
      this.#passVersion(block);
      this.#mark(block);
      this.#set = this.#nextSet(block.transactions, this.#set) ?? this.#set;
    }
    const { log, clock } = init;
    this.anchoring = log ? new Anchoring({ log, clock, logger: silentLogger, complete: () => true }) : null;
    log?.onStored(() => this.anchoring?.stored(log.latestSeq()));
  }

  /** The process is gone: its remaining work does not reach the disk. */
  die(): void {
    this.#alive = false;
  }

  chain(): Block[] {
    return this.#init.disk.runs.flatMap(({ blocks }) => blocks);
  }

  /** Takes a transaction; true while any is waiting. */
  submit(transaction: Uint8Array): boolean {
    const key = toHex(transaction);
    if (!this.#final().has(key)) this.#waiting.set(key, transaction);
    return this.pending;
  }

  /** Whether a transaction waits whose kind exists in the version of the final state. */
  get pending(): boolean {
    const version = this.#versionAt(this.#base().hash);
    return this.#waiting.values().some((transaction) => sinceOf(transaction) <= version);
  }

  get outdated(): boolean {
    return this.#isTooNew(this.#base().hash);
  }

  get #known(): number {
    return this.#init.known ?? NEW_VERSION;
  }

  /** The version by which a block on another is executed. */
  #versionAt(parent: Uint8Array): number {
    return this.#versions.get(toHex(parent))!.version;
  }

  #isTooNew(parent: Uint8Array): boolean {
    return !this.#init.bold && this.#versionAt(parent) > this.#known;
  }

  /** [TM6] The due time of the earliest timer in the final state; null if none waits. */
  get nextDue(): number | null {
    return this.#timers.get(toHex(this.#base().hash))!.nextDue;
  }

  /** The timers at a block that was executed or is final. */
  timersAt(hash: Uint8Array): TimerState | undefined {
    return this.#timers.get(toHex(hash));
  }

  async tip(): Promise<Tip> {
    return { base: this.#base(), set: this.#set };
  }

  async propose(template: BlockTemplate, parent: Base, empty: boolean): Promise<BlockDraft | null> {
    const ordered = this.#ordered.get(toHex(template.parent));
    if (!ordered) throw new Error('proposed on a block that was never executed');
    if (this.#isTooNew(template.parent)) return null;
    const version = Math.min(this.#known, this.#versionAt(template.parent));
    const fresh = [...this.#waiting]
      .filter(([key, bytes]) => !ordered.has(key) && sinceOf(bytes) <= version)
      .map(([, bytes]) => bytes);
    const transactions: Uint8Array[] = [];
    for (const transaction of fresh.slice(0, simLimits.transactions)) {
      // A change of the set ends its block, as on the real chain.
      transactions.push(transaction);
      if (this.#nextSet([transaction], this.#set)) break;
    }
    const timers = this.#timersAfter(template, transactions)!;
    const stateRoot = this.#rootAfter(parent, template.height, transactions, timers.root);
    const events =
      empty || !this.anchoring
        ? []
        : this.anchoring.choose(template.time, ROOM, this.#below(template.parent));
    if (events.length === 0) {
      const nothing = transactions.length === 0 && timers.rung.length === 0 && !empty;
      return nothing ? null : { transactions, stateRoot, anchor: null };
    }
    const tip = this.tipAt(template.parent)!;
    const anchored = anchorOn(
      tip,
      events.map(({ id }) => id),
    );
    const time = Math.max(tip.time, ...events.map((event) => msOf(event.time)));
    const anchor = { time, digest: anchorDigest(anchored) };
    this.anchoring?.proposed(makeBlock({ ...template, stateRoot, anchor }, transactions, anchored));
    return { transactions, stateRoot, anchor, anchored };
  }

  /** The last anchor at a block that was executed or is final. */
  tipAt(hash: Uint8Array): AnchorTip | undefined {
    return this.#tips.get(toHex(hash));
  }

  async execute(block: Block, parent: Base): Promise<Execution> {
    const { header, transactions } = block;
    const ordered = this.#ordered.get(toHex(header.parent));
    if (!ordered) return { ok: false, code: 'unknown-parent' };
    if (this.#isTooNew(header.parent)) return { ok: false, code: UNKNOWN_VERSION };
    const keys = transactions.map(toHex);
    if (new Set(keys).size < keys.length || keys.some((key) => ordered.has(key))) {
      return { ok: false, code: 'replay' };
    }
    if (!transactions.every(isTransaction)) return { ok: false, code: 'bad-transaction' };
    const version = Math.min(this.#known, this.#versionAt(header.parent));
    if (transactions.some((one) => sinceOf(one) > version)) return { ok: false, code: 'not-in-force' };
    const timers = this.#timersAfter(header, transactions)!;
    if (!equalBytes(header.stateRoot, this.#rootAfter(parent, header.height, transactions, timers.root))) {
      return { ok: false, code: 'wrong-state-root' };
    }
    const fault = block.anchored && judgeAnchor(header, block.anchored, this.tipAt(header.parent)!);
    if (fault) return { ok: false, code: fault };
    this.#ordered.set(toHex(header.hash), new Set([...ordered, ...keys]));
    this.#ahead.set(toHex(header.hash), block);
    this.#timers.set(toHex(header.hash), timers);
    this.#passVersion(block);
    this.#passAnchor(block);
    return { ok: true, next: this.#nextSet(transactions, this.#set) };
  }

  /** The simulated chain is on its disk at once. */
  async secure(): Promise<void> {}

  async vouch(block: Block): Promise<boolean> {
    return this.#init.blind ?? this.anchoring?.vouch(block, this.#below(block.header.parent)) ?? true;
  }

  async finalise(whole: FinalRun): Promise<void> {
    const { clock, disk, writeMs } = this.#init;
    const run = this.#knownPart(whole);
    if (run.blocks.length === 0) return;
    await new Promise<void>((resolve) => clock.after(writeMs(), resolve));
    if (!this.#alive) return;
    disk.runs.push(run);
    for (const block of run.blocks) {
      for (const transaction of block.transactions) this.#waiting.delete(toHex(transaction));
      this.#set = this.#nextSet(block.transactions, this.#set) ?? this.#set;
      this.#mark(block);
      this.#ahead.delete(toHex(block.header.hash));
    }
    this.anchoring?.settled(run.blocks);
    this.#init.finalised(run);
  }

  /** [PV7] The blocks of a run that this release can execute; the headers after them are kept with the seal. */
  #knownPart(run: FinalRun): FinalRun {
    const first = run.blocks.findIndex(({ header }) => {
      const parent = this.#versions.get(toHex(header.parent));
      return !parent || (!this.#init.bold && parent.version > this.#known);
    });
    if (first < 0) return run;
    const headers = run.blocks.slice(first).map(({ header }) => header);
    return { ...run, blocks: run.blocks.slice(0, first), closing: [...headers, ...run.closing] };
  }

  /** [PV7] A run whose certificate is on blocks of the next one is sent together with that. */
  async run(fromHeight: number): Promise<FinalRun | null> {
    const { runs } = this.#init.disk;
    const first = runs.findIndex(({ blocks }) => blocks.at(-1)!.header.height >= fromHeight);
    const last = first < 0 ? -1 : runs.findIndex((run, at) => at >= first && isSealed(run));
    if (last < 0) return null;
    const blocks = runs.slice(first, last + 1).flatMap((run) => run.blocks);
    return { ...runs[last]!, blocks: blocks.filter(({ header }) => header.height >= fromHeight) };
  }

  keepSignature(): void {
    // Proofs in these worlds are certificates only.
  }

  accuse(evidence: Evidence): void {
    this.#init.accused(evidence);
  }

  diverged(_run: FinalRun, code: string): void {
    this.#init.complain(`cannot accept a final block: ${code}`);
  }

  /** The state root of a block; without its timers if its parent is unknown here. */
  rootOf(
    parent: Base,
    block: Omit<BlockContext, 'version'>,
    transactions: readonly Uint8Array[],
  ): Uint8Array {
    const timers = this.#timersAfter({ ...block, parent: parent.hash }, transactions);
    return this.#rootAfter(parent, block.height, transactions, timers?.root);
  }

  #timersAfter(
    {
      parent,
      community,
      epoch,
      height,
      time,
    }: Omit<BlockContext, 'version'> & { readonly parent: Uint8Array },
    transactions: readonly Uint8Array[],
  ): TimerState | undefined {
    return this.timersAt(parent)?.after({ community, epoch, height, time }, transactions);
  }

  /** [PV2] A rule of the new version: roots are computed in another way. */
  #rootAfter(
    parent: Base,
    height: number,
    transactions: readonly Uint8Array[],
    timers: Uint8Array | null = null,
  ): Uint8Array {
    const before = this.#versions.get(toHex(parent.hash));
    const entry = before?.after(height, transactions).entry;
    const isNew = Math.min(this.#known, before?.version ?? 1) >= NEW_VERSION;
    const nothing = new Uint8Array(0);
    const parts = [parent.stateRoot, encodeCanonical(transactions), timers ?? nothing, entry ?? nothing];
    return sha256(concatBytes(...parts, isNew ? Uint8Array.of(NEW_VERSION) : nothing));
  }

  #passVersion({ header, transactions }: Block): void {
    const before = this.#versions.get(toHex(header.parent))!;
    this.#versions.set(toHex(header.hash), before.after(header.height, transactions));
  }

  #passAnchor({ header, anchored }: Block): void {
    const before = this.tipAt(header.parent)!;
    this.#tips.set(toHex(header.hash), anchored ? tipAfter(header.anchor!, anchored) : before);
  }

  #mark({ header, anchored }: Block): void {
    if (anchored) this.#init.log?.mark(header.height, anchored.ids);
  }

  /** The blocks from the given one down to the last final one (exclusive). */
  #below(hash: Uint8Array): Block[] {
    const block = this.#ahead.get(toHex(hash));
    return block ? [block, ...this.#below(block.header.parent)] : [];
  }

  #base(): Base {
    const last = this.chain().at(-1);
    if (last) return baseOf(last);
    return firstBase(this.#init.genesis);
  }

  #final(): ReadonlySet<string> {
    return this.#ordered.get(toHex(this.#base().hash))!;
  }

  #nextSet(transactions: readonly Uint8Array[], set: ValidatorSet): ValidatorSet | null {
    for (const bytes of transactions) {
      const next = SimLedger.nextSet(this.#init.genesis, bytes, set);
      if (next) return next;
    }
    return null;
  }

  /** The set that a transaction installs, if it does. */
  static nextSet(
    { candidates, model }: SimGenesis,
    transaction: Uint8Array,
    set: ValidatorSet,
  ): ValidatorSet | null {
    const [kind, , places] = decodeCbor(transaction) as [string, number, number[]?];
    if (kind !== 'set' || !places) return null;
    const validators = places.map((place) => candidates[place]!);
    return makeValidatorSet({ epoch: set.epoch + 1, model, validators });
  }
}

/** The parent of the first block. */
export function firstBase({ community, time }: SimGenesis): Base {
  return { hash: community, slot: 0, height: 0, time, stateRoot: sha256(community) };
}

/** Whether the certificate of a run is on its last block, or on a closing block of it. */
function isSealed({ blocks, closing }: FinalRun): boolean {
  return closing.every(({ height }) => height === blocks.at(-1)!.header.height);
}
