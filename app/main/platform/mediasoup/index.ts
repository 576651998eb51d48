import type { ProblemFields } from '../../kernel/errors.ts';
import { systemClock, type Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Sfu, SfuOptions, SfuRoom, WorkerLoad } from '../../calls/ports.ts';
import { WorkerPool } from './pool.ts';
import { Room } from './room.ts';

export { findWorker } from './worker-path.ts';

/** A worker forwards some hundred tracks with one core. */
const CROWD = 400;

/**
 * The SFU of mediasoup. No process runs before the first room is opened.
 *
 * @param parts.options read when a worker starts.
 * @param parts.workerBin path of the worker, or null if there is none; asked before each start. See {@link findWorker}.
 * @param parts.crowd with so many consumers on its workers, a room spreads to another worker.
 */
export function createSfu(parts: {
  readonly options: () => SfuOptions;
  readonly logger: Logger;
  readonly workerBin: () => string | null;
  readonly clock?: Clock;
  readonly crowd?: number;
}): Sfu {
  return new MediasoupSfu({ clock: systemClock, crowd: CROWD, ...parts });
}

class MediasoupSfu implements Sfu {
  readonly #pool: WorkerPool;
  readonly #clock: Clock;
  readonly #crowd: number;
  readonly #rooms = new Set<Room>();

  constructor(parts: Required<Parameters<typeof createSfu>[0]>) {
    this.#pool = new WorkerPool(parts);
    this.#clock = parts.clock;
    this.#crowd = parts.crowd;
  }

  trouble(): ProblemFields | null {
    return this.#pool.trouble();
  }

  async open(): Promise<SfuRoom> {
    const room = await Room.create(this.#pool, this.#clock, this.#crowd);
    this.#rooms.add(room);
    room.onClosed(() => this.#rooms.delete(room));
    return room;
  }

  loads(): Promise<readonly WorkerLoad[]> {
    return this.#pool.loads();
  }

  async stop(): Promise<void> {
    for (const room of this.#rooms) room.close();
    await this.#pool.stop();
  }
}
