import { sleep, type Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { problemOf, Problem, type ProblemFields } from '../../kernel/errors.ts';
import type { SfuOptions, WorkerLoad } from '../../calls/ports.ts';
import { problem } from './problems.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

const FIRST_REST_MS = 250;
const LONGEST_REST_MS = 8_000;
/** A worker that lived so long starts again with the shortest rest. */
const HEALTHY_MS = 60_000;

/** The load of a worker; rooms count it up and down. */
export interface Tally {
  rooms: number;
  transports: number;
  producers: number;
  consumers: number;
}

/** A running worker. */
export interface Seat extends WorkerProcess {
  readonly tally: Tally;
  /** Calls `listener` when the worker ends, however it does. Returns a function that forgets it. */
  onGone(listener: () => void): () => void;
}

/** A place for a worker, by its number, which determines its port. */
interface Slot {
  seat: Seat | null;
  starting: Promise<Seat> | null;
  failures: number;
  restUntil: number;
  measured: { at: number; busyMs: number } | null;
}

/** The workers: started when a room needs them, at most as many as the options say, and replaced when they die. */
export class WorkerPool {
  readonly #options: () => SfuOptions;
  readonly #workerBin: () => string | null;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #slots: Slot[] = [];
  #stopped = false;
  #broken: ProblemFields | null = null;

  constructor(parts: {
    readonly options: () => SfuOptions;
    readonly workerBin: () => string | null;
    readonly logger: Logger;
    readonly clock: Clock;
  }) {
    this.#options = parts.options;
    this.#workerBin = parts.workerBin;
    this.#logger = parts.logger;
    this.#clock = parts.clock;
  }

  /** Why no worker can be had now; null if one runs or can be started. */
  trouble(): ProblemFields | null {
    if (this.#stopped) return problem.fields('sfu-stopped');
    if (this.#slots.some(({ seat }) => seat !== null)) return null;
    if (this.#workerBin() === null) return problem.fields('worker-missing');
    return this.#broken;
  }

  /**
   * The worker for a new room: one without rooms, else a new one while there may be more, else the least loaded.
   * Rejects with a Problem: `worker-missing`, `worker-broken`, `media-address`, `sfu-stopped`.
   */
  async take(): Promise<Seat> {
    const free = this.#seats().find(({ tally }) => tally.rooms === 0);
    if (free !== undefined) return free;
    const another = await this.#another(new Set()).catch((error: unknown) => {
      // Those that run serve more rooms rather than none.
      if (this.#leastLoaded(new Set()) === null) throw error;
      return null;
    });
    return another ?? this.#leastLoaded(new Set())!;
  }

  /** A worker other than `taken` that carries less than `consumers`, or null. */
  async relief(taken: ReadonlySet<Seat>, consumers: number): Promise<Seat | null> {
    const found = this.#leastLoaded(taken);
    if (found !== null && found.tally.consumers === 0) return found;
    const other = (await this.#another(taken).catch(() => null)) ?? found;
    return other !== null && other.tally.consumers < consumers ? other : null;
  }

  async loads(): Promise<WorkerLoad[]> {
    const measured = this.#slots.map(async (slot): Promise<WorkerLoad | null> => {
      const { seat } = slot;
      if (seat === null) return null;
      const usage = await seat.worker.getResourceUsage().catch(() => null);
      if (usage === null) return null;
      const at = this.#clock.now();
      const busyMs = usage.ru_utime + usage.ru_stime;
      const before = slot.measured ?? { at, busyMs };
      slot.measured = { at, busyMs };
      const cpu = at > before.at ? (busyMs - before.busyMs) / (at - before.at) : 0;
      return { pid: seat.worker.pid, cpu: Math.min(1, Math.max(0, cpu)), ...seat.tally };
    });
    return (await Promise.all(measured)).filter((load) => load !== null);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled(this.#slots.map(({ starting }) => starting));
    const ended = this.#seats().map(
      ({ worker }) =>
        new Promise<void>((done) => {
          worker.once('subprocessclose', () => done());
          worker.close();
        }),
    );
    await Promise.all(ended);
  }

  #seats(): Seat[] {
    return this.#slots.map(({ seat }) => seat).filter((seat) => seat !== null);
  }

  #leastLoaded(taken: ReadonlySet<Seat>): Seat | null {
    const weight = ({ tally }: Seat) => tally.consumers + tally.transports + tally.rooms;
    const open = this.#seats().filter((seat) => !taken.has(seat));
    return open.toSorted((a, b) => weight(a) - weight(b))[0] ?? null;
  }

  /** Starts another worker; null if there may be no more, or if it has to rest while others run. */
  async #another(taken: ReadonlySet<Seat>): Promise<Seat | null> {
    if (this.#stopped) throw problem('sfu-stopped');
    const starting = this.#slots.find((slot) => slot.starting !== null);
    if (starting?.starting) return starting.starting;
    while (this.#slots.length < Math.max(1, this.#options().workers)) {
      this.#slots.push({ seat: null, starting: null, failures: 0, restUntil: 0, measured: null });
    }
    const empty = this.#slots
      .slice(0, Math.max(1, this.#options().workers))
      .map((slot, number) => ({ slot, number }))
      .filter(({ slot }) => slot.seat === null)
      .toSorted((a, b) => a.slot.restUntil - b.slot.restUntil)[0];
    if (empty === undefined) return null;
    const rests = empty.slot.restUntil > this.#clock.now();
    if (rests && this.#leastLoaded(taken) !== null) return null;
    empty.slot.starting = this.#start(empty.slot, empty.number);
    try {
      return await empty.slot.starting;
    } finally {
      empty.slot.starting = null;
    }
  }

  async #start(slot: Slot, number: number): Promise<Seat> {
    const restMs = slot.restUntil - this.#clock.now();
    if (restMs > 0) await sleep(this.#clock, restMs);
    if (this.#stopped) throw problem('sfu-stopped');
    const bin = this.#workerBin();
    if (bin === null) throw problem('worker-missing');
    const { listen, port } = this.#options();
    try {
      const { createWorker, setLogEventListeners } = await import('./library.ts');
      listenTo(setLogEventListeners, this.#logger, this.#clock);
      const seat = this.#seated(
        slot,
        await startWorker(createWorker, bin, port === 0 ? 0 : port + number, listen, this.#logger),
      );
      this.#broken = null;
      return seat;
    } catch (error) {
      this.#broken =
        error instanceof Problem
          ? problemOf(error)
          : problem.fields('worker-broken', { reason: String(error) });
      this.#rest(slot);
      this.#logger.warn('media-worker-not-started', {
        code: this.#broken.code,
        message: this.#broken.message,
      });
      throw error;
    }
  }

  #seated(slot: Slot, { worker, server }: WorkerProcess): Seat {
    const startedAt = this.#clock.now();
    const listeners = new Set<() => void>();
    const seat: Seat = {
      worker,
      server,
      tally: { rooms: 0, transports: 0, producers: 0, consumers: 0 },
      onGone(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    slot.seat = seat;
    slot.measured = null;
    this.#logger.info('media-worker-started', { pid: worker.pid });
    worker.observer.once('close', () => {
      slot.seat = null;
      if (!this.#stopped) {
        if (this.#clock.now() - startedAt > HEALTHY_MS) slot.failures = 0;
        this.#rest(slot);
        this.#logger.error('media-worker-died', { pid: worker.pid, rooms: seat.tally.rooms });
      }
      for (const listener of listeners) listener();
    });
    return seat;
  }

  #rest(slot: Slot): void {
    slot.failures++;
    slot.restUntil = this.#clock.now() + Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (slot.failures - 1));
  }
}

const LINES_PER_MINUTE = 60;

/** Sends what mediasoup and its workers say to the log. Requests that a browser's input made fail are details. */
function listenTo(
  listen: typeof import('./library.ts').setLogEventListeners,
  logger: Logger,
  clock: Clock,
): void {
  let window = { from: 0, lines: 0 };
  const isHeard = () => {
    const now = clock.now();
    if (now - window.from > 60_000) window = { from: now, lines: 0 };
    return window.lines++ < LINES_PER_MINUTE;
  };
  const line = (from: string, text: string) => ({ from, text: text.slice(0, 400) });
  listen({
    onwarn(from, text) {
      if (!isHeard()) return;
      if (text.startsWith('request failed')) logger.debug('media-request-failed', line(from, text));
      else logger.warn('media-worker-warned', line(from, text));
    },
    onerror(from, text) {
      if (isHeard()) logger.error('media-worker-failed', line(from, text));
    },
  });
}
