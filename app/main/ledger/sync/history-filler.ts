import type { Bls } from '../../kernel/bls.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import type { Database } from '../../kernel/database.ts';
import type { AnchoredLog } from '../chain/anchored-log.ts';
import type { Block, Header } from '../types/block.ts';
import { ChainStore, type Seal } from '../chain/chain-store.ts';
import type { ChainOrigin } from '../state/genesis.ts';
import { checkSeal } from '../proofs/proof.ts';
import { sealWire } from '../chain/prover.ts';
import { SetHistory } from '../chain/set-history.ts';
import { openTransaction } from '../types/transaction.ts';
import { problem } from '../problems.ts';

/** [Q7] At least one of this many consecutive blocks has its own certificate, or the peer withholds it. */
const MAX_UNSEALED = 64;

/** The facts known about the next missing block. */
export interface Missing {
  readonly height: number;
  readonly hash: Uint8Array;
}

/** [Q7] Fills in the blocks before a snapshot, newest first; the hash of each is known before it arrives. */
export class HistoryFiller {
  readonly #db: Database;
  readonly #origin: ChainOrigin;
  readonly #bls: Bls;
  readonly #store: ChainStore;
  readonly #sets: SetHistory;
  readonly #log: Pick<AnchoredLog, 'mark'> | null;

  constructor(db: Database, origin: ChainOrigin, bls: Bls, log: Pick<AnchoredLog, 'mark'> | null = null) {
    this.#db = db;
    this.#origin = origin;
    this.#bls = bls;
    this.#store = new ChainStore(db);
    this.#sets = new SetHistory(origin, this.#store, bls);
    this.#log = log;
  }

  /** Null if all are here. */
  missing(): Missing | null {
    const lowest = this.#store.lowest();
    if (lowest === null) return null;
    const { height, hash, parent, count, anchor } = this.#store.header(lowest)!;
    if (count > 0 && this.#store.transactionsOf(height).length < count) return { height, hash };
    if (anchor && !this.#store.anchoredAt(height)) return { height, hash };
    return height > 1 ? { height: height - 1, hash: parent } : null;
  }

  /**
   * Stores the missing block, with its seal if it has its own. Throws a Problem: `not-missing`,
   * `certificate-missing`, `broken-chain` or those of a seal.
   */
  fill({ header, transactions, anchored }: Block, seal: Seal | null): void {
    const missing = this.missing();
    if (!missing || !equalBytes(header.hash, missing.hash)) {
      throw problem('not-missing');
    }
    if (seal)
      checkSeal(
        header,
        sealWire(seal),
        { community: this.#origin.id, set: this.#sets.of(header.epoch) },
        this.#bls,
      );
    else if (this.#unsealedAbove(header.height) >= MAX_UNSEALED) {
      throw problem('certificate-missing');
    }
    const opened = transactions.map(openTransaction);
    this.#db.transaction(() => {
      if (this.#store.header(header.height)) this.#store.putTransactions(header.height, opened);
      else this.#store.putBlock(header, opened, seal);
      if (anchored) {
        this.#store.putAnchored(header.height, anchored);
        this.#log?.mark(header.height, anchored.ids);
      }
      this.#closeGap(header);
    });
  }

  /** When earlier blocks are reached, everything from the lowest of them on is here. */
  #closeGap({ height, parent }: Header): void {
    if (height === 1) return this.#store.setGap(null);
    const below = this.#store.header(height - 1);
    if (!below) return this.#store.setGap(height);
    if (!equalBytes(below.hash, parent)) {
      throw problem('broken-history');
    }
    this.#store.setGap(null);
  }

  /** The number of consecutive blocks right above a height without their own certificate. */
  #unsealedAbove(height: number): number {
    const sealed = this.#store.certifiedFrom(height + 1);
    return sealed === null ? 0 : sealed - height;
  }
}
