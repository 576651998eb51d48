/**
 * A cache of computed values by name: at most `most` entries in each of two generations. When the newer one
 * is full, the older is dropped; a value that is requested meanwhile moves to the newer. Clearing everything
 * at once would make the next messages recompute every common word.
 */
export class Recent<V> {
  readonly #most: number;
  #newer = new Map<string, V>();
  #older = new Map<string, V>();

  constructor(most: number) {
    this.#most = most;
  }

  get(name: string): V | undefined {
    const known = this.#newer.get(name);
    if (known !== undefined) return known;
    const before = this.#older.get(name);
    if (before !== undefined) this.set(name, before);
    return before;
  }

  /** `name` must not be a substring of a longer text that it would keep in memory; see `ownCopy`. */
  set(name: string, value: V): void {
    if (this.#newer.size >= this.#most) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(name, value);
  }
}
