import { createHash } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';

const MAX_PROBLEMS = 20;

/** The events of a world, in order, and its failures. */
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

  /** Records a failure. */
  complain(what: string): void {
    this.note(`complaint ${what}`);
    if (this.problems.length < MAX_PROBLEMS && !this.problems.includes(what)) this.problems.push(what);
  }

  /** Hash over everything recorded: the same seed gives the same hash. To be called once, at the end. */
  trace(): string {
    return this.#trace.digest('hex');
  }
}
