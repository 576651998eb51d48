import type { Clock } from '../kernel/clock.ts';

/** A clock for tests that advances only when told to. */
export class ManualClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #tasks = new Set<{ at: number; task: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, task: () => void): () => void {
    const entry = { at: this.#now + delayMs, task };
    this.#tasks.add(entry);
    return () => void this.#tasks.delete(entry);
  }

  /** Advances by `byMs` and runs the due timers in order. */
  pass(byMs: number): void {
    const until = this.#now + byMs;
    for (;;) {
      const [next] = [...this.#tasks].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#tasks.delete(next);
      this.#now = next.at;
      next.task();
    }
    this.#now = until;
  }
}
