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

/** [L14] The result of a purge: the events redacted here, those filed, and how many bytes were removed. */
export interface Purged {
  readonly gone: LogEvent[];
  readonly filed: { readonly event: LogEvent; readonly seq: number }[];
  readonly bytes: number;
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
    const result = { gone: [] as LogEvent[], filed: [] as { event: LogEvent; seq: number }[], bytes: 0 };
    for (const { id, redacted } of named) {
      const here = this.#store.event(id);
      if (here === null) {
        const event = this.#fileable(id, redacted);
        if (!event || !admits(event)) continue;
        const seq = this.#store.file(event, this.#projections.kindOf(event.kind)!.stratum);
        filed(event, seq);
        result.filed.push({ event, seq });
      } else if (!this.#store.isRedacted(id)) {
        const own = this.of(here.event);
        if (own === null) continue;
        result.bytes += purgeRow(this.#db, here.seq, own);
        this.#projections.purged(openRedacted(id, own), here.seq);
        result.gone.push(here.event);
      }
    }
    return result;
  }

  /**
   * The redacted event if the bytes are one and its author wrote it. If not, the event itself is still welcome. A
   * redacted event of an unknown kind may hold text, so it is not filed.
   */
  #fileable(id: Uint8Array, bytes: Uint8Array): LogEvent | null {
    const event = redactedOrNull(id, bytes);
    const kind: Kind | undefined = event ? this.#projections.kinds.get(event.kind) : undefined;
    if (!event || !kind || !isStripped(event, kind)) return null;
    const awaited = this.#store.awaitedOf(id);
    return awaited === null || awaited === this.#store.authorOf(event.author) ? event : null;
  }
}
