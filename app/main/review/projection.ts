import { fromHex, toHex } from '../kernel/bytes.ts';
import type { Database } from '../kernel/database.ts';
import type { LogEvent } from '../log/event.ts';
import type { Projection } from '../log/kinds.ts';
import { reviewKinds } from './kinds.ts';
import type { ReviewStore } from './store.ts';

/** Acts as rows. Their results are computed once per transaction, for the items it touched. */
export class ReviewProjection implements Projection {
  readonly kinds = Object.values(reviewKinds);
  readonly #db: Database;
  readonly #store: ReviewStore;
  readonly #ruled: (items: readonly Uint8Array[]) => void;
  /** Items whose acts changed in this transaction, in hexadecimal. */
  readonly #touched = new Set<string>();
  #rebuilding = false;

  /** `ruled` is called, inside the transaction, with items whose ruling in effect changed. */
  constructor(db: Database, store: ReviewStore, ruled: (items: readonly Uint8Array[]) => void) {
    this.#db = db;
    this.#store = store;
    this.#ruled = ruled;
  }

  apply(event: LogEvent, seq: number): void {
    this.#store.add(event, seq);
    this.#touch(event);
  }

  revoke(event: LogEvent, seq: number): void {
    this.#store.remove(seq);
    this.#touch(event);
  }

  #touch(event: LogEvent): void {
    this.#touched.add(toHex((event.body as { item: Uint8Array }).item));
  }

  settle(): void {
    // A rebuild passes through states that never existed: the results are computed at its end.
    if (this.#rebuilding || this.#touched.size === 0) return;
    const items = Array.from(this.#touched, fromHex);
    this.#touched.clear();
    this.refold(items);
  }

  /** Recomputes the results for some items, in the caller's transaction. */
  refold(items: readonly Uint8Array[]): void {
    const changed = items.filter((item) => this.#store.refold(item));
    if (changed.length > 0) this.#ruled(changed);
  }

  reload(): void {
    this.#touched.clear();
    this.#rebuilding = false;
  }

  clear(): void {
    this.#store.clear();
    this.#touched.clear();
    this.#rebuilding = true;
  }

  rebuilt(): void {
    this.reload();
    const items = this.#store.allItems();
    for (const item of items) this.#store.refold(item);
    // All of them: the kind of an item may have been unknown while the ruling on it changed.
    if (items.length > 0) this.#ruled(items);
  }

  *dump(): Generator<unknown> {
    const rows = this.#db.prepare<{ id: Uint8Array; item: Uint8Array; act: number; ruling: number | null }>(
      'SELECT e.id, a.item, a.act, a.ruling FROM review_act a JOIN event e ON e.seq = a.n ORDER BY e.id',
    );
    for (const { id, item, act, ruling } of rows.iterate()) yield ['review', id, item, act, ruling];
  }
}
