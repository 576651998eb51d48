import type { Database } from '../kernel/database.ts';
import type { Rulings } from '../moderation/index.ts';
import { Follows } from './follows.ts';
import { reviewKinds } from './kinds.ts';
import { ReviewProjection } from './projection.ts';
import { ReviewStore, type LogRows } from './store.ts';

/** The text of an appeal that an author requested while writing. */
const ASKED_AT_ONCE = 'Held back when it was written; its author asks for a person to look at it.';

/** The acts of a community and which of them count on this node. Made before the log is open. */
export class ReviewActs {
  readonly follows: Follows;
  readonly store: ReviewStore;
  readonly projection: ReviewProjection;
  /** The rulings that the moderation gate reads [J14]. */
  readonly rulings: Rulings;
  readonly #db: Database;
  readonly #onRefold = new Set<() => void>();

  /** `me`: the key of this node's person. */
  constructor(db: Database, me: Uint8Array, log: LogRows) {
    this.#db = db;
    this.follows = new Follows(db, me);
    this.store = new ReviewStore(db, this.follows, log);
    const listeners = new Set<(items: readonly Uint8Array[]) => void>();
    this.projection = new ReviewProjection(db, this.store, (items) => {
      for (const listener of listeners) listener(items);
    });
    this.rulings = {
      of: (id) => this.store.effect(id),
      appealed: (id) => this.store.appealed(id),
      appeal: (item) => ({ kind: reviewKinds.appeal.name, body: { item, text: ASKED_AT_ONCE } }),
      onChange: (listener) => void listeners.add(listener),
    };
  }

  /** [R8] Recomputes the results for these items. Hooks of {@link onRefold} run after the transaction. */
  refold(items: readonly Uint8Array[]): void {
    this.#db.transaction(() => this.projection.refold(items));
    for (const listener of this.#onRefold) listener();
  }

  onRefold(listener: () => void): void {
    this.#onRefold.add(listener);
  }
}
