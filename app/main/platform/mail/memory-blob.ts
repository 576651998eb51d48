/**
 * A `Blob` in memory. The mail library collects every part through a `Blob`; the real one is read back
 * through another thread, which costs more than the rest of parsing.
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

/** Replaces `Blob` for the whole thread, so only for a thread that does nothing but parse mail. */
export function gatherInMemory(): void {
  Object.defineProperty(globalThis, 'Blob', { value: MemoryBlob });
}
