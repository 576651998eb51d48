import type * as z from 'zod';
import type { Role } from '../kernel/roles.ts';
import type { LogEvent } from './event.ts';

/**
 * Events live in one of two strata [L9]. `authority` events say what others are judged by; there are few of
 * them and a node holds all before it judges the rest. `content` is everything else.
 */
export type Stratum = 'authority' | 'content';

/** What a feature registers about one kind of event. */
export interface Kind {
  readonly name: string;
  readonly stratum: Stratum;
  readonly body: z.ZodType;
  /** The least role its author must have held at the event's time. */
  readonly leastRole: Role;
  /** The body without its words, which still fits the schema; kinds that have none cannot be purged. */
  redacted?(body: unknown): unknown;
}

/** Applies stored events to what is shown. Must give the same result for any order of arrival [L12]. */
export interface Projection {
  readonly kinds: readonly Kind[];
  /** Called inside the transaction that stores the event. `seq` is this node's row of it. */
  apply(event: LogEvent, seq: number): void;
  /** Undoes `apply`, when the event lost its right to be here [L11]. */
  revoke(event: LogEvent, seq: number): void;
  /** The words of an applied event are gone: its husk is handed over. Inside the transaction that takes them. */
  purged?(redacted: LogEvent, seq: number): void;
  /** Everything was applied anew, after {@link clear}; called last in the transaction of a rebuild. */
  rebuilt?(): void;
  /** Writes what `apply` only noted so far; called last in every transaction that applied or revoked. */
  settle?(): void;
  /** Drops what was noted, after a transaction was rolled back. */
  reload?(): void;
  /** Empties the projection before a rebuild. */
  clear(): void;
  /** Canonical rows in a fixed order, for the state digest. */
  dump(): Iterable<unknown>;
}

/** Stands at the door: hears of events inside the transaction that stores or removes them. */
export interface AdmissionHook {
  /** Before any projection shows it. `context` is that of the draft, where this node wrote the event. */
  stored(event: LogEvent, seq: number, origin: 'own' | 'live' | 'history', context?: unknown): void;
  /** After every projection let go of it. */
  removed(event: LogEvent, seq: number): void;
  /** Drops what was noted, after a transaction was rolled back. */
  reload(): void;
}

/**
 * Who may do what, as far as this node knows. `null` means the key belongs to nobody here, or to someone
 * banned at that time. What it says of the past may change: {@link Log.rightsChanged} must be told then.
 */
export interface Authority {
  roleAt(author: Uint8Array, time: number): Role | null;
  /** Whether the key ever belonged to a member, banned or not. */
  knows(author: Uint8Array): boolean;
}

/** [L11] Keys whose rights are others from a time on, in ticks. */
export interface RightsChange {
  readonly keys: readonly Uint8Array[];
  readonly since: number;
}
