import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/errors.ts';
import { MAX_MESSAGE_BYTES, type Channel } from '../../log/transport.ts';
import { END_MARK, FrameReader, HEADER_BYTES, writeHeader } from './frames.ts';
import {
  FRAME_DEADLINE_MS,
  LINGER_MS,
  MAX_OUTBOX_BYTES,
  SILENCE_DEADLINE_MS,
  STALL_DEADLINE_MS,
} from './limits.ts';
import { problem } from './problems.ts';

/**
 * Small messages are batched up to this size, so that each does not cost a frame, an encryption and a packet.
 */
const BATCH_BYTES = 64 * 1024 - 64;
/** Messages of at least this size are sent without a copy. */
const DIRECT_BYTES = 16 * 1024;

/** The memory that one unread message needs besides its bytes. */
const MESSAGE_OVERHEAD_BYTES = 128;

export interface ChannelOptions {
  /** The memory for unread messages at which the peer is paused, in bytes. */
  readonly inboxBytes: number;
  /** Called when a message was read or sent; null if nobody wants to know. */
  readonly onProgress: (() => void) | null;
}

/**
 * A channel over one libp2p stream: whole messages, bounded memory in both directions, deadlines against slow
 * peers.
 */
export class StreamChannel implements Channel {
  readonly peer: string;
  readonly #stream: Stream;
  readonly #clock: Clock;
  readonly #frames = new FrameReader(
    (message) => this.#inbox(message),
    () => this.#messageBytes >= this.#options.inboxBytes,
  );
  readonly #options: ChannelOptions;

  #messages: Uint8Array[] = [];
  #nextMessage = 0;
  #messageBytes = 0;
  #ended = false;
  /** Whether no more bytes come. */
  #exhausted = false;
  #failure: Problem | null = null;
  #wakeReader: (() => void) | null = null;

  #slab = new Uint8Array(0);
  #slabStart = 0;
  #slabEnd = 0;
  #flushDue = false;
  #closing = false;
  #resuming = false;
  #drain: PromiseWithResolvers<void> | null = null;

  constructor(stream: Stream, peer: string, clock: Clock, options: ChannelOptions) {
    this.#stream = stream;
    this.#options = options;
    this.peer = peer;
    this.#clock = clock;
    stream.maxWriteBufferLength = MAX_OUTBOX_BYTES;
    stream.addEventListener('end', () => this.#onEnd());
    stream.addEventListener('close', (event) => this.#onClose(event));
    stream.addEventListener('drain', () => this.#onDrain());
    stream.addEventListener('message', (event) => this.#onBytes(event));
    if (stream.readableEnded || stream.status !== 'open') this.#break(broken(this.peer));
  }

  async send(message: Uint8Array): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closing) throw problem('channel-closed');
    if (message.byteLength > MAX_MESSAGE_BYTES) {
      const tooLarge = problem('message-too-large', { bytes: message.byteLength });
      this.abort(tooLarge);
      throw tooLarge;
    }
    this.#write(message);
    while (this.#failure === null && this.#stream.writableNeedsDrain) await this.#drained();
    if (this.#failure !== null) throw this.#failure;
    this.#options.onProgress?.();
  }

  async *receive(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const message = this.#messages[this.#nextMessage];
      if (message !== undefined) {
        this.#taken(message);
        this.#options.onProgress?.();
        yield message;
      } else if (this.#failure !== null) {
        throw this.#failure;
      } else if (this.#ended) {
        return;
      } else {
        await this.#arrival();
      }
    }
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#failure !== null || this.#stream.status !== 'open') return;
    this.#reserve(HEADER_BYTES);
    writeHeader(this.#slab, this.#slabEnd, END_MARK);
    this.#slabEnd += HEADER_BYTES;
    this.#flush();
    const deadline = new AbortController();
    const cancel = this.#clock.after(STALL_DEADLINE_MS, () => deadline.abort());
    try {
      await this.#stream.close({ signal: deadline.signal });
    } catch {
      this.abort(stalled(this.peer));
    } finally {
      cancel();
    }
  }

  abort(reason: Error): void {
    this.#break(
      reason instanceof Problem
        ? reason
        : problem('channel-aborted', { reason: reason.message }, { cause: reason }),
    );
    this.#stream.abort(reason);
  }

  /** Closes, and aborts the stream if the peer does not close its end in time. */
  async release(): Promise<void> {
    await this.close();
    if (this.#stream.status !== 'open') return;
    const cancel = this.#clock.after(LINGER_MS, () => this.#stream.abort(stalled(this.peer)));
    this.#stream.addEventListener('close', cancel, { once: true });
    // Nobody reads any more, so drop late data instead of filling the buffer.
    await this.#stream.closeRead();
  }

  #write(message: Uint8Array): void {
    const length = message.byteLength;
    const direct = length >= DIRECT_BYTES;
    this.#reserve(direct ? HEADER_BYTES : HEADER_BYTES + length);
    writeHeader(this.#slab, this.#slabEnd, length);
    this.#slabEnd += HEADER_BYTES;
    if (direct) {
      this.#flush();
      this.#push(message);
      return;
    }
    this.#slab.set(message, this.#slabEnd);
    this.#slabEnd += length;
    if (this.#flushDue) return;
    this.#flushDue = true;
    setImmediate(() => {
      this.#flushDue = false;
      this.#flush();
    });
  }

  #reserve(bytes: number): void {
    if (this.#slabEnd + bytes <= this.#slab.byteLength) return;
    this.#flush();
    this.#slab = new Uint8Array(BATCH_BYTES);
    this.#slabStart = 0;
    this.#slabEnd = 0;
  }

  /** Sends the batch; that part of the slab is never written again. */
  #flush(): void {
    if (this.#slabStart === this.#slabEnd) return;
    const bytes = this.#slab.subarray(this.#slabStart, this.#slabEnd);
    this.#slabStart = this.#slabEnd;
    this.#push(bytes);
  }

  #push(bytes: Uint8Array): void {
    if (this.#failure !== null) return;
    try {
      this.#stream.send(bytes);
    } catch (error) {
      this.#break(broken(this.peer, error));
    }
  }

  #drained(): Promise<void> {
    if (this.#drain === null) {
      const drain = Promise.withResolvers<void>();
      const cancel = this.#clock.after(STALL_DEADLINE_MS, () => this.abort(stalled(this.peer)));
      this.#drain = { ...drain, resolve: (value) => (cancel(), drain.resolve(value)) };
    }
    return this.#drain.promise;
  }

  #onDrain(): void {
    const drain = this.#drain;
    this.#drain = null;
    drain?.resolve();
  }

  #onBytes(event: StreamMessageEvent): void {
    try {
      if (event.data instanceof Uint8Array) this.#frames.push(event.data);
      else for (const chunk of event.data) this.#frames.push(chunk);
    } catch (error) {
      const failure = error instanceof Problem ? error : broken(this.peer, error);
      this.abort(failure);
      return;
    }
    this.#ended = this.#frames.ended;
    this.#pauseIfFull();
    this.#wakeReader?.();
  }

  #pauseIfFull(): void {
    const isFull = this.#messageBytes >= this.#options.inboxBytes || this.#frames.waiting;
    if (isFull && this.#stream.readStatus === 'readable' && !this.#resuming) this.#stream.pause();
  }

  #inbox(message: Uint8Array): void {
    this.#messages.push(message);
    this.#messageBytes += message.byteLength + MESSAGE_OVERHEAD_BYTES;
  }

  #taken(message: Uint8Array): void {
    this.#messageBytes -= message.byteLength + MESSAGE_OVERHEAD_BYTES;
    this.#nextMessage++;
    if (this.#nextMessage === this.#messages.length) {
      this.#messages = [];
      this.#nextMessage = 0;
    }
    if (this.#messageBytes > this.#options.inboxBytes / 4) return;
    try {
      if (this.#frames.waiting) this.#readOn();
      if (this.#frames.waiting || this.#stream.readStatus !== 'paused') return;
      // It hands over what it holds before it is resumed: a pause in between would be forgotten, and no end of data come.
      this.#resuming = true;
      this.#stream.resume();
      this.#resuming = false;
      this.#pauseIfFull();
    } catch (error) {
      if (error instanceof Problem) this.abort(error);
      else this.#break(broken(this.peer, error));
    }
  }

  /** Reads bytes that waited for room; throws a Problem if they are no messages. */
  #readOn(): void {
    this.#frames.resume();
    this.#ended = this.#frames.ended;
    if (this.#exhausted && !this.#frames.waiting && !this.#ended) this.#break(broken(this.peer));
  }

  /** Resolves when there may be something to read, or at the deadline. */
  async #arrival(): Promise<void> {
    const due = this.#frames.pending ? FRAME_DEADLINE_MS : SILENCE_DEADLINE_MS;
    const whole = this.#messages.length;
    const woken = Promise.withResolvers<void>();
    const cancel = this.#clock.after(due, () => this.abort(stalled(this.peer)));
    this.#wakeReader = () => {
      // Bytes that complete no message do not extend a slow peer's deadline, unless a message has just begun.
      if (
        this.#messages.length > whole ||
        this.#ended ||
        this.#failure !== null ||
        (due === SILENCE_DEADLINE_MS && this.#frames.pending)
      ) {
        woken.resolve();
      }
    };
    await woken.promise;
    this.#wakeReader = null;
    cancel();
  }

  #onEnd(): void {
    this.#exhausted = true;
    if (!this.#ended && !this.#frames.waiting) this.#break(broken(this.peer));
  }

  #onClose(event: StreamCloseEvent): void {
    // Closed gracefully while this end was paused: buffered data must still be read.
    const unread = event.error === undefined && (this.#stream.readBufferLength > 0 || this.#frames.waiting);
    if (this.#stream.readBufferLength === 0) this.#exhausted = true;
    if (!this.#ended && !unread) this.#break(broken(this.peer, event.error));
    else this.#onDrain();
  }

  #break(failure: Problem): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    this.#wakeReader?.();
    this.#onDrain();
  }
}

function broken(peer: string, cause?: unknown): Problem {
  return problem('channel-broken', { peer: peer.slice(-8) }, { cause });
}

function stalled(peer: string): Problem {
  return problem('channel-stalled', { peer: peer.slice(-8) });
}
