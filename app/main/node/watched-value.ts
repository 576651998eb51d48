import type { Clock } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';

/** The least time between two changes sent to a listener, in milliseconds. */
const TELL_MS = 500;

/** A value that is computed when it is read, and sent to listeners when it may have changed. */
export class WatchedValue<T> {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #compute: () => T;
  readonly #listeners = new Set<(value: T) => void>();
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, logger: Logger, compute: () => T) {
    this.#clock = clock;
    this.#logger = logger;
    this.#compute = compute;
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  current = (): T => this.#compute();

  /** Listeners receive the value soon: at most one in {@link TELL_MS}. */
  changed = (): void => {
    if (this.#listeners.size > 0) this.#cancel ??= this.#clock.after(TELL_MS, () => this.tell());
  };

  /** Calls back with the value at once and after changes; returns how to stop. */
  watch = (listener: (value: T) => void): (() => void) => {
    this.#listeners.add(listener);
    listener(this.#compute());
    return () => this.#listeners.delete(listener);
  };

  /** Sends the value to listeners now. A value that cannot be computed is logged instead. */
  tell(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#listeners.size === 0) return;
    let value: T;
    try {
      value = this.#compute();
    } catch (error) {
      this.#logger.error('status-failed', { reason: problemOf(error).message });
      return;
    }
    for (const listener of this.#listeners) listener(value);
  }
}
