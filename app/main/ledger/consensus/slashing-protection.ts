import type { Motion, VoteKind } from '../types/vote.ts';

/**
 * What one validator has voted in an epoch, and what it still may vote. A vote enters here before it is
 * written down and leaves the node after, so whoever comes back from a crash finds here all it ever sent.
 */
export class SlashingProtection {
  /** Per slot the kinds that were voted. */
  readonly #cast = new Map<number, Set<VoteKind>>();
  #silentThrough: number;
  #settled = 0;

  /** @param silentThrough no vote is given up to, and with, this slot [K10]. */
  constructor(cast: readonly Motion[], silentThrough: number) {
    this.#silentThrough = silentThrough;
    for (const motion of cast) this.cast(motion);
  }

  /** The last slot in which nothing may be voted. */
  get silentThrough(): number {
    return Math.max(this.#silentThrough, this.#settled);
  }

  has(slot: number, kind: VoteKind): boolean {
    return this.#cast.get(slot)?.has(kind) ?? false;
  }

  /**
   * [K6] Each kind once a slot, and never both nullify and finalise: a slot in which somebody finalised
   * then cannot have been nullified by a quorum.
   */
  allows({ kind, slot }: Motion): boolean {
    if (slot <= this.silentThrough || this.has(slot, kind)) return false;
    if (kind === 'nullify') return !this.has(slot, 'finalise');
    return kind !== 'finalise' || !this.has(slot, 'nullify');
  }

  cast({ kind, slot }: Motion): void {
    const kinds = this.#cast.get(slot) ?? new Set();
    this.#cast.set(slot, kinds.add(kind));
  }

  /** [K10] Says nothing up to, and with, a slot; infinity until it is known up to which. */
  silence(through: number): void {
    this.#silentThrough = through;
  }

  /** Speaks again in every slot after this one, whatever kept it silent. */
  release(after: number): void {
    this.#silentThrough = 0;
    this.#settled = after;
  }

  /** Slots up to this one are settled: they are forgotten, and nothing more is voted in them. */
  settle(through: number): void {
    this.#settled = Math.max(this.#settled, through);
    for (const slot of this.#cast.keys()) if (slot <= through) this.#cast.delete(slot);
  }
}
