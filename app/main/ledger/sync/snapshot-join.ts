import type { Bls } from '../../kernel/bls.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../kernel/database.ts';
import { problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Channels } from '../consensus/catch-up.ts';
import type { Chain } from '../chain/chain.ts';
import { HistoryFiller } from './history-filler.ts';
import { HistoryPull } from './history-pull.ts';
import { JoinStore } from '../chain/join-store.ts';
import { trustIn } from '../proofs/proof.ts';
import type { Fetched } from '../chain/snapshot.ts';
import { SnapshotPull, type JoinProgress } from './snapshot-pull.ts';

/** [Q9] A node that is this many blocks behind starts from a snapshot. */
const FAR_BLOCKS = 512;
/** [Q9] How long blocks are taken one by one after a failed attempt, in milliseconds. */
const RETRY_MS = 60_000;

export interface SnapshotJoinInit {
  readonly chain: Chain;
  readonly db: Database;
  readonly bls: Bls;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly farBlocks?: number;
  /** Replaces the state by the snapshot and restarts ordering from there. */
  readonly begin: (fetched: Fetched) => Promise<void>;
  readonly changed: () => void;
}

/** [Q9] Decides when this node starts from a snapshot, fetches it, and then fetches the blocks before it. */
export class SnapshotJoin {
  readonly #init: SnapshotJoinInit;
  readonly #history: HistoryPull;
  readonly #farBlocks: number;
  #pull: SnapshotPull | null = null;
  #progress: JoinProgress | null = null;
  #notBeforeMs = -Infinity;
  #running = false;

  constructor(init: SnapshotJoinInit) {
    const { chain, db, bls, channels, clock, logger, changed } = init;
    this.#init = init;
    this.#farBlocks = init.farBlocks ?? FAR_BLOCKS;
    this.#history = new HistoryPull({
      community: chain.origin.id,
      limits: chain.limits,
      filler: new HistoryFiller(db, chain.origin, bls, chain.log),
      channels,
      clock,
      logger,
      changed,
    });
  }

  /** The progress of fetching a snapshot; null while none is being fetched. */
  get progress(): JoinProgress | null {
    return this.#progress;
  }

  start(): void {
    this.#running = true;
    this.#history.start();
  }

  stop(): void {
    this.#running = false;
    this.#history.stop();
    this.#pull?.stop();
  }

  /** A peer reports its height; true if this node starts from a snapshot rather than take its blocks. */
  far(height: number): boolean {
    if (this.#pull) return true;
    const { chain, clock } = this.#init;
    const ahead = height - chain.base.height;
    if (!this.#running || ahead < this.#farBlocks || clock.now() < this.#notBeforeMs) return false;
    void this.#join(chain.base.height + Math.ceil(this.#farBlocks / 2));
    return true;
  }

  async #join(least: number): Promise<void> {
    const { chain, db, bls, clock, logger, begin, changed } = this.#init;
    this.#pull = new SnapshotPull({
      ...this.#init,
      community: chain.origin.id,
      known: chain.protocol.known,
      trust: () => trustIn(chain.origin, bls),
      store: new JoinStore(db),
      progress: (progress) => {
        this.#progress = progress;
        changed();
      },
    });
    try {
      const fetched = await this.#pull.fetch(least);
      await begin(fetched);
      logger.info('snapshot-begun', { height: fetched.snapshot.header.height });
    } catch (error) {
      const { code, message } = problemOf(error);
      logger.warn('snapshot-not-begun', {
        code,
        message,
        refused: [...this.#pull.refused.values()].join(' '),
      });
      this.#notBeforeMs = clock.now() + RETRY_MS;
    } finally {
      this.#pull = null;
      this.#progress = null;
      changed();
    }
    void this.#history.pull();
  }
}
