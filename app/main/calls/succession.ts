import { equalBytes, toHex } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Room } from './rooms.ts';

/** [CA18] How long the named successors of a host count after they were last named, in milliseconds. */
const VALID_MS = 10 * 60_000;
/** The most rooms whose successors are remembered. */
const MAX_ROOMS = 1000;
/** [CA18] The most successors of a host. */
export const MAX_SUCCESSORS = 8;

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

  isSuccessor(room: Uint8Array, key: Uint8Array): boolean {
    return this.#of(room).some((one) => equalBytes(one, key));
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
