import type { Clock } from '../../kernel/clock.ts';

interface Task {
  readonly at: number;
  /** Tasks of one moment run in the order in which they were scheduled. */
  readonly turn: number;
  run: (() => void) | null;
}

/** A clock that advances only when told to and runs due tasks in a fixed order. */
export class VirtualClock implements Clock {
  #now: number;
  #turn = 0;
  /** A binary heap with the next task first. */
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

  /** Advances by `ms` milliseconds: runs due tasks, and lets all promises settle after each. */
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

/** After one turn of the event loop, promises that depend only on promises have settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The clock of one machine: the common time shifted by `offsetMs`. */
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

  /** Timers are monotonic, whatever the offset. */
  after(delayMs: number, task: () => void): () => void {
    if (!this.#running) return () => {};
    return this.#world.after(delayMs, () => {
      if (this.#running) task();
    });
  }

  /** Cancels all timers, as when the process that used this clock ends. */
  stop(): void {
    this.#running = false;
  }
}
