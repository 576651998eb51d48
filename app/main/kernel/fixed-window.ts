import type { Clock } from './clock.ts';

/** The most keys remembered; the least recently used are dropped first. */
const MAX_KEYS = 4096;

/** A fixed-window counter for each key: a number of uses within a period that starts with the first use. */
export class FixedWindows {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #limit: number;
  readonly #periodMs: number;
  readonly #used = new Map<string, { count: number; until: number }>();

  constructor(clock: Pick<Clock, 'now'>, limit: number, periodMs: number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#periodMs = periodMs;
  }

  /** Counts a use of `key`; false if none is left. */
  take(key: string): boolean {
    const now = this.#clock.now();
    const known = this.#used.get(key);
    const used = known !== undefined && known.until > now ? known : { count: 0, until: now + this.#periodMs };
    this.#used.delete(key);
    this.#used.set(key, used);
    if (this.#used.size > MAX_KEYS) {
      const oldest = this.#used.keys().next();
      if (!oldest.done) this.#used.delete(oldest.value);
    }
    if (used.count >= this.#limit) return false;
    used.count++;
    return true;
  }
}
