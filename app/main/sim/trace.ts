import { createHash } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';

const MAX_PROBLEMS = 20;

/** What happens in a world, in order, and what of it is not as it must be. */
export class Trace {
  readonly problems: string[] = [];
  readonly #time: Pick<Clock, 'now'>;
  readonly #trace = createHash('sha256');

  constructor(time: Pick<Clock, 'now'>) {
    this.#time = time;
  }

  note(what: string): void {
    this.#trace.update(`${this.#time.now()} ${what}\n`);
  }

  /** Something is not as it must be. */
  complain(what: string): void {
    this.note(`complaint ${what}`);
    if (this.problems.length < MAX_PROBLEMS && !this.problems.includes(what)) this.problems.push(what);
  }

  /** Hash over everything that was noted: the same seed gives the same one. To be asked once, at the end. */
  trace(): string {
    return this.#trace.digest('hex');
  }
}
