import type { MediaKind, Rtc, SfuConsumer, SfuProducer } from '../../calls/ports.ts';
import { problem } from './problems.ts';

/** A track of a participant without media. */
export class MemoryProducer implements SfuProducer {
  readonly id: string;
  readonly kind: MediaKind;
  /** The MIME type in lower case. */
  readonly codec: string;
  readonly layers: number;
  readonly consumers = new Set<MemoryConsumer>();
  readonly taps = new Set<{ flow(): void; end(): void }>();
  paused: boolean;
  readonly #ended: () => void;
  #closed = false;
  #score: number | null = null;
  #onScore: (score: number) => void = () => {};

  constructor(
    id: string,
    kind: MediaKind,
    parts: { codec: string; layers: number; paused: boolean; ended: () => void },
  ) {
    this.id = id;
    this.kind = kind;
    this.codec = parts.codec;
    this.layers = parts.layers;
    this.paused = parts.paused;
    this.#ended = parts.ended;
  }

  async pause(): Promise<void> {
    this.#demandOpen();
    this.paused = true;
  }

  async resume(): Promise<void> {
    this.#demandOpen();
    this.paused = false;
    for (const tap of this.taps) tap.flow();
  }

  onScore(listener: (score: number) => void): void {
    this.#onScore = listener;
  }

  score(score: number): void {
    if (score === this.#score) return;
    this.#score = score;
    this.#onScore(score);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ended();
    for (const consumer of this.consumers) consumer.end();
    for (const tap of this.taps) tap.end();
  }

  #demandOpen(): void {
    if (this.#closed) throw problem('producer-unknown');
  }
}

/** A track on its way to a browser without media. */
export class MemoryConsumer implements SfuConsumer {
  readonly id: string;
  readonly producer: string;
  readonly kind: MediaKind;
  readonly rtpParameters: Rtc;
  paused = true;
  /** The highest wanted layer; null if no limit was set, or the track has no layers. */
  layer: number | null = null;
  readonly #source: MemoryProducer;
  readonly #ended: () => void;
  #closed = false;
  #onEnded: () => void = () => {};

  constructor(
    id: string,
    source: MemoryProducer,
    parts: { mid: string; mimeType: string; payloadType: number; clockRate: number; ended: () => void },
  ) {
    this.id = id;
    this.producer = source.id;
    this.kind = source.kind;
    this.#source = source;
    this.#ended = parts.ended;
    source.consumers.add(this);
    const { mid, mimeType, payloadType, clockRate } = parts;
    this.rtpParameters = {
      mid,
      codecs: [
        {
          mimeType,
          payloadType,
          clockRate,
          ...(source.kind === 'audio' ? { channels: 2 } : {}),
          parameters: {},
          rtcpFeedback: [],
        },
      ],
      headerExtensions: [],
      encodings: [{ ssrc: 1_000 + Number(mid) }],
      rtcp: { cname: source.id, reducedSize: true },
    };
  }

  async pause(): Promise<void> {
    this.#demandOpen();
    this.paused = true;
  }

  async resume(): Promise<void> {
    this.#demandOpen();
    this.paused = false;
  }

  async prefer(spatialLayer: number): Promise<void> {
    this.#demandOpen();
    if (this.#source.layers > 1) this.layer = spatialLayer;
  }

  onEnded(listener: () => void): void {
    this.#onEnded = listener;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#source.consumers.delete(this);
    this.#ended();
  }

  /** Its producer or its connection ended. */
  end(): void {
    if (this.#closed) return;
    this.close();
    this.#onEnded();
  }

  #demandOpen(): void {
    if (this.#closed) throw problem('producer-unknown');
  }
}
