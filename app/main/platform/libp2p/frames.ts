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

/** The first size of the buffer for a message that arrives in pieces, in bytes. */
const FIRST_BUFFER_BYTES = 1024;

/**
 * Splits a stream of bytes into messages. A message within one chunk is a view of it, not a copy; memory
 * grows with received bytes, never with announced lengths or with the number of pieces. Bytes that arrive while the
 * reader is full stay bytes, so that many small messages cost no more than they weigh.
 */
export class FrameReader {
  readonly #deliver: (message: Uint8Array) => void;
  readonly #isFull: () => boolean;
  /** Chunks that arrived while it was full. */
  #waiting: Uint8Array[] = [];
  #headerBytes = 0;
  #length = 0;
  /** The message that is incomplete, and how much of it has arrived. */
  #part = new Uint8Array(0);
  #partBytes = 0;
  #ended = false;

  /** @param isFull whether no further message is to be delivered for now. */
  constructor(deliver: (message: Uint8Array) => void, isFull: () => boolean = () => false) {
    this.#deliver = deliver;
    this.#isFull = isFull;
  }

  /** Whether bytes wait until there is room. */
  get waiting(): boolean {
    return this.#waiting.length > 0;
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
    if (this.waiting) {
      this.#waiting.push(chunk);
      return;
    }
    const read = this.#read(chunk);
    if (read < chunk.byteLength && !this.#ended) this.#waiting.push(chunk.subarray(read));
  }

  /** Reads the bytes that wait, as long as there is room. Throws like {@link push}. */
  resume(): void {
    const chunks = this.#waiting;
    this.#waiting = [];
    for (const chunk of chunks) this.push(chunk);
  }

  /** Reads until the chunk ends or there is no more room; returns how many bytes were read. */
  #read(chunk: Uint8Array): number {
    let at = 0;
    while (at < chunk.byteLength && !this.#ended && !this.#isFull()) {
      while (this.#headerBytes < HEADER_BYTES) {
        if (at === chunk.byteLength) return at;
        this.#length = this.#length * 256 + (chunk[at++] ?? 0);
        this.#headerBytes++;
      }
      if (this.#length === END_MARK) {
        this.#ended = true;
        this.#headerBytes = 0;
        return at;
      }
      if (this.#length > MAX_MESSAGE_BYTES) {
        throw problem('message-announced-too-large', { bytes: this.#length });
      }
      const missing = this.#length - this.#partBytes;
      const part = chunk.subarray(at, at + missing);
      at += part.byteLength;
      if (part.byteLength < missing) {
        this.#keep(part);
        return at;
      }
      const message = this.#partBytes === 0 ? part : this.#join(part);
      this.#headerBytes = 0;
      this.#length = 0;
      this.#deliver(message);
    }
    return at;
  }

  /** Appends to the incomplete message. The buffer has at most eight times what has arrived, and is rarely copied. */
  #keep(part: Uint8Array): void {
    const bytes = this.#partBytes + part.byteLength;
    if (bytes > this.#part.byteLength) {
      const room = 8 * bytes >= this.#length ? this.#length : Math.max(8 * bytes, FIRST_BUFFER_BYTES);
      const larger = new Uint8Array(room);
      larger.set(this.#part.subarray(0, this.#partBytes));
      this.#part = larger;
    }
    this.#part.set(part, this.#partBytes);
    this.#partBytes = bytes;
  }

  #join(last: Uint8Array): Uint8Array {
    this.#keep(last);
    const message = this.#part.subarray(0, this.#length);
    this.#part = new Uint8Array(0);
    this.#partBytes = 0;
    return message;
  }
}
