/**
 * Gathers bytes in memory. The mail library collects every part through a `Blob`, whose real kind reads
 * itself back by way of another thread and costs more than all the rest of parsing.
 */
class MemoryBlob {
  readonly #bytes: Buffer;

  constructor(parts: readonly (string | ArrayBuffer | Uint8Array)[] = []) {
    this.#bytes = Buffer.concat(
      parts.map((part) =>
        part instanceof Uint8Array
          ? part
          : typeof part === 'string'
            ? Buffer.from(part)
            : new Uint8Array(part),
      ),
    );
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(this.#bytes).buffer;
  }
}

/** Puts memory in the place of `Blob` for the whole thread: only for one that does nothing but parse mail. */
export function gatherInMemory(): void {
  Object.defineProperty(globalThis, 'Blob', { value: MemoryBlob });
}
