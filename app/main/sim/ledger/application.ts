import { concatBytes, equalBytes, toHex } from '../../kernel/bytes.ts';
import { decodeCbor, encodeCanonical } from '../../kernel/canonical.ts';
import type { Clock } from '../../kernel/clock.ts';
import { msOf } from '../../kernel/hybrid-time.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { anchorDigest, anchorOn, judgeAnchor, tipAfter, type AnchorTip } from '../../ledger/types/anchor.ts';
import { Anchoring } from '../../ledger/chain/anchoring.ts';
import type {
  Application,
  BlockDraft,
  Execution,
  FinalRun,
  BlockTemplate,
  Tip,
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

/** A transaction without an effect, only to be ordered. */
export function plainTransaction(n: number): Uint8Array {
  return encodeCanonical(['plain', n]);
}

/** A transaction that sets the validators of the next epoch, by their places among the candidates. */
export function setTransaction(n: number, places: readonly number[]): Uint8Array {
  return encodeCanonical(['set', n, places]);
}

/**
 * A minimal application of consensus: transactions are distinguished by their bytes, and a state root is a
 * hash over everything that was ever ordered. One kind of transaction changes the set of validators, another
 * schedules a timer.
 */
export class SimLedger implements Application {
  readonly limits = simLimits;
  readonly outdated: boolean = false;
  readonly #init: SimLedgerInit;
  /** Waiting transactions, by hex, in order of arrival. */
  readonly #waiting = new Map<string, Uint8Array>();
  /** For each executed or final block: the transactions that it and its ancestors ordered. */
  readonly #ordered = new Map<string, ReadonlySet<string>>();
  /** For each of them: the last anchor. */
  readonly #tips = new Map<string, AnchorTip>();
  /** For each of them: the timers. */
  readonly #timers = new Map<string, TimerState>();
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
    init.log?.restart();
    for (const block of this.chain()) {
      ordered = new Set([...ordered, ...block.transactions.map(toHex)]);
      this.#ordered.set(toHex(block.header.hash), ordered);
      this.#passAnchor(block);
      this.#timers.set(toHex(block.header.hash), this.#timersAfter(block.header, block.transactions)!);
      this.#mark(block);
      this.#set = this.#nextSet(block.transactions, this.#set) ?? this.#set;
    }
    const { log, clock } = init;
    this.anchoring = log ? new Anchoring({ log, clock, logger: silentLogger, complete: () => true }) : null;
    log?.onStored(() => this.anchoring?.stored());
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

  get pending(): boolean {
    return this.#waiting.size > 0;
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
    const fresh = [...this.#waiting].filter(([key]) => !ordered.has(key)).map(([, bytes]) => bytes);
    const transactions: Uint8Array[] = [];
    for (const transaction of fresh.slice(0, simLimits.transactions)) {
      // A change of the set ends its block, as on the real chain.
      transactions.push(transaction);
      if (this.#nextSet([transaction], this.#set)) break;
    }
    const timers = this.#timersAfter(template, transactions)!;
    const stateRoot = rootAfter(parent, transactions, timers.root);
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
    const keys = transactions.map(toHex);
    if (new Set(keys).size < keys.length || keys.some((key) => ordered.has(key))) {
      return { ok: false, code: 'replay' };
    }
    if (!transactions.every(isTransaction)) return { ok: false, code: 'bad-transaction' };
    const timers = this.#timersAfter(header, transactions)!;
    if (!equalBytes(header.stateRoot, rootAfter(parent, transactions, timers.root))) {
      return { ok: false, code: 'wrong-state-root' };
    }
    const fault = block.anchored && judgeAnchor(header, block.anchored, this.tipAt(header.parent)!);
    if (fault) return { ok: false, code: fault };
    this.#ordered.set(toHex(header.hash), new Set([...ordered, ...keys]));
    this.#ahead.set(toHex(header.hash), block);
    this.#timers.set(toHex(header.hash), timers);
    this.#passAnchor(block);
    return { ok: true, next: this.#nextSet(transactions, this.#set) };
  }

  /** The simulated chain is on its disk at once. */
  async secure(): Promise<void> {}

  async vouch(block: Block): Promise<boolean> {
    return this.#init.blind ?? this.anchoring?.vouch(block, this.#below(block.header.parent)) ?? true;
  }

  async finalise(run: FinalRun): Promise<void> {
    const { clock, disk, writeMs } = this.#init;
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

  async run(fromHeight: number): Promise<FinalRun | null> {
    const run = this.#init.disk.runs.find(({ blocks }) => blocks.at(-1)!.header.height >= fromHeight);
    if (!run) return null;
    return { ...run, blocks: run.blocks.filter(({ header }) => header.height >= fromHeight) };
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
    return rootAfter(parent, transactions, timers?.root);
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

function rootAfter(
  parent: Base,
  transactions: readonly Uint8Array[],
  timers: Uint8Array | null = null,
): Uint8Array {
  return sha256(concatBytes(parent.stateRoot, encodeCanonical(transactions), timers ?? new Uint8Array(0)));
}

function isTransaction(bytes: Uint8Array): boolean {
  try {
    const value = decodeCbor(bytes);
    return Array.isArray(value) && ['plain', 'set', 'timer'].includes(value[0] as string);
  } catch {
    return false;
  }
}
