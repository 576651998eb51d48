import type { Timers } from '../../bridge/connection.ts';
import type { Quality } from './media-port.ts';

/** Heights that a host is asked for; tiles in between get the next larger one. */
const STEPS = [180, 360, 720, 1080] as const;
const FLUSH_MS = 150;

const limits: Readonly<Record<Quality, number>> = {
  auto: 1080,
  '360p': 360,
  '720p': 720,
  '1080p': 1080,
  audio: 0,
};

/** The height to ask for, given the height of a tile in pixels and the chosen quality. */
export function stepFor(height: number, quality: Quality): number {
  const most = limits[quality];
  if (height <= 0 || most === 0) return 0;
  const step = STEPS.find((candidate) => candidate >= height) ?? 1080;
  return Math.min(step, most);
}

/** Which height of each video track is wanted, and which of it the host was told. */
export class Preferences {
  readonly #timers: Timers;
  readonly #tell: (track: string, height: number) => void;
  readonly #wanted = new Map<string, number>();
  readonly #told = new Map<string, number | null>();
  #quality: Quality = 'auto';
  #cancel: (() => void) | null = null;

  constructor(timers: Timers, tell: (track: string, height: number) => void) {
    this.#timers = timers;
    this.#tell = tell;
  }

  /** A tile shows the track at this height, or no longer shows it. */
  want(track: string, height: number): void {
    if (height > 0) this.#wanted.set(track, height);
    else this.#wanted.delete(track);
    this.#soon();
  }

  limit(quality: Quality): void {
    this.#quality = quality;
    this.#soon();
  }

  /** The host sends the track from now on, so it can be told. */
  ready(track: string): void {
    this.#told.set(track, null);
    this.#soon();
  }

  forget(track: string): void {
    this.#told.delete(track);
    this.#wanted.delete(track);
  }

  /** The host knows no track any more; the tiles keep what they want. */
  clear(): void {
    this.#told.clear();
    this.#cancel?.();
    this.#cancel = null;
  }

  /** Tiles come and go in one go when the layout changes; only where they end up is told. */
  #soon(): void {
    this.#cancel ??= this.#timers.after(FLUSH_MS, () => {
      this.#cancel = null;
      for (const [track, told] of this.#told) {
        const height = stepFor(this.#wanted.get(track) ?? 0, this.#quality);
        if (height === told) continue;
        this.#told.set(track, height);
        this.#tell(track, height);
      }
    });
  }
}
