import type { SlashingProtection } from './slashing-protection.ts';
import type { BlockTree } from './block-tree.ts';
import type { Certificate } from '../types/certificate.ts';
import type { Watch } from './epoch-watch.ts';
import type { Simplex } from './simplex.ts';
import type { ValidatorSet } from '../types/validators.ts';
import type { VoteKind } from '../types/vote.ts';

/** The state of one epoch on one node; the next epoch gets a new one. */
export interface EpochContext {
  readonly set: ValidatorSet;
  /** This validator's place in the set, or null. */
  readonly me: number | null;
  readonly machine: Simplex;
  readonly protection: SlashingProtection;
  readonly tree: BlockTree;
  readonly certificates: CertificateCache;
  readonly watch: Watch;
  /** Whether the block that ends the epoch is final, so that nothing more happens in it. */
  over: boolean;
}

/** The certificates of the slots above the last final one. */
export class CertificateCache {
  readonly #held = new Map<string, Certificate>();
  #newest: Certificate | null = null;

  keep(certificate: Certificate): void {
    this.#held.set(`${certificate.kind} ${certificate.slot}`, certificate);
    if (certificate.slot >= (this.#newest?.slot ?? 0)) this.#newest = certificate;
  }

  get(kind: VoteKind, slot: number): Certificate | undefined {
    return this.#held.get(`${kind} ${slot}`);
  }

  /** In order of slots. */
  all(): Certificate[] {
    return [...this.#held.values()].sort((a, b) => a.slot - b.slot);
  }

  /** The certificate of the highest slot ever held. */
  get newest(): Certificate | null {
    return this.#newest;
  }

  /** Drops the certificates of settled slots. */
  settle(through: number): void {
    for (const [key, { slot }] of this.#held) if (slot <= through) this.#held.delete(key);
  }
}
