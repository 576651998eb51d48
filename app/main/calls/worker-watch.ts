import type { Clock } from '../kernel/clock.ts';
import type { Sfu, WorkerLoad } from './ports.ts';

/** How long a measurement counts, in milliseconds: shares of a core over shorter times say nothing. */
const FRESH_MS = 2500;

/** The load of the workers, measured once for all calls that ask at about the same time. */
export class WorkerWatch {
  readonly #sfu: Pick<Sfu, 'loads'>;
  readonly #clock: Pick<Clock, 'now'>;
  #measuring: Promise<readonly WorkerLoad[]> | null = null;
  #measuredAt = -Infinity;
  #last: readonly WorkerLoad[] = [];

  constructor(sfu: Pick<Sfu, 'loads'>, clock: Pick<Clock, 'now'>) {
    this.#sfu = sfu;
    this.#clock = clock;
  }

  /** As last measured. */
  get last(): readonly WorkerLoad[] {
    return this.#last;
  }

  async loads(): Promise<readonly WorkerLoad[]> {
    if (this.#clock.now() - this.#measuredAt < FRESH_MS) return this.#measuring ?? this.#last;
    this.#measuredAt = this.#clock.now();
    this.#measuring = this.#sfu.loads();
    try {
      return (this.#last = await this.#measuring);
    } finally {
      this.#measuring = null;
    }
  }
}
