import type { Database } from '../kernel/database.ts';
import { judgeAsKind, judgeRole } from './admission.ts';
import type { LogEvent } from './event.ts';
import type { AdmissionHook, Authority, Kind, Stratum } from './kinds.ts';
import { OpaqueEvents } from './opaque-events.ts';
import type { Projections } from './projections.ts';
import { Redactions, type NamedRedaction, type Purged } from './redactions.ts';
import type { LogStore } from './store.ts';

/** An event that lost its right to be here. */
export interface Removed {
  readonly event: LogEvent;
  readonly stratum: Stratum;
}

export interface EventBookInit {
  readonly db: Database;
  readonly store: LogStore;
  readonly projections: Projections;
  readonly authority: Authority;
  readonly admissionHook: AdmissionHook | undefined;
  /** Ticks of the genesis document. */
  readonly genesisTime: number;
  /** [L7] The latest time that another node would accept now, in ticks. */
  readonly latestAccepted: () => number;
}

/**
 * The stored events with everything that follows from them: projections, what the admission hook keeps, and the
 * latest time. All of it changes in one transaction, or nothing does.
 */
export class EventBook {
  readonly opaque: OpaqueEvents;
  readonly redactions: Redactions;
  readonly #init: EventBookInit;
  #lastTime: number;

  constructor(init: EventBookInit) {
    this.#init = init;
    this.opaque = new OpaqueEvents(init.db);
    this.redactions = new Redactions(init.db, init.store, init.projections);
    this.#lastTime = this.#latest();
  }

  /**
   * The latest time of anything seen, in ticks. Events that this node wrote while its clock was ahead do not count once
   * the clock is right again: nobody would accept an event that came after them.
   */
  get lastTime(): number {
    if (this.#lastTime > this.#init.latestAccepted()) this.#lastTime = this.#latest();
    return this.#lastTime;
  }

  #latest(): number {
    const { store, genesisTime, latestAccepted } = this.#init;
    return Math.max(store.latestTime(latestAccepted()), genesisTime);
  }

  /** Something happened at a time, in ticks. */
  saw(time: number): void {
    this.#lastTime = Math.max(this.#lastTime, time);
  }

  /** All of `work` and its consequences are durable, or none; the same applies to the state in memory. */
  transact<T>(work: () => T): T {
    const { db, store, projections, admissionHook } = this.#init;
    const lastTime = this.#lastTime;
    try {
      return db.transaction(() => {
        const result = work();
        this.#settle();
        return result;
      });
    } catch (error) {
      this.#lastTime = lastTime;
      store.reload();
      projections.reload();
      admissionHook?.reload();
      throw error;
    }
  }

  #settle(): void {
    this.#init.store.settle();
    this.#init.projections.settle();
  }

  /** Stores an admitted event and applies it, if its kind is known [L15]. Returns its row. */
  insert(event: LogEvent, proved: boolean, origin: 'own' | 'live' | 'history', context?: unknown): number {
    const { store, projections } = this.#init;
    const known = projections.kinds.get(event.kind);
    const seq = store.insert(event, (known ?? this.#kindOf(event)).stratum, proved);
    if (known) this.#apply(event, seq, origin, context);
    else this.opaque.add(seq, event.kind);
    this.saw(event.time);
    return seq;
  }

  #apply(event: LogEvent, seq: number, origin: 'own' | 'live' | 'history', context?: unknown): void {
    this.#init.admissionHook?.stored(event, seq, origin, context);
    this.#init.projections.apply(event, seq);
  }

  /** [L11] Removes events that an author wrote from a time on without the right to. */
  reconsider(author: Uint8Array, since: number): Removed[] {
    const { store, authority, projections, admissionHook } = this.#init;
    const removed: Removed[] = [];
    for (const { seq, event } of store.byAuthorSince(author, since)) {
      const kind = this.#kindOf(event);
      if (!judgeRole(event, kind, authority)) continue;
      // An opaque event has no effects to undo.
      if (this.opaque.has(seq)) {
        this.opaque.doubt(store.authorOf(author));
        store.remove(seq, event);
      } else {
        store.remove(seq, event);
        projections.revoke(event, seq);
      }
      admissionHook?.removed(event, seq);
      removed.push({ event, stratum: kind.stratum });
    }
    return removed;
  }

  /** [L14] Redacts or files events; those to be filed must pass `isAdmissible`. */
  purge(named: readonly NamedRedaction[], isAdmissible: (redacted: LogEvent) => boolean): Purged {
    return this.redactions.apply(named, isAdmissible, (event, seq) => {
      this.#apply(event, seq, 'history');
      this.saw(event.time);
    });
  }

  /**
   * [L17] Applies the events whose kinds are known since this opening, and sets those aside whose kinds no longer
   * are. Returns the rows of the former, and the events that turned out to be invalid.
   */
  settleKinds(): { gained: number[]; removed: Removed[] } {
    const { store, authority, admissionHook } = this.#init;
    const kinds = this.kindNames();
    const removed: Removed[] = [];
    if (this.opaque.isCurrent(kinds)) return { gained: [], removed };
    const gained = this.transact(() => {
      const rows = this.opaque.settle(kinds);
      for (const { seq, wasApplied } of rows.gained) {
        const event = this.opaque.event(seq)!;
        const kind = this.#kindOf(event);
        if (judgeAsKind(event, kind, authority) === null) {
          if (!wasApplied) admissionHook?.stored(event, seq, 'history');
          continue;
        }
        store.remove(seq, event);
        admissionHook?.removed(event, seq);
        removed.push({ event, stratum: kind.stratum });
      }
      // All events, not only these: readers that follow by row number have passed their rows.
      if (rows.lost > 0 || rows.gained.length > 0) {
        const refilled = admissionHook?.refilling?.();
        this.refill();
        refilled?.();
      }
      return rows.gained.map(({ seq }) => seq);
    });
    return { gained, removed };
  }

  /** [L12] Empties all projections and applies every event again; part of a transaction. */
  refill(onBatch: (done: number) => void = () => {}): void {
    const { store, projections } = this.#init;
    projections.clear();
    let done = 0;
    for (const stratum of ['authority', 'content'] as const) {
      for (const batch of store.batches(1000, stratum)) {
        for (const { seq, event } of batch) projections.apply(event, seq);
        this.#settle();
        onBatch((done += batch.length));
      }
    }
    projections.rebuilt();
  }

  /** The names of all known kinds, in ascending order. */
  kindNames(): string[] {
    return [...this.#init.projections.kinds.keys()].sort();
  }

  /** The kind of an event that was admitted. */
  #kindOf({ kind }: LogEvent): Kind {
    return this.#init.projections.kindOf(kind)!;
  }
}
