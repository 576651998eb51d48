import { equalBytes, toHex } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import { ROLES, type Role } from '../kernel/roles.ts';
import type { Room } from './rooms.ts';

/** [CA18] How long the named successors of a host count after they were last named, in milliseconds. */
const VALID_MS = 10 * 60_000;
/** The most rooms whose successors are remembered. */
const MAX_ROOMS = 1000;
/** [CA18] The most successors of a host. */
export const MAX_SUCCESSORS = 8;

/** Somebody whose node could take over. */
interface Able {
  /** The key of the person. */
  readonly key: Uint8Array;
  readonly joinedAt: number | null;
}

/**
 * [CA18] Whose nodes take over from a host, the first one first: those of the highest role, then those who came first. A
 * successor that hosts the room stays the first.
 *
 * @param me the key of the person whose node hosts the room now; `host`: of the one who opened it.
 */
export function successorsOf(
  able: readonly Able[],
  {
    me,
    host,
    roleOf,
  }: {
    readonly me: Uint8Array;
    readonly host: Uint8Array;
    readonly roleOf: (key: Uint8Array) => Role | null;
  },
): Uint8Array[] {
  const rankOf = ({ key }: Able) => ROLES.indexOf(roleOf(key) ?? 'guest');
  const named = able
    .filter(({ key }) => !equalBytes(key, host) && !equalBytes(key, me))
    .toSorted((one, other) => rankOf(other) - rankOf(one) || (one.joinedAt ?? 0) - (other.joinedAt ?? 0))
    .map(({ key }) => key);
  return (equalBytes(me, host) ? named : [me, ...named]).slice(0, MAX_SUCCESSORS);
}

export interface SuccessionInit {
  readonly clock: Pick<Clock, 'now'>;
  readonly me: Uint8Array;
  /** Whether this node may take over the calls of others. */
  readonly mayTakeOver: () => boolean;
  /** Whether the node of a person is connected. */
  readonly isConnected: (key: Uint8Array) => boolean;
}

/** [CA18] Who hosts a room while the node of its owner is away. */
export class Succession {
  readonly #init: SuccessionInit;
  readonly #known = new Map<string, { readonly keys: readonly Uint8Array[]; readonly at: number }>();

  constructor(init: SuccessionInit) {
    this.#init = init;
  }

  /** The host of a room named the persons whose nodes take over after it, the first one first. */
  named(room: Uint8Array, keys: readonly Uint8Array[]): void {
    const hex = toHex(room);
    this.#known.delete(hex);
    this.#known.set(hex, { keys: keys.slice(0, MAX_SUCCESSORS), at: this.#init.clock.now() });
    if (this.#known.size > MAX_ROOMS) this.#known.delete(this.#known.keys().next().value!);
  }

  /** The persons whose nodes may host a room: its owner, then the successors. */
  hostsOf({ id, owner }: Pick<Room, 'id' | 'owner'>): readonly Uint8Array[] {
    return [owner, ...this.#of(id)];
  }

  /** The person whose node hosts a room now: its owner, or the first successor who can be reached; null if nobody can. */
  hostOf({ id, owner }: Pick<Room, 'id' | 'owner'>): Uint8Array | null {
    const { me, isConnected, mayTakeOver } = this.#init;
    if (equalBytes(owner, me) || isConnected(owner)) return owner;
    const reached = this.#of(id).find((key) => (equalBytes(key, me) ? mayTakeOver() : isConnected(key)));
    return reached ?? null;
  }

  #of(room: Uint8Array): readonly Uint8Array[] {
    const known = this.#known.get(toHex(room));
    return known && known.at > this.#init.clock.now() - VALID_MS ? known.keys : [];
  }
}
