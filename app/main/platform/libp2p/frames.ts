import { MAX_MESSAGE_BYTES } from '../../log/transport.ts';
import { problem } from './problems.ts';

/** Bytes of the big-endian length before each message. */
export const HEADER_BYTES = 4;

/**
 * The length that marks the end. A stream that closes without it was cut off, even if it closed gracefully: a
 * node that shuts down closes its streams too.
 */
export const END_MARK = 0xffff_ffff;

/** Writes the length of a message at `offset`. */
export function writeHeader(target: Uint8Array, offset: number, length: number): void {
  target[offset] = length >>> 24;
  target[offset + 1] = length >>> 16;
  target[offset + 2] = length >>> 8;
  target[offset + 3] = length;
}

/**
 * Splits a stream of bytes into messages. A message within one chunk is a view of it, not a copy; memory
 * grows with received bytes, never with announced lengths.
 */
export class FrameReader {
  readonly #deliver: (message: Uint8Array) => void;
  #headerBytes = 0;
  #length = 0;
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  #ended = false;

  constructor(deliver: (message: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  /** Whether a message is incomplete. */
  get pending(): boolean {
    return this.#headerBytes > 0;
  }

  /** Whether the peer sent the end mark. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Reads the next bytes. Throws a Problem as soon as a length is over the limit. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.byteLength && !this.#ended) {
      while (this.#headerBytes < HEADER_BYTES) {
        if (at === chunk.byteLength) return;
        this.#length = this.#length * 256 + (chunk[at++] ?? 0);
        this.#headerBytes++;
      }
      if (this.#length === END_MARK) {
        this.#ended = true;
        this.#headerBytes = 0;
        return;
      }
      if (this.#length > MAX_MESSAGE_BYTES) {
        throw problem('message-announced-too-large', { bytes: this.#length });
      }
      const missing = this.#length - this.#partBytes;
      const part = chunk.subarray(at, at + missing);
      at += part.byteLength;
      if (part.byteLength < missing) {
        if (part.byteLength > 0) this.#parts.push(part);
        this.#partBytes += part.byteLength;
        return;
      }
      const message = this.#parts.length === 0 ? part : this.#join(part);
      this.#headerBytes = 0;
      this.#length = 0;
      this.#deliver(message);
    }
  }

  #join(last: Uint8Array): Uint8Array {
    const message = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      message.set(part, at);
      at += part.byteLength;
    }
    message.set(last, at);
    this.#parts = [];
    this.#partBytes = 0;
    return message;
  }
}
