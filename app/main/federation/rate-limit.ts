import type { Clock } from '../kernel/clock.ts';

/** Keys remembered at most; those used longest ago go first. */
const MAX_KEYS = 4096;

/** Lets so many through within a period for each key, counted from the first of them. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #periodMs: number;
  readonly #used = new Map<string, { count: number; until: number }>();

  constructor(clock: Clock, limit: number, periodMs: number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#periodMs = periodMs;
  }

  /** Takes one for `key`; false when none is left. */
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
