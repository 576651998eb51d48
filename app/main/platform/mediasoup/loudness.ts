import type { types } from 'mediasoup';
import type { Clock } from '../../kernel/clock.ts';

const INTERVAL_MS = 200;
const MAX_SPEAKERS = 12;
/** In dBov; a level of 0. Quieter sound is background. */
const QUIETEST = -70;
/** Pauses between words are shorter. */
const SILENCE_MS = 2_000;

type Levels = readonly { readonly producer: string; readonly level: number }[];

/** Who is heard in a room, and who has the floor. */
export class Loudness {
  readonly #levels: types.AudioLevelObserver;
  readonly #floor: types.ActiveSpeakerObserver;
  readonly #clock: Clock;
  #onLevels: (levels: Levels) => void = () => {};
  #onSpeaker: (producer: string | null) => void = () => {};
  /** As it was announced. */
  #speaker: string | null = null;
  /** As mediasoup last said, which is silent about silence. */
  #dominant: string | null = null;
  #cancelSilence = () => {};

  static async create(router: types.Router, clock: Clock): Promise<Loudness> {
    const [levels, floor] = await Promise.all([
      router.createAudioLevelObserver({
        interval: INTERVAL_MS,
        threshold: QUIETEST,
        maxEntries: MAX_SPEAKERS,
      }),
      router.createActiveSpeakerObserver({ interval: 300 }),
    ]);
    return new Loudness(levels, floor, clock);
  }

  private constructor(levels: types.AudioLevelObserver, floor: types.ActiveSpeakerObserver, clock: Clock) {
    this.#levels = levels;
    this.#floor = floor;
    this.#clock = clock;
    levels.on('volumes', (volumes) => {
      this.#cancelSilence();
      const heard = volumes
        .map(({ producer, volume }) => ({ producer: producer.id, level: levelOf(volume) }))
        .toSorted((a, b) => b.level - a.level);
      this.#onLevels(heard);
      // After a silence the floor goes back to who had it, or to the loudest.
      if (this.#speaker !== null) return;
      const back = heard.find(({ producer }) => producer === this.#dominant) ?? heard[0];
      if (back !== undefined) this.#announce(back.producer);
    });
    levels.on('silence', () => {
      this.#onLevels([]);
      this.#cancelSilence();
      this.#cancelSilence = this.#clock.after(SILENCE_MS, () => this.#announce(null));
    });
    floor.on('dominantspeaker', ({ producer }) => {
      this.#dominant = producer.id;
      this.#announce(producer.id);
    });
  }

  onLevels(listener: (levels: Levels) => void): void {
    this.#onLevels = listener;
  }

  onSpeaker(listener: (producer: string | null) => void): void {
    this.#onSpeaker = listener;
  }

  async add(producerId: string): Promise<void> {
    await Promise.all([this.#levels.addProducer({ producerId }), this.#floor.addProducer({ producerId })]);
  }

  /** The producer ended; the observers forget it by themselves. */
  ended(producer: string): void {
    if (this.#dominant === producer) this.#dominant = null;
    if (this.#speaker === producer) this.#announce(null);
  }

  close(): void {
    this.#cancelSilence();
    this.#onLevels = () => {};
    this.#onSpeaker = () => {};
  }

  #announce(producer: string | null): void {
    if (this.#speaker === producer) return;
    this.#speaker = producer;
    this.#onSpeaker(producer);
  }
}

/** Loudness in decibels is how loud it seems: linear from the quietest to full scale. */
const levelOf = (volume: number) => Math.min(1, Math.max(0, (volume - QUIETEST) / -QUIETEST));
