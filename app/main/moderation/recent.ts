/**
 * What was reckoned lately, by its name: at most `most` entries in each of two generations. When the newer
 * one is full, the older goes; what is asked for in the meantime moves to the newer. Clearing all at once
 * would make the next messages pay for every common word again.
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

  /** `name` must not be a part of a longer text that memory would be held for; see `ownCopy`. */
  set(name: string, value: V): void {
    if (this.#newer.size >= this.#most) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(name, value);
  }
}
