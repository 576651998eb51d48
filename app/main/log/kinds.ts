import type * as z from 'zod';
import type { Role } from '../kernel/roles.ts';
import type { LogEvent } from './event.ts';

/**
 * Events belong to one of two strata [L9]. `authority` events determine how others are judged; there are few
 * of them, and a node holds all before it judges the rest. `content` is everything else.
 */
export type Stratum = 'authority' | 'content';

/** A feature's registration of one kind of event. */
export interface Kind {
  readonly name: string;
  readonly stratum: Stratum;
  readonly body: z.ZodType;
  /** The least role its author must have held at the event's time. */
  readonly leastRole: Role;
  /** The body without its text, which still fits the schema; kinds without this function cannot be purged. */
  redacted?(body: unknown): unknown;
}

/**
 * Turns stored events into the rows that are shown. Must give the same result for any order of arrival [L12].
 */
export interface Projection {
  readonly kinds: readonly Kind[];
  /** Called inside the transaction that stores the event. `seq` is this node's row of it. */
  apply(event: LogEvent, seq: number): void;
  /** Undoes `apply` after the event lost its right to be here [L11]. */
  revoke(event: LogEvent, seq: number): void;
  /**
   * The text of an applied event was purged; `redacted` is what is left. Called inside the transaction of the
   * purge.
   */
  purged?(redacted: LogEvent, seq: number): void;
  /** Everything was applied again after {@link clear}; called last in the transaction of a rebuild. */
  rebuilt?(): void;
  /** Writes what `apply` only collected so far; called last in every transaction that applied or revoked. */
  settle?(): void;
  /** Drops collected data after a transaction was rolled back. */
  reload?(): void;
  /** Empties the projection before a rebuild. */
  clear(): void;
  /** Canonical rows in a fixed order, for the state digest. */
  dump(): Iterable<unknown>;
}

/** Facts that the admission hook knows of events before they are stored; most events have none. */
export type Contexts = ReadonlyMap<LogEvent, unknown>;

/** Called inside the transaction that stores or removes events. */
export interface AdmissionHook {
  /** Called with the ids of events of content that catch-up is about to request. */
  expect?(ids: readonly Uint8Array[]): void;
  /** Called for events from peers before they are stored; resolves to their contexts. Never rejects. */
  prepare?(events: readonly LogEvent[], origin: 'live' | 'history'): Promise<Contexts>;
  /**
   * Called before any projection shows the event, once: not when its kind was lost and is known again. `context` is
   * that of the draft if this node wrote the event, else that of {@link prepare}.
   */
  stored(event: LogEvent, seq: number, origin: 'own' | 'live' | 'history', context?: unknown): void;
  /** Called before projections are refilled for other kinds [L17]; the result is called after it. */
  refilling?(): () => void;
  /** Called after every projection removed the event, also for one of an unknown kind. */
  removed(event: LogEvent, seq: number): void;
  /** Drops collected data after a transaction was rolled back. */
  reload(): void;
}

/**
 * Everyone's rights, as far as this node knows. `null` means that the key belongs to nobody here, or to a
 * person banned at that time. Its answers about the past may change: then {@link Log.rightsChanged} must be
 * called.
 */
export interface Authority {
  roleAt(author: Uint8Array, time: number): Role | null;
  /** Whether the key ever belonged to a member, banned or not. */
  knows(author: Uint8Array): boolean;
}

/** [L11] A key whose rights changed from a time on, in ticks. */
export interface RightsChange {
  readonly keys: readonly Uint8Array[];
  readonly since: number;
}
