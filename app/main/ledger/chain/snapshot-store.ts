import { fromHex } from '../../kernel/bytes.ts';
import type { Database } from '../../kernel/database.ts';
import type { Header } from '../types/block.ts';
import { historyOf } from '../state/history.ts';
import { cutState, depthFor, digitsOf, encodeCut, encodePart, openCut, type Cut } from './snapshot.ts';
import type { StateStore } from '../state/state-store.ts';

/** [Q5] How many snapshots a node keeps. */
const KEPT = 2;

/** Snapshots of the final state, cut into parts that are sent separately. */
export class SnapshotStore {
  readonly #db: Database;
  readonly #state: StateStore;

  constructor(db: Database, state: StateStore) {
    this.#db = db;
    this.#state = state;
  }

  /** Stores the final state as that of a block, inside the transaction that makes the block final. */
  take({ height }: Header): void {
    const cut = cutState(this.#state, depthFor(this.#state.count()));
    this.#db
      .prepare('INSERT OR REPLACE INTO ledger_snapshot (height, manifest, transactions) VALUES (?, ?, ?)')
      .run(height, encodeCut(cut), historyOf(this.#state).count);
    const put = this.#db.prepare(
      'INSERT OR REPLACE INTO ledger_chunk (height, number, bytes) VALUES (?, ?, ?)',
    );
    for (const part of cut.slots.keys()) {
      const entries = this.#state.entriesBetween(...boundsOf(part, cut.depth));
      put.run(height, part, encodePart(entries.map(({ key, value }) => [key, value] as const)));
    }
    const drop = this.heights().slice(KEPT);
    for (const old of drop) {
      this.#db.prepare('DELETE FROM ledger_chunk WHERE height = ?').run(old);
      this.#db.prepare('DELETE FROM ledger_snapshot WHERE height = ?').run(old);
    }
  }

  /** Heights of the snapshots here, newest first. */
  heights(): number[] {
    return this.#db
      .prepare<{ height: number }>('SELECT height FROM ledger_snapshot ORDER BY height DESC')
      .all()
      .map(({ height }) => height);
  }

  cut(height: number): Cut | null {
    const row = this.#db
      .prepare<{ manifest: Uint8Array }>('SELECT manifest FROM ledger_snapshot WHERE height = ?')
      .get(height);
    return row ? openCut(row.manifest) : null;
  }

  /** The number of transactions up to the block of a snapshot. */
  transactions(height: number): number {
    const row = this.#db
      .prepare<{ n: number }>('SELECT transactions AS n FROM ledger_snapshot WHERE height = ?')
      .get(height);
    return row?.n ?? 0;
  }

  part(height: number, number: number): Uint8Array | null {
    const row = this.#db
      .prepare<{ bytes: Uint8Array }>('SELECT bytes FROM ledger_chunk WHERE height = ? AND number = ?')
      .get(height, number);
    return row?.bytes ?? null;
  }
}

/** The places of a part, from the first (inclusive) to the second (exclusive). */
function boundsOf(part: number, depth: number): [from: Uint8Array, to: Uint8Array | null] {
  const place = (number: number) => fromHex(digitsOf(number, depth).padEnd(64, '0'));
  return [place(part), part + 1 < 16 ** depth ? place(part + 1) : null];
}
