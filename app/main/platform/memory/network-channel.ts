import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/errors.ts';
import { MAX_MESSAGE_BYTES, type Channel } from '../../log/transport.ts';
import { problem } from './problems.ts';

/** A writer waits while this many bytes are in transit or unread. */
const HIGH_BYTES = 512 * 1024;

type Parcel = { readonly message: Uint8Array } | 'end';

/** One end of a pipe between two nodes of a memory network. */
export class MemoryChannel implements Channel {
  readonly peer: string;
  readonly #clock: Clock;
  readonly #delayMs: () => number;
  readonly #carried: (bytes: number) => void;
  /** Called when a message was read or sent at this end. */
  onProgress: (() => void) | null = null;
  #other: MemoryChannel | null = null;

  /** Messages in transit from this end, in order. */
  readonly #underway: Parcel[] = [];
  /** Received messages that are still unread. */
  readonly #inbox: Parcel[] = [];
  #unreadBytes = 0;
  #closing = false;
  #failure: Problem | null = null;
  #wakeReader: (() => void) | null = null;
  #wakeWriters: (() => void)[] = [];

  private constructor(peer: string, clock: Clock, delayMs: () => number, carried: (bytes: number) => void) {
    this.peer = peer;
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#carried = carried;
  }

  /**
   * The two ends of a new pipe; `carried` is called for every sent message, with the name of the sending end.
   */
  static pair(
    names: readonly [string, string],
    clock: Clock,
    delayMs: (from: string, to: string) => number,
    carried: (from: string, bytes: number) => void,
  ): [MemoryChannel, MemoryChannel] {
    const [a, b] = names;
    const first = new MemoryChannel(
      b,
      clock,
      () => delayMs(a, b),
      (bytes) => carried(a, bytes),
    );
    const second = new MemoryChannel(
      a,
      clock,
      () => delayMs(b, a),
      (bytes) => carried(b, bytes),
    );
    first.#other = second;
    second.#other = first;
    return [first, second];
  }

  async send(message: Uint8Array): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closing) throw problem('channel-closed');
    if (message.byteLength > MAX_MESSAGE_BYTES) {
      const tooLarge = problem('message-too-large', { bytes: message.byteLength });
      this.abort(tooLarge);
      throw tooLarge;
    }
    const other = this.#other;
    if (other === null) return;
    // A copy, since the sender may reuse its buffer.
    this.#dispatch({ message: message.slice() });
    other.#unreadBytes += message.byteLength;
    this.#carried(message.byteLength);
    while (this.#failure === null && other.#unreadBytes > HIGH_BYTES) {
      await new Promise<void>((resolve) => this.#wakeWriters.push(resolve));
    }
    if (this.#failure !== null) throw this.#failure;
    this.onProgress?.();
  }

  async *receive(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const parcel = this.#inbox[0];
      if (parcel === 'end') return;
      if (parcel !== undefined) {
        this.#inbox.shift();
        this.#unreadBytes -= parcel.message.byteLength;
        if (this.#unreadBytes <= HIGH_BYTES && this.#other !== null) this.#other.#releaseWriters();
        this.onProgress?.();
        yield parcel.message;
      } else if (this.#failure !== null) {
        throw this.#failure;
      } else {
        await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      }
    }
  }

  async close(): Promise<void> {
    if (this.#closing || this.#failure !== null) return;
    this.#closing = true;
    this.#dispatch('end');
  }

  abort(reason: Error): void {
    if (this.#failure !== null) return;
    this.break(reason instanceof Problem ? reason : problem('channel-aborted', { reason: reason.message }));
    this.#clock.after(this.#delayMs(), () => this.#other?.break());
  }

  /** Breaks the pipe: received messages can still be read, but nothing more is sent or received. */
  break(failure = problem('channel-broken')): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    this.#underway.length = 0;
    this.#wakeReader?.();
    this.#releaseWriters();
  }

  /** Whether both ends are closed or broken. */
  get over(): boolean {
    return this.#failure !== null || (this.#closing && (this.#other === null || this.#other.#closing));
  }

  /** Parcels arrive in order, whatever the delay of each. */
  #dispatch(parcel: Parcel): void {
    this.#underway.push(parcel);
    this.#clock.after(this.#delayMs(), () => {
      const next = this.#underway.shift();
      if (next !== undefined && this.#other !== null) this.#other.#accept(next);
    });
  }

  #accept(parcel: Parcel): void {
    if (this.#failure !== null) return;
    this.#inbox.push(parcel);
    this.#wakeReader?.();
  }

  #releaseWriters(): void {
    const writers = this.#wakeWriters;
    this.#wakeWriters = [];
    for (const wake of writers) wake();
  }
}
