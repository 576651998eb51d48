import type { types } from 'mediasoup';
import type { MediaKind, Rtc, SfuConsumer, SfuProducer } from '../../calls/ports.ts';
import { plain } from './plain.ts';
import { refusing } from './refusal.ts';

/** A track that a participant sends. */
export class Producer implements SfuProducer {
  readonly #inner: types.Producer;

  constructor(inner: types.Producer) {
    this.#inner = inner;
  }

  get id(): string {
    return this.#inner.id;
  }

  get kind(): MediaKind {
    return this.#inner.kind;
  }

  pause(): Promise<void> {
    return refusing(() => this.#inner.pause());
  }

  resume(): Promise<void> {
    return refusing(() => this.#inner.resume());
  }

  onScore(listener: (score: number) => void): void {
    let last: number | null = null;
    this.#inner.on('score', (scores) => {
      // The best of the layers: a browser stops those for which it lacks bandwidth.
      const score = Math.max(0, ...scores.map((layer) => layer.score));
      if (score === last) return;
      last = score;
      listener(score);
    });
  }

  close(): void {
    this.#inner.close();
  }
}

/** A track on its way to a browser. */
export class Consumer implements SfuConsumer {
  readonly rtpParameters: Rtc;
  readonly #inner: types.Consumer;

  constructor(inner: types.Consumer) {
    this.#inner = inner;
    this.rtpParameters = plain(inner.rtpParameters);
  }

  get id(): string {
    return this.#inner.id;
  }

  get producer(): string {
    return this.#inner.producerId;
  }

  get kind(): MediaKind {
    return this.#inner.kind;
  }

  pause(): Promise<void> {
    return refusing(() => this.#inner.pause());
  }

  resume(): Promise<void> {
    return refusing(async () => {
      await this.#inner.resume();
      // A picture begins with a key frame; without it the tile stays black until the next one.
      if (this.#inner.kind === 'video') await this.#inner.requestKeyFrame();
    });
  }

  prefer(spatialLayer: number): Promise<void> {
    return refusing(async () => {
      if (this.#inner.type !== 'simulcast' && this.#inner.type !== 'svc') return;
      await this.#inner.setPreferredLayers({
        spatialLayer: Math.min(3, Math.max(0, Math.trunc(spatialLayer))),
      });
    });
  }

  onEnded(listener: () => void): void {
    this.#inner.on('producerclose', listener);
    this.#inner.on('transportclose', listener);
  }

  close(): void {
    this.#inner.close();
  }
}
