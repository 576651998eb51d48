import type { AbortOptions } from '@libp2p/interface';
import { AbstractStream, type AbstractStreamInit, type SendResult } from '@libp2p/utils';
import type { NativeStream } from './native.ts';
import { raceAbort } from './race.ts';

/** The largest read. */
const READ_BYTES = 64 * 1024;

/** Unread bytes at which reading from the library stops, so that its flow control stops the peer. */
const READ_AHEAD_BYTES = 512 * 1024;

/** Pending bytes in the library at which the writer waits. */
const WRITE_AHEAD_BYTES = 256 * 1024;

/** The largest write. */
const MAX_WRITE_BYTES = 64 * 1024;

/**
 * A stream of a QUIC connection. The one of `@chainsafe/libp2p-quic` keeps reading while its reader is
 * paused, until its buffer is full and the stream breaks; this one applies backpressure.
 */
export class QuicStream extends AbstractStream {
  readonly #native: NativeStream;
  #wake = () => {};
  #writing: Promise<void> = Promise.resolve();
  #pendingBytes = 0;

  constructor(native: NativeStream, init: AbstractStreamInit) {
    super({ ...init, maxMessageSize: MAX_WRITE_BYTES });
    this.#native = native;
    void this.#read();
  }

  sendData(data: Parameters<AbstractStream['sendData']>[0]): SendResult {
    const bytes = data.subarray();
    this.#pendingBytes += bytes.byteLength;
    this.#writing = this.#writing.then(() => this.#write(bytes));
    return { sentBytes: bytes.byteLength, canSendMore: this.#pendingBytes < WRITE_AHEAD_BYTES };
  }

  async sendCloseWrite(options?: AbortOptions): Promise<void> {
    await raceAbort(this.#writing, options?.signal);
    await this.#native.finishWrite();
  }

  /** Reads and drops the data that still arrives, so that the peer's end of the stream is seen. */
  async sendCloseRead(): Promise<void> {
    this.#wake();
  }

  sendReset(): void {
    void this.#native.resetWrite();
    void this.#native.stopRead();
    this.#wake();
  }

  sendPause(): void {}

  sendResume(): void {}

  protected override dispatchReadBuffer(): void {
    super.dispatchReadBuffer();
    this.#wake();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      if (this.status === 'open') await this.#native.write(bytes);
    } catch (error) {
      this.abort(error instanceof Error ? error : new Error(String(error)));
    }
    this.#pendingBytes -= bytes.byteLength;
    if (this.writableNeedsDrain && this.#pendingBytes < WRITE_AHEAD_BYTES) this.safeDispatchEvent('drain');
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        while (this.#mustWait()) await new Promise<void>((resolve) => (this.#wake = resolve));
        const bytes = await this.#native.read(READ_BYTES);
        if (bytes === null) break;
        this.onData(bytes);
      }
      this.onRemoteCloseWrite();
    } catch {
      // The peer reset the stream, or the connection broke; the library does not say which.
      if (this.status === 'open') this.onRemoteReset();
    }
  }

  #mustWait(): boolean {
    return (
      this.status === 'open' && (this.readStatus === 'paused' || this.readBufferLength >= READ_AHEAD_BYTES)
    );
  }
}
