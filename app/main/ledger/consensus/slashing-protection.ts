import type { Motion, VoteKind } from '../types/vote.ts';

/**
 * The votes of one validator in an epoch, and what it may still vote. A vote is entered here before it is
 * written to disk and leaves the node afterwards, so after a crash everything that was ever sent is found
 * here.
 */
export class SlashingProtection {
  /** The kinds voted for, by slot. */
  readonly #cast = new Map<number, Set<VoteKind>>();
  #silentThrough: number;
  #settled = 0;

  /** @param silentThrough no vote is cast up to and including this slot [K10]. */
  constructor(cast: readonly Motion[], silentThrough: number) {
    this.#silentThrough = silentThrough;
    for (const motion of cast) this.cast(motion);
  }

  /** The last slot in which no vote is allowed. */
  get silentThrough(): number {
    return Math.max(this.#silentThrough, this.#settled);
  }

  has(slot: number, kind: VoteKind): boolean {
    return this.#cast.get(slot)?.has(kind) ?? false;
  }

  /**
   * [K6] Each kind once per slot, and never both nullify and finalise: then a quorum cannot have nullified a
   * slot in which a quorum finalised.
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

  /** [K10] Casts no vote up to and including a slot; infinity until that slot is known. */
  silence(through: number): void {
    this.#silentThrough = through;
  }

  /** Votes again in every slot after this one, whatever the reason of the silence. */
  release(after: number): void {
    this.#silentThrough = 0;
    this.#settled = after;
  }

  /** Slots up to this one are settled: they are forgotten, and no vote is cast in them again. */
  settle(through: number): void {
    this.#settled = Math.max(this.#settled, through);
    for (const slot of this.#cast.keys()) if (slot <= through) this.#cast.delete(slot);
  }
}
