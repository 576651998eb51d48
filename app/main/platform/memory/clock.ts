import type { Clock } from '../../kernel/clock.ts';

interface Task {
  readonly at: number;
  /** Tasks of one moment run in the order in which they were set. */
  readonly turn: number;
  run: (() => void) | null;
}

/** Time that passes only when told to; what is due runs in a fixed order. */
export class VirtualClock implements Clock {
  #now: number;
  #turn = 0;
  /** A binary heap, the next task first. */
  readonly #tasks: Task[] = [];

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const task: Task = { at: this.#now + Math.max(0, delayMs), turn: this.#turn++, run };
    this.#push(task);
    return () => {
      task.run = null;
    };
  }

  /** Lets `ms` milliseconds pass: runs what falls due, and lets all promises settle after each task. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (let next = this.#tasks[0]; next !== undefined && next.at <= until; next = this.#tasks[0]) {
      this.#pop();
      if (next.run === null) continue;
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settled();
    }
    this.#now = until;
  }

  #push(task: Task): void {
    const tasks = this.#tasks;
    let at = tasks.push(task) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!comesBefore(task, tasks[parent]!)) break;
      tasks[at] = tasks[parent]!;
      at = parent;
    }
    tasks[at] = task;
  }

  #pop(): void {
    const tasks = this.#tasks;
    const last = tasks.pop()!;
    if (tasks.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= tasks.length) break;
      if (child + 1 < tasks.length && comesBefore(tasks[child + 1]!, tasks[child]!)) child++;
      if (!comesBefore(tasks[child]!, last)) break;
      tasks[at] = tasks[child]!;
      at = child;
    }
    tasks[at] = last;
  }
}

function comesBefore(a: Task, b: Task): boolean {
  return a.at < b.at || (a.at === b.at && a.turn < b.turn);
}

/** Every promise that needs nothing but other promises has settled once the loop comes round. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** One machine's own clock: the same time as everybody's, put forward or back by `offsetMs`. */
export class MachineClock implements Clock {
  offsetMs = 0;
  readonly #world: Clock;
  #running = true;

  constructor(world: Clock) {
    this.#world = world;
  }

  now(): number {
    return this.#world.now() + this.offsetMs;
  }

  /** Waits are counted steadily, whatever the hands of the clock show. */
  after(delayMs: number, task: () => void): () => void {
    if (!this.#running) return () => {};
    return this.#world.after(delayMs, () => {
      if (this.#running) task();
    });
  }

  /** The process that used this clock is gone: nothing it waited for happens. */
  stop(): void {
    this.#running = false;
  }
}
