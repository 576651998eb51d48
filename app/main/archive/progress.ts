/** The progress of a long task. Units are bytes while an archive is read, then messages. */
export interface ArchiveProgress {
  readonly phase: 'reading' | 'storing';
  readonly done: number;
  readonly total: number | null;
  readonly perSecond: number;
  /** Seconds left at the rate of the last few seconds, or null while that is unknown. */
  readonly etaSeconds: number | null;
}

const WINDOW_MS = 5000;

/** The rate of the last five seconds and the time left at that rate. */
export class ProgressMeter {
  readonly #phase: ArchiveProgress['phase'];
  readonly #total: number | null;
  readonly #samples: { at: number; done: number }[];

  /** @param now Milliseconds at the start of the phase. */
  constructor(phase: ArchiveProgress['phase'], total: number | null, now: number) {
    this.#phase = phase;
    this.#total = total;
    this.#samples = [{ at: now, done: 0 }];
  }

  at(done: number, now: number): ArchiveProgress {
    this.#samples.push({ at: now, done });
    while (this.#samples.length > 2 && (this.#samples[1]?.at ?? now) < now - WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0] ?? { at: now, done };
    const elapsedMs = now - first.at;
    const perSecond = elapsedMs > 0 ? Math.max(0, ((done - first.done) * 1000) / elapsedMs) : 0;
    const left = this.#total === null ? null : Math.max(0, this.#total - done);
    const etaSeconds =
      left === null || (perSecond === 0 && left > 0) ? null : left === 0 ? 0 : left / perSecond;
    return { phase: this.#phase, done, total: this.#total, perSecond, etaSeconds };
  }
}
