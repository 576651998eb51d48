import type { Clock } from '../../kernel/clock.ts';

/** Timers that are cancelled together. */
export class Timers {
  readonly #clock: Clock;
  #cancels: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  after(ms: number, task: () => void): void {
    this.#cancels.push(this.#clock.after(ms, task));
  }

  rest(): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
  }
}
