import { utf8 } from '../../kernel/bytes.ts';
import { decodeCbor, encodeCanonical } from '../../kernel/canonical.ts';
import { sha256 } from '../../kernel/sha256.ts';

/** [E2] The state as a map from text to bytes. Features choose keys of the form `noun/name`. */
export interface StateView {
  get(key: string): Uint8Array | null;
}

/** A state whose keys can be listed in order. */
export interface OrderedState extends StateView {
  /** The first keys at or after `from` and before `to`, in order of their UTF-16 code units. */
  keysBetween(from: string, to: string, limit: number): string[];
}

/** A state that can be changed without changing the state below it. */
export interface StateDraft extends StateView {
  /** Null removes the entry. */
  set(key: string, value: Uint8Array | null): void;
}

/** The place of an entry in the authenticated map. */
export function placeOfKey(key: string): Uint8Array {
  return sha256(utf8(key));
}

/** Decoded values by the bytes that they were read from: an account is read many times in one block. */
const values = new WeakMap<Uint8Array, object>();

/**
 * Reads an entry as the value it encodes; writers have checked what is in the state. Readers share the value
 * and must not change it.
 */
export function readEntry<T extends object>(state: StateView, key: string): Readonly<T> | null {
  const bytes = state.get(key);
  if (bytes === null) return null;
  const known = values.get(bytes);
  if (known) return known as T;
  const value = Object.freeze(decodeCbor(bytes) as T);
  values.set(bytes, value);
  return value;
}

export function writeEntry(state: StateDraft, key: string, value: unknown): void {
  state.set(key, encodeCanonical(value));
}

/** Changes on top of a view, held in memory until they are kept or dropped. */
export class StateOverlay implements StateDraft {
  readonly changes = new Map<string, Uint8Array | null>();
  readonly #base: StateView;

  constructor(base: StateView) {
    this.#base = base;
  }

  get(key: string): Uint8Array | null {
    const changed = this.changes.get(key);
    return changed === undefined ? this.#base.get(key) : changed;
  }

  set(key: string, value: Uint8Array | null): void {
    this.changes.set(key, value);
  }

  /** Writes all changes to the draft below. */
  keep(into: StateDraft): void {
    for (const [key, value] of this.changes) into.set(key, value);
  }
}
