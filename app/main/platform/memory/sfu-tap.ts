import type { RtpFormat, SfuTap } from '../../calls/ports.ts';
import { problem } from './problems.ts';
import type { MemoryProducer } from './sfu-tracks.ts';

/** A copy of a track without packets: the first one comes as soon as the track is not muted. */
export class MemoryTap implements SfuTap {
  readonly format: RtpFormat;
  readonly #producer: MemoryProducer;
  #port: number | null = null;
  #hasFlowed = false;
  #closed = false;
  #onFirst: () => void = () => {};
  #onEnded: () => void = () => {};

  constructor(producer: MemoryProducer) {
    this.#producer = producer;
    const { kind, codec } = producer;
    const isSound = kind === 'audio';
    this.format = {
      kind,
      codec: codec.split('/')[1]!.toUpperCase(),
      payloadType: isSound ? 100 : 101,
      clockRate: isSound ? 48_000 : 90_000,
      channels: isSound ? 2 : null,
    };
    producer.taps.add(this);
  }

  async begin(port: number): Promise<void> {
    if (this.#closed) throw problem('sfu-closed');
    this.#port = port;
    this.flow();
  }

  onFirst(listener: () => void): void {
    this.#onFirst = listener;
  }

  onEnded(listener: () => void): void {
    this.#onEnded = listener;
  }

  /** Packets come, if somebody takes them and the track is not muted. */
  flow(): void {
    if (this.#port === null || this.#hasFlowed || this.#producer.paused) return;
    this.#hasFlowed = true;
    this.#onFirst();
  }

  close(): void {
    this.#closed = true;
    this.#producer.taps.delete(this);
  }

  /** Its producer ended. */
  end(): void {
    if (this.#closed) return;
    this.close();
    this.#onEnded();
  }
}
