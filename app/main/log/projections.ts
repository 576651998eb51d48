import { encodeCanonical } from '../kernel/canonical.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { LogEvent } from './event.ts';
import type { Kind, Projection } from './kinds.ts';
import { unknownKind } from './unknown-kinds.ts';

/** The projections of a log, and the kinds of events that they take: each kind has one projection. */
export class Projections implements Required<Omit<Projection, 'kinds' | 'dump'>> {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly #all: readonly Projection[];
  readonly #of: ReadonlyMap<string, Projection>;

  constructor(all: readonly Projection[]) {
    this.#all = all;
    const taken = all.flatMap((projection) => projection.kinds.map((kind) => ({ kind, projection })));
    this.kinds = new Map(taken.map(({ kind }) => [kind.name, kind]));
    this.#of = new Map(taken.map(({ kind, projection }) => [kind.name, projection]));
  }

  /** [L15] The kind of a name, known or not; null for a name that no kind has. */
  kindOf(name: string): Kind | null {
    return this.kinds.get(name) ?? unknownKind(name);
  }

  /** Does nothing for an event whose kind this node does not know. */
  apply(event: LogEvent, seq: number): void {
    this.#of.get(event.kind)?.apply(event, seq);
  }

  revoke(event: LogEvent, seq: number): void {
    this.#of.get(event.kind)?.revoke(event, seq);
  }

  purged(redacted: LogEvent, seq: number): void {
    this.#of.get(redacted.kind)?.purged?.(redacted, seq);
  }

  settle(): void {
    for (const projection of this.#all) projection.settle?.();
  }

  reload(): void {
    for (const projection of this.#all) projection.reload?.();
  }

  clear(): void {
    for (const projection of this.#all) projection.clear();
  }

  rebuilt(): void {
    for (const projection of this.#all) projection.rebuilt?.();
  }

  /** [L13] A chain of hashes over the canonical rows of each projection in turn. */
  digest(): Uint8Array {
    let digest: Uint8Array = new Uint8Array(32);
    for (const projection of this.#all) {
      for (const row of projection.dump()) digest = sha256(encodeCanonical([digest, row]));
    }
    return digest;
  }
}
