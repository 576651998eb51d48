import type { Database } from '../kernel/database.ts';
import type { LogEvent } from './event.ts';
import { purgeRow } from './event-row.ts';
import type { Kind } from './kinds.ts';
import type { Projections } from './projections.ts';
import { isStripped, openRedacted, redactedOf, redactedOrNull } from './redacted-event.ts';
import type { LogStore } from './store.ts';

/** A redacted event under the id of the original. */
export interface NamedRedaction {
  readonly id: Uint8Array;
  readonly redacted: Uint8Array;
}

/**
 * [L14] The result of a purge: the events redacted here, those filed, how many bytes were removed, and how many named
 * events are of kinds that this node does not know, so that the purge has to be repeated after an update.
 */
export interface Purged {
  readonly gone: LogEvent[];
  readonly filed: { readonly event: LogEvent; readonly seq: number }[];
  readonly bytes: number;
  readonly unknown: number;
}

/** [L14] Replaces events by their redacted forms. All changes run in the caller's transaction. */
export class Redactions {
  readonly #db: Database;
  readonly #store: LogStore;
  readonly #projections: Projections;

  constructor(db: Database, store: LogStore, projections: Projections) {
    this.#db = db;
    this.#store = store;
    this.#projections = projections;
  }

  /** The redacted form of an event; null if its kind cannot be purged or is not known here. */
  of(event: LogEvent): Uint8Array | null {
    const kind = this.#projections.kinds.get(event.kind);
    return kind?.redacted ? redactedOf(event, kind) : null;
  }

  /** Redacts events that are here; of the others, those that `admits` accepts are filed and passed to `filed`. */
  apply(
    named: readonly NamedRedaction[],
    admits: (redacted: LogEvent) => boolean,
    filed: (redacted: LogEvent, seq: number) => void,
  ): Purged {
    const gone: LogEvent[] = [];
    const added: { event: LogEvent; seq: number }[] = [];
    let [bytes, unknown] = [0, 0];
    for (const { id, redacted } of named) {
      const here = this.#store.event(id);
      const event = here?.event ?? redactedOrNull(id, redacted);
      // The purge holds something that is not a redacted event; the event itself is still welcome.
      if (event === null) continue;
      const kind = this.#projections.kinds.get(event.kind);
      // [L15] Nobody here can tell what is text in it.
      if (!kind) unknown++;
      else if (here === null) {
        if (!this.#isFileable(event, kind) || !admits(event)) continue;
        const seq = this.#store.file(event, kind.stratum);
        filed(event, seq);
        added.push({ event, seq });
      } else if (kind.redacted && !this.#store.isRedacted(id)) {
        const own = redactedOf(event, kind);
        bytes += purgeRow(this.#db, here.seq, own);
        this.#projections.purged(openRedacted(id, own), here.seq);
        gone.push(event);
      }
    }
    return { gone, filed: added, bytes, unknown };
  }

  /** Whether a redacted event holds no text, and is by an author whose events name it. */
  #isFileable(event: LogEvent, kind: Kind): boolean {
    return isStripped(event, kind) && !this.#store.isAwaitedByOthers(event.id, event.author);
  }
}
