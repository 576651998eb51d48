import { toHex } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import type { LogEvent, SealedEvent } from './event.ts';

/** [L7] The most early events that are deferred. */
const MAX_DEFERRED = 1000;

/** [L7] Events whose time is too far ahead; each is handed on when its time comes. */
export class DeferredEvents {
  readonly #clock: Clock;
  readonly #due: (event: SealedEvent) => void;
  readonly #waiting = new Set<string>();

  constructor(clock: Clock, due: (event: SealedEvent) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** Does nothing if the event waits already, or if too many do. */
  add(sealed: SealedEvent, { id, time }: LogEvent): void {
    const key = toHex(id);
    if (this.#waiting.has(key) || this.#waiting.size >= MAX_DEFERRED) return;
    this.#waiting.add(key);
    this.#clock.after(Math.max(0, msOf(time) - this.#clock.now()), () => {
      this.#waiting.delete(key);
      this.#due(sealed);
    });
  }
}
