import type { ValidatorSet } from '../types/validators.ts';
import { witnessesNeeded } from './sign-state.ts';

/**
 * [K10] Collects from other validators how far the community is, while this one does not know how far it
 * voted.
 */
export class RejoinQuorum {
  readonly #set: ValidatorSet;
  readonly #me: number;
  readonly #slots = new Map<number, number>();

  constructor(set: ValidatorSet, me: number) {
    this.#set = set;
    this.#me = me;
  }

  /**
   * A peer showed the newest slot for which it has a certificate.
   *
   * @returns the slot through which silence is enough, or null while too few peers have reported.
   */
  hear(peer: string, slot: number): number | null {
    const { validators, quorum, model } = this.#set;
    const place = validators.findIndex((validator) => validator.peer === peer);
    if (place < 0 || place === this.#me) return null;
    this.#slots.set(place, Math.max(slot, this.#slots.get(place) ?? 0));
    if (this.#slots.size < witnessesNeeded(validators.length, quorum, model)) return null;
    // One of them is honest and voted in the slot before the last one in which this validator can have voted.
    // It saw the end of the slot before that.
    return Math.max(...this.#slots.values()) + 2;
  }
}
