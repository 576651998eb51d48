import type { LogEvent } from './event.ts';
import type { Kind } from './kinds.ts';
import type { OpaqueEvents } from './opaque-events.ts';

/** `own`: written here; `live`: received by gossip; `history`: filled in by catch-up or by an update [L17]. */
export type EventSource = 'own' | 'live' | 'history';

/** One stored event, as listeners receive it. */
export interface Committed {
  readonly event: LogEvent;
  readonly seq: number;
  readonly origin: EventSource;
}

type Listener = (batch: readonly Committed[]) => void;

/** The number of events that listeners hear of at a time after an update. */
const ROWS_TOLD = 256;

/** Those who hear of stored events: of all, or only of those whose kinds this node knows. */
export class CommitListeners {
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly #opaque: Pick<OpaqueEvents, 'event'>;
  readonly #known = new Set<Listener>();
  readonly #all = new Set<Listener>();

  constructor(kinds: ReadonlyMap<string, Kind>, opaque: Pick<OpaqueEvents, 'event'>) {
    this.#kinds = kinds;
    this.#opaque = opaque;
  }

  /** Calls back with the events whose kinds are known; returns the unsubscribe function. */
  onKnown(listener: Listener): () => void {
    this.#known.add(listener);
    return () => this.#known.delete(listener);
  }

  /** Calls back with every event; returns the unsubscribe function. */
  onAll(listener: Listener): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  stored(batch: readonly Committed[]): void {
    for (const listener of this.#all) listener(batch);
    const isKnown = ({ event }: Committed) => this.#kinds.has(event.kind);
    this.#tell(batch.every(isKnown) ? batch : batch.filter(isKnown));
  }

  /** [L17] The kinds of the events in these rows became known. */
  gained(rows: readonly number[]): void {
    for (let at = 0; at < rows.length; at += ROWS_TOLD) {
      this.#tell(
        rows.slice(at, at + ROWS_TOLD).flatMap((seq) => {
          const event = this.#opaque.event(seq);
          return event ? [{ event, seq, origin: 'history' }] : [];
        }),
      );
    }
  }

  #tell(known: readonly Committed[]): void {
    if (known.length > 0) for (const listener of this.#known) listener(known);
  }
}
