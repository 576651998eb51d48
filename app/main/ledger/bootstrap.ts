import type { Bls } from '../kernel/bls.ts';
import { equalBytes } from '../kernel/bytes.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import type { Database } from '../kernel/database.ts';
import { Problem } from '../kernel/errors.ts';
import { setOf } from './accounts.ts';
import type { FinalRun } from './application.ts';
import { openHeader, type Header } from './block.ts';
import { openCertificate } from './certificate.ts';
import { ChainStore } from './chain-store.ts';
import { firstSetOf, writeGenesisState, type Origin } from './genesis.ts';
import { checkSeal, followEpochs } from './proof.ts';
import { Prover, sealWire } from './prover.ts';
import { openPart, type Snapshot } from './snapshot.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { Draft } from './state.ts';
import { Overlay, rootOf, StateStore } from './state-store.ts';
import { openTransaction } from './transaction.ts';
import type { ValidatorSet } from './validators.ts';

/** Begins a chain with what the genesis document says; inside the caller's transaction, on an empty state. */
export function startFromGenesis(state: StateStore, origin: Origin): void {
  const draft = new Draft(state);
  writeGenesisState(draft, origin);
  state.commit(new Overlay(state, draft.changes));
}

/**
 * [Q6] Begins a chain with a checked snapshot in place of the first blocks; the database holds no chain yet.
 * All or nothing. Throws a Problem `bad-part`, `wrong-part`, `wrong-state-root` or `chain-exists`.
 *
 * @param parts as they came, in order.
 */
export function startFromSnapshot(db: Database, snapshot: Snapshot, parts: readonly Uint8Array[]): void {
  const { header, seal, links, cut } = snapshot;
  const state = new StateStore(db);
  const store = new ChainStore(db);
  if (store.tip()) throw new Problem('chain-exists', 'This node has blocks already.');
  const entries = cut.slots.flatMap((_, part) => openPart(parts[part] ?? new Uint8Array(0), part, cut));
  try {
    db.transaction(() => {
      state.clear();
      const overlay = new Overlay(state, new Map(entries));
      if (!equalBytes(rootOf(overlay), header.stateRoot)) {
        throw new Problem('wrong-state-root', 'The snapshot is not of the state that the validators signed.');
      }
      state.commit(overlay);
      const headers = seal.h.map(openHeader);
      store.putBlock(header, [], seal.c && { headers, certificate: openCertificate(seal.c) });
      for (const [index, link] of links.entries()) {
        store.putEpoch(index + 1, openHeader(link.b).height, encodeCanonical(link));
      }
      const { epoch } = setOf(state);
      if (epoch > header.epoch) store.putEpoch(epoch, header.height, null);
      new SnapshotStore(db, state).take(header);
    });
  } catch (error) {
    state.forget();
    throw error;
  }
}

/** [Q7] Fills in the blocks before a snapshot, newest first; each is known by its hash before it comes. */
export class HistoryFiller {
  readonly #db: Database;
  readonly #origin: Origin;
  readonly #bls: Bls;
  readonly #store: ChainStore;

  constructor(db: Database, origin: Origin, bls: Bls) {
    this.#db = db;
    this.#origin = origin;
    this.#bls = bls;
    this.#store = new ChainStore(db);
  }

  /** The next block that lacks; null when all are here. */
  missing(): { height: number; hash: Uint8Array } | null {
    const lowest = this.#store.lowest();
    if (lowest === null) return null;
    const { height, hash, parent, count } = this.#store.header(lowest)!;
    if (this.#store.transactionsOf(height).length < count) return { height, hash };
    return height > 1 ? { height: height - 1, hash: parent } : null;
  }

  /**
   * Takes in a run that ends with the missing block. Throws a Problem: `not-missing`, `broken-chain` or those
   * of a seal.
   */
  fill(run: FinalRun): void {
    const missing = this.missing();
    const last = run.blocks.at(-1);
    if (!missing || !last || !equalBytes(last.header.hash, missing.hash)) {
      throw new Problem('not-missing', 'That is not the block that lacks here.');
    }
    for (const [index, { header }] of run.blocks.entries()) {
      const next = run.blocks[index + 1]?.header;
      if (next && !equalBytes(next.parent, header.hash)) {
        throw new Problem('broken-chain', 'A block does not follow the one before it.');
      }
    }
    const seal = { headers: run.closing, certificate: run.certificate };
    checkSeal(last.header, sealWire(seal), this.#trust(last.header), this.#bls);
    this.#db.transaction(() => {
      for (const { header, transactions } of run.blocks) {
        const opened = transactions.map(openTransaction);
        if (this.#store.header(header.height)) this.#store.putTransactions(header.height, opened);
        else this.#store.putBlock(header, opened, header === last.header ? seal : null);
      }
    });
  }

  #trust({ epoch }: Header): { community: Uint8Array; set: ValidatorSet } {
    const trust = { community: this.#origin.id, set: firstSetOf(this.#origin.ledger) };
    if (epoch === 0) return trust;
    const links = new Prover(this.#origin.id, this.#store).links(epoch);
    return { ...trust, set: followEpochs(links, trust, this.#bls) };
  }
}
