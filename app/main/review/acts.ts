import type { Database } from '../kernel/database.ts';
import type { Signer } from '../kernel/signer.ts';
import type { Log } from '../log/log.ts';
import type { Holds, Rulings } from '../moderation/index.ts';
import { Follows } from './follows.ts';
import { reviewKinds } from './kinds.ts';
import { ReviewProjection } from './projection.ts';
import { ReviewStore, type LogRows } from './store.ts';

/** What an appeal says that its author made while writing. */
const ASKED_AT_ONCE = 'Held back when it was written; its author asks for a person to look at it.';

/**
 * The acts of a community and what this node heeds of them. Made before the log and the holds, which both
 * need it; it hears of them by {@link open}.
 */
export class ReviewActs {
  readonly follows: Follows;
  readonly store: ReviewStore;
  readonly projection: ReviewProjection;
  /** What the gate asks [J14]. */
  readonly rulings: Rulings;
  readonly #db: Database;
  #holds: Holds | null = null;
  #write: ((kind: string, body: unknown) => void) | null = null;

  /** `me`: the key of this node's person. */
  constructor(db: Database, me: Uint8Array, log: LogRows) {
    this.#db = db;
    this.follows = new Follows(db, me);
    this.store = new ReviewStore(db, this.follows, log);
    this.projection = new ReviewProjection(db, this.store, (items) => this.#holds?.reconsider(items));
    this.rulings = {
      of: (id) => this.store.effect(id),
      appealed: (id) => this.store.appealed(id),
      appeal: (item) => this.#write?.(reviewKinds.appeal.name, { item, text: ASKED_AT_ONCE }),
    };
  }

  open(log: Log, signer: Signer, holds: Holds): void {
    this.#holds = holds;
    this.#write = (kind, body) => void log.append(signer, kind, body);
  }

  /** [R8] Computes anew what follows for these items; what is shown follows. */
  refold(items: readonly Uint8Array[]): void {
    this.#db.transaction(() => this.projection.refold(items));
    this.#holds?.tell();
  }
}
