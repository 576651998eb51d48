import type { LogFile } from '../../ledger/adapter-ports.ts';

/** A log file in memory; tests can read and revert its content. */
export class MemoryLogFile implements LogFile {
  readonly #written: (offset: number, bytes: Uint8Array) => void;
  #bytes: Uint8Array;

  constructor(room = 64 * 1024, written: (offset: number, bytes: Uint8Array) => void = () => {}) {
    this.#bytes = new Uint8Array(room);
    this.#written = written;
  }

  get room(): number {
    return this.#bytes.length;
  }

  reserve(bytes: number): void {
    if (bytes <= this.room) return;
    const longer = new Uint8Array(bytes);
    longer.set(this.#bytes);
    this.#bytes = longer;
  }

  read(offset: number, length: number): Uint8Array {
    return this.#bytes.slice(offset, offset + length);
  }

  /** Sets the initial content. */
  fill(writes: readonly { readonly offset: number; readonly bytes: Uint8Array }[]): void {
    for (const { offset, bytes } of writes) {
      this.reserve(offset + bytes.length);
      this.#bytes.set(bytes, offset);
    }
  }

  write(offset: number, bytes: Uint8Array): void {
    this.fill([{ offset, bytes }]);
    this.#written(offset, bytes);
  }
}
