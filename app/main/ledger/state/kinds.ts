import type * as z from 'zod';
import type { Bls } from '../../kernel/bls.ts';
import type { Problem } from '../../kernel/errors.ts';
import type { Role } from '../../kernel/roles.ts';
import type { SignatureCheck } from '../../kernel/signer.ts';
import type { LedgerEvent } from './events.ts';
import type { Versioned } from './protocol.ts';
import type { StateDraft, StateView } from '../types/state.ts';

/** A feature's registration of one kind of transaction [X5], which exists since a version of the protocol [PV2]. */
export interface LedgerKind<Body> extends Versioned {
  /** `noun.verb` */
  readonly name: string;
  /** A strict schema with limits; other bodies are refused as `bad-body`. */
  readonly body: z.ZodType<Body>;
  /** [PV2] The schema in the versions before `until`, if `body` takes more since then. */
  readonly earlier?: { readonly until: number; readonly body: z.ZodType<Body> };
  /** The least role of its author; null for a right that every account keeps. */
  readonly leastRole: Role | null;
  /**
   * [X28] [X31] Whether mempools and, since version 2, blocks take it from an account without rights, if `leastRole` is null. Only what protects the account or
   * gives away what it has.
   */
  readonly withoutRights?: boolean;
  /** Ed25519 signatures that the body carries, checked before it is executed. */
  checks?(transaction: {
    readonly community: Uint8Array;
    readonly account: Uint8Array;
    readonly body: Body;
  }): readonly SignatureCheck[];
  /** [X27] Whether its transactions cost no fee. */
  readonly feeless?: boolean;
  /** [TM1] The kinds of timers that it schedules. */
  readonly timers?: readonly AnyTimerKind[];
  /** [PV2] The rules of later versions that it consults, or its timers do. */
  readonly rules?: readonly ProtocolRule[];
  /**
   * Executes a transaction: a function of the call alone, without clock, randomness or I/O. Returns events
   * for projections. Throws a Problem to refuse; then none of its writes are kept.
   */
  execute(call: Call<Body>): readonly LedgerEvent[];
}

/** [PV2] A rule that kinds follow since a version of the protocol: `inForce(rule, block.version)` says whether. */
export interface ProtocolRule extends Required<Versioned> {
  readonly name: string;
}

/** A kind whose body type is unknown. */
export interface AnyKind extends Omit<LedgerKind<never>, 'body' | 'earlier'> {
  readonly body: z.ZodType;
  readonly earlier?: { readonly until: number; readonly body: z.ZodType };
}

/** A feature's registration of one kind of timer [TM1], beside the kind of transaction that schedules it. */
export interface TimerKind<Body> extends Versioned {
  /** `noun.verb` */
  readonly name: string;
  /** A strict schema with limits, by which bodies are checked when a timer is scheduled and when it runs. */
  readonly body: z.ZodType<Body>;
  /**
   * Runs a timer once, in the first block at or after its due time: a function of the call alone, as for a
   * transaction. Returns events. Throws a Problem to fail; then none of its writes are kept.
   */
  run(call: TimerCall<Body>): readonly LedgerEvent[];
}

/** A kind of timer whose body type is unknown. */
export interface AnyTimerKind extends Omit<TimerKind<never>, 'body'> {
  readonly body: z.ZodType;
}

/** The kinds of timers that kinds of transactions declare, by name. */
export type TimerKinds = ReadonlyMap<string, AnyTimerKind>;

/** One timer in the block that runs it. */
export interface TimerCall<Body> extends Pick<Call<Body>, 'body' | 'state' | 'block' | 'timers' | 'bls'> {
  /** The key of its entry, which is removed already. */
  readonly timer: string;
  /** Block time in milliseconds since the epoch for which it was scheduled; the block may be later. */
  readonly due: number;
}

/** One transaction in its block. */
export interface Call<Body> {
  readonly account: Uint8Array;
  /** The key that signed: the account's own, or that of one of its devices. */
  readonly signer: Uint8Array;
  readonly body: Body;
  readonly state: StateDraft;
  readonly block: BlockContext;
  /** The kinds of timers that may be scheduled. */
  readonly timers: TimerKinds;
  readonly bls: Bls;
}

/** The facts about its block that a transaction can use. */
export interface BlockContext {
  readonly community: Uint8Array;
  readonly epoch: number;
  readonly height: number;
  /** Block time, milliseconds since the epoch: the only time that execution has. */
  readonly time: number;
  /** [PV2] The version of the protocol by which it is executed. */
  readonly version: number;
}

/** Where an event happened, and by which transaction or timer. */
export type EventPlace = TransactionPlace | TimerPlace;

interface BlockPlace {
  readonly height: number;
  /** Block time, milliseconds since the epoch. */
  readonly time: number;
  /** Place of the transaction in its block, or of the timer among those that the block ran. */
  readonly index: number;
}

interface TransactionPlace extends BlockPlace {
  readonly cause: 'transaction';
  readonly transaction: Uint8Array;
  readonly account: Uint8Array;
}

interface TimerPlace extends BlockPlace {
  readonly cause: 'timer';
  /** The key that the timer's entry had. */
  readonly timer: string;
}

/** [EV4] Learns of the events of final blocks. */
export type EventListener = (event: LedgerEvent, place: EventPlace) => void;

/** A state whose entries can be listed. */
export interface StateSource extends StateView {
  /** Entries whose key begins with a prefix, in order of their keys. */
  entriesUnder(prefix: string): { key: string; value: Uint8Array }[];
}

/** [EV3] Turns events of final blocks into rows, inside the transaction that stores the block [E6]. */
export interface LedgerProjection {
  apply(event: LedgerEvent, place: EventPlace): void;
  /** Empties the projection before blocks are executed again. */
  clear(): void;
  /** [Q6] Fills it after {@link clear} from a state that came without the blocks that led to it. */
  restore(state: StateSource): void;
}

/** The kinds that a node knows, by name. */
export type LedgerKinds = ReadonlyMap<string, AnyKind>;

export function kindsOf(...kinds: readonly AnyKind[]): LedgerKinds {
  return new Map(kinds.map((kind) => [kind.name, kind]));
}

const timers = new WeakMap<LedgerKinds, TimerKinds>();

/** The kinds of timers that kinds of transactions declare. */
export function timerKindsOf(kinds: LedgerKinds): TimerKinds {
  const known = timers.get(kinds);
  if (known) return known;
  const all = [...kinds.values()].flatMap((kind) => kind.timers ?? []);
  const byName = new Map(all.map((kind) => [kind.name, kind]));
  timers.set(kinds, byName);
  return byName;
}

/** Refuses a transaction from within a kind. */
export function refuse(reason: Problem): never {
  throw reason;
}
