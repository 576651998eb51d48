import type { Clock } from '../kernel/clock.ts';

/** The time span over which a rate is measured, in milliseconds. */
const WINDOW_MS = 5000;

/** Counts completed work and gives its rate over the last seconds. */
export class RateMeter {
  readonly #clock: Clock;
  readonly #points: { at: number; done: number }[];
  done = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#points = [{ at: clock.now(), done: 0 }];
  }

  add(count: number): void {
    this.done += count;
    const at = this.#clock.now();
    this.#points.push({ at, done: this.done });
    while (this.#points.length > 2 && this.#points[1]!.at <= at - WINDOW_MS) this.#points.shift();
  }

  /** The contract's Progress; `total` is an estimate, but never below the completed work. */
  progress(total: number): { done: number; total: number; perSecond: number; etaSeconds: number | null } {
    const first = this.#points[0]!;
    const seconds = (this.#clock.now() - first.at) / 1000;
    const perSecond = seconds > 0 ? (this.done - first.done) / seconds : 0;
    const whole = Math.max(total, this.done);
    return {
      done: this.done,
      total: whole,
      perSecond,
      etaSeconds: perSecond > 0 ? (whole - this.done) / perSecond : null,
    };
  }
}
