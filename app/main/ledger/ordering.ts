import type { Bls, BlsSigner } from '../kernel/bls.ts';
import { every, type Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Channel, Transport } from '../log/transport.ts';
import { anchorsPending } from './chain/anchoring.ts';
import type { Channels } from './consensus/catch-up.ts';
import type { Chain } from './chain/chain.ts';
import { createConsensus, type Consensus, type ConsensusTimes } from './consensus/consensus.ts';
import type { ConsensusView } from './consensus/live-view.ts';
import { SnapshotJoin } from './sync/snapshot-join.ts';
import type { Fetched } from './chain/snapshot.ts';
import type { JoinProgress } from './sync/snapshot-pull.ts';
import { SnapshotServer } from './sync/snapshot-server.ts';
import { TransactionSpread } from './sync/transaction-spread.ts';
import type { SignStateStore } from './consensus/sign-state.ts';
import type { VoteStore } from './consensus/vote-store.ts';

/** [K4] How far ahead of a validator's own clock a block may be to get its vote, in milliseconds. */
const AHEAD_MS = 5000;
/** [K3] The least age of a block before a leader proposes the next one, in milliseconds. */
const PACE_MS = 40;

/** [H7] How often to check for events to anchor, in milliseconds. */
const ANCHOR_LOOK_MS = 250;

/** [TM6] The longest wait for a timer before the clock is read again, in milliseconds. */
const DUE_LOOK_MS = 10_000;

/** [K10] Where a node records its votes. */
export interface VoteJournal {
  readonly votes: VoteStore;
  readonly signState: SignStateStore;
}

export interface OrderingInit {
  readonly chain: Chain;
  /** The database of the chain. */
  readonly db: Database;
  readonly bls: Bls;
  /** The key that this node votes with while it is in the set. */
  readonly signer: BlsSigner;
  readonly journal: VoteJournal;
  readonly transport: Channels & Pick<Transport, 'subscribe' | 'unsubscribe' | 'publish'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** [Q9] How many blocks a node must be behind to start from a snapshot. */
  readonly farBlocks?: number;
}

/**
 * A node's part in ordering transactions: consensus, the transactions that wait for it, starting and
 * stopping.
 */
export class Ordering {
  readonly #init: OrderingInit;
  readonly #spread: TransactionSpread;
  readonly #join: SnapshotJoin;
  readonly #server: SnapshotServer;
  readonly #handlers = new Map<string, (channel: Channel) => Promise<void>>();
  readonly #listeners = new Set<() => void>();
  #consensus: Consensus | null = null;
  /** Starts and stops run one after another. */
  #turns: Promise<void> = Promise.resolve();
  #stops: (() => void)[] = [];
  #failed: string | null = null;
  #pending = false;
  /** Cancels the wait for the earliest timer. */
  #cancelDue = () => {};

  constructor(init: OrderingInit) {
    const { chain, transport, clock, logger } = init;
    this.#init = init;
    this.#spread = new TransactionSpread({
      chain,
      self: init.signer.publicKey,
      transport,
      clock,
      logger,
      arrived: () => this.workPending(),
    });
    this.#server = new SnapshotServer(init);
    this.#join = new SnapshotJoin({
      ...init,
      channels: transport,
      begin: (fetched) => this.#beginWith(fetched),
      changed: () => this.#changed(),
    });
  }

  /** Takes part from now on. The view's `halted` says why it cannot. */
  start(): Promise<void> {
    return this.#next(async () => {
      this.#spread.start();
      this.#server.start();
      this.#join.start();
      this.#stops = [this.#init.chain.onFinal(() => this.workPending())];
      if (this.#init.chain.anchoring) {
        this.#stops.push(every(this.#init.clock, ANCHOR_LOOK_MS, () => this.#lookForAnchors()));
      }
      await this.#begin();
    });
  }

  stop(): Promise<void> {
    return this.#next(async () => {
      for (const stop of this.#stops.splice(0)) stop();
      this.#cancelDue();
      this.#spread.stop();
      this.#server.stop();
      this.#join.stop();
      await this.#consensus?.stop();
    });
  }

  /**
   * Restarts from disk after a person removed the cause of a halt. [K10] A sole validator, whom nobody can
   * tell how far it voted, votes again.
   */
  recover(): Promise<void> {
    return this.#next(async () => {
      await this.#consensus?.stop();
      await this.#begin();
      if (this.#init.chain.set.validators.length === 1) this.#consensus?.breakSilence();
    });
  }

  /** Passes on a transaction that waits in the mempool. */
  spread(sealed: Uint8Array): void {
    this.#spread.spread(sealed);
  }

  workPending(): void {
    if (!this.#consensus || this.#failed) return;
    this.#awaitDue();
    this.#pending = this.#isPending(this.#consensus);
    this.#consensus.work(this.#pending);
  }

  /** Null before consensus has started. */
  view(): ConsensusView | null {
    return this.#failed || !this.#consensus ? null : this.#consensus.view();
  }

  /** [Q10] The progress of fetching a snapshot; null while none is being fetched. */
  get joining(): JoinProgress | null {
    return this.#join.progress;
  }

  /** Why nothing is ordered here, in kebab case; null while ordering works. */
  get halted(): string | null {
    return this.#failed ?? this.view()?.halted ?? null;
  }

  /** [K10] Whether this validator is silent until others tell it how far it may have voted. */
  get silent(): boolean {
    return this.view()?.silentThrough === Infinity;
  }

  /**
   * Places of the validators that have not been heard from in the slot in progress, if a transaction or a due
   * timer has waited for at least `patienceMs`; null otherwise.
   */
  absent(patienceMs: number): number[] | null {
    const { chain, clock } = this.#init;
    // [PV6] An outdated node does not hear them.
    if (chain.outdated) return null;
    const slot = this.view()?.slots.at(-1);
    const since = clock.now() - patienceMs;
    const waits = chain.mempool.waitingSince(since).length > 0 || isDue(chain, since);
    if (!slot || !waits) return null;
    const { notarised, finalised, nullified } = slot;
    const places = [...notarised.keys()].filter((at) => !notarised[at] && !finalised[at] && !nullified[at]);
    return places.length > 0 ? places : null;
  }

  /** Calls back after anything that may change the view; returns the unsubscribe function. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #lookForAnchors(): void {
    if (this.#consensus && !this.#failed && this.#isPending(this.#consensus) !== this.#pending) {
      this.workPending();
    }
  }

  /** [K8] [H7] [TM6] Whether something is waiting that this node's slot should continue for. */
  #isPending(consensus: Consensus): boolean {
    const { chain, clock } = this.#init;
    const { mempool, state, anchoring } = chain;
    if (mempool.ready(state) || isDue(chain, clock.now())) return true;
    return anchoring !== null && anchorsPending(anchoring, () => consensus.view());
  }

  /** [TM6] Looks again when the earliest timer is due, and now and then before, since clocks are set. */
  #awaitDue(): void {
    this.#cancelDue();
    const { chain, clock } = this.#init;
    const due = chain.nextDue;
    const waitMs = due === null ? 0 : due - clock.now();
    if (waitMs <= 0) return;
    this.#cancelDue = clock.after(Math.min(waitMs, DUE_LOOK_MS), () => this.workPending());
  }

  /** [Q6] Replaces the state by a snapshot. */
  #beginWith(fetched: Fetched): Promise<void> {
    return this.#next(async () => {
      await this.#consensus?.stop();
      try {
        this.#init.chain.begin(fetched);
      } finally {
        await this.#begin();
      }
    });
  }

  async #begin(): Promise<void> {
    const { chain, transport } = this.#init;
    this.#failed = null;
    this.#consensus = null;
    const consensus = createConsensus({
      ...this.#init,
      ...this.#init.journal,
      community: chain.origin.id,
      application: chain,
      far: (height) => this.#join.far(height),
      times: timesOf(chain),
      transport: { ...channelsOf(transport), handle: (protocol, handler) => this.#handle(protocol, handler) },
    });
    try {
      await consensus.start();
      this.#consensus = consensus;
      consensus.onChange(() => this.#changed());
      this.workPending();
    } catch (error) {
      const { code, message } = problemOf(error);
      this.#failed = code;
      this.#init.logger.error('ordering-failed', { code, message });
    }
    this.#changed();
  }

  /** A transport takes one handler for a protocol, which cannot be removed. */
  #handle(protocol: string, handler: (channel: Channel) => Promise<void>): void {
    const known = this.#handlers.has(protocol);
    this.#handlers.set(protocol, handler);
    if (!known) this.#init.transport.handle(protocol, (channel) => this.#handlers.get(protocol)!(channel));
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #next(turn: () => Promise<void>): Promise<void> {
    const done = this.#turns.then(turn);
    // The caller learns of a failure; the next turn runs all the same.
    this.#turns = done.catch(() => {});
    return done;
  }
}

/** [TM6] Whether a timer of the final state is due at a time. */
function isDue({ nextDue }: Chain, timeMs: number): boolean {
  return nextDue !== null && nextDue <= timeMs;
}

/** The parameters in force set the length of a slot. */
function timesOf(chain: Chain): ConsensusTimes {
  return {
    get baseMs() {
      return chain.parameters.timers.slotMs;
    },
    get capMs() {
      return chain.parameters.timers.slotCapMs;
    },
    aheadMs: AHEAD_MS,
    paceMs: PACE_MS,
  };
}

/** The methods of a transport, which may live on its class. */
function channelsOf(transport: OrderingInit['transport']): Omit<OrderingInit['transport'], 'handle'> {
  return {
    open: (...args) => transport.open(...args),
    peers: () => transport.peers(),
    ownerOf: (peer) => transport.ownerOf(peer),
    onPeer: (listener) => transport.onPeer(listener),
    subscribe: (...args) => transport.subscribe(...args),
    unsubscribe: (topic) => transport.unsubscribe(topic),
    publish: (...args) => transport.publish(...args),
  };
}
