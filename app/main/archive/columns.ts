/** A growing column of numbers without an object for each, so that a million rows stay small. */
class Column<T extends Uint32Array | Int32Array | Float64Array | Uint8Array> {
  #data: T;
  readonly #make: (capacity: number) => T;
  length = 0;

  constructor(make: (capacity: number) => T) {
    this.#make = make;
    this.#data = make(1024);
  }

  push(value: number): void {
    if (this.length === this.#data.length) {
      const grown = this.#make(Math.ceil(this.#data.length * 1.5));
      grown.set(this.#data);
      this.#data = grown;
    }
    this.#data[this.length++] = value;
  }

  at(index: number): number {
    return this.#data[index] ?? 0;
  }

  set(index: number, value: number): void {
    this.#data[index] = value;
  }
}

export const uint32Column = () => new Column((capacity) => new Uint32Array(capacity));
export const float64Column = () => new Column((capacity) => new Float64Array(capacity));
export const uint8Column = () => new Column((capacity) => new Uint8Array(capacity));

/** A 64-bit hash of a text as two halves (cyrb53's mixing, both lanes kept); not for secrets. */
export function hash64(text: string): { high: number; low: number } {
  let h1 = 0xdeadbeef;
  let h2 = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    h1 = Math.imul(h1 ^ unit, 2654435761);
    h2 = Math.imul(h2 ^ unit, 1597334677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return { high: h2 >>> 0, low: h1 >>> 0 };
}

/** Finds rows by a 64-bit key kept in two columns; open addressing, 4 bytes per slot. */
export class KeyTable {
  readonly #high = uint32Column();
  readonly #low = uint32Column();
  #slots = new Int32Array(4096);

  get size(): number {
    return this.#high.length;
  }

  /** The row of a key, or -1. */
  find(high: number, low: number): number {
    return (this.#slots[this.#slot(high, low)] ?? 0) - 1;
  }

  /** Adds a key as the next row and returns the row; negative if the key exists. */
  add(high: number, low: number): number {
    const slot = this.#slot(high, low);
    const held = (this.#slots[slot] ?? 0) - 1;
    if (held >= 0) return -1;
    const row = this.#high.length;
    this.#high.push(high);
    this.#low.push(low);
    this.#slots[slot] = row + 1;
    if (this.size * 2 > this.#slots.length) this.#grow();
    return row;
  }

  has(row: number, high: number, low: number): boolean {
    return this.#high.at(row) === high && this.#low.at(row) === low;
  }

  /** Negative, zero or positive: an order of rows that depends only on their keys. */
  compare(a: number, b: number): number {
    return this.#high.at(a) - this.#high.at(b) || this.#low.at(a) - this.#low.at(b);
  }

  #slot(high: number, low: number): number {
    const mask = this.#slots.length - 1;
    let slot = low & mask;
    for (;;) {
      const row = (this.#slots[slot] ?? 0) - 1;
      if (row < 0 || this.has(row, high, low)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let row = 0; row < this.size; row++) {
      this.#slots[this.#slot(this.#high.at(row), this.#low.at(row))] = row + 1;
    }
  }
}
