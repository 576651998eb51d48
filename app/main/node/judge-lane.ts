import { Worker } from 'node:worker_threads';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/errors.ts';
import type { JudgeStart } from './judge-wire.ts';

/** What a thread's caches and one batch need, with room; models lie outside the heap. */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 };
/** What runs has so long to end when a lane is stopped. */
const STOP_TIMEOUT_MS = 10_000;
/** Loading the models is not the batch's time. */
const START_TIMEOUT_MS = 30_000;

interface LaneInit {
  readonly clock: Clock;
  /** The thread's module. */
  readonly script: URL;
  readonly start: JudgeStart;
  /** How long one question may take before the thread is replaced. */
  readonly timeoutMs: number;
  /** How long the thread is kept without a question; for ever if left out. */
  readonly idleMs?: number;
}

/** A thread's answer, or why there is none. */
type Reply = { readonly id: number } & (
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string }
);

/**
 * One worker thread, started with its first question. A thread that hangs, dies or fails is replaced, and
 * what it was asked fails.
 */
export class JudgeLane<Question, Answer extends Reply> {
  busy = false;
  readonly #init: LaneInit;
  #worker: Worker | null = null;
  #answered = false;
  #nextId = 1;
  #interrupt: (() => void) | null = null;
  /** Settles when the question that is asked is answered; null while none is. */
  #ended: Promise<unknown> | null = null;
  #cancelIdle: () => void = () => {};

  constructor(init: LaneInit) {
    this.#init = init;
  }

  /** Asks the thread; one question at a time. */
  async ask(question: Question): Promise<Extract<Answer, { ok: true }>> {
    const { clock, timeoutMs, idleMs } = this.#init;
    this.busy = true;
    this.#cancelIdle();
    const worker = (this.#worker ??= this.#start());
    const { promise, resolve } = Promise.withResolvers<Reply>();
    this.#ended = promise;
    const id = this.#nextId++;
    const give = (reason: string) => resolve({ id, ok: false, reason });
    const cancel = clock.after(this.#answered ? timeoutMs : Math.max(timeoutMs, START_TIMEOUT_MS), () =>
      give('It took too long.'),
    );
    this.#interrupt = () => give('stopped');
    const onMessage = (reply: Reply) => {
      if (reply.id === id) resolve(reply);
    };
    const onError = (error: unknown) => give(error instanceof Error ? error.message : String(error));
    const onExit = () => give('The thread ended.');
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage({ ...question, id });
    worker.ref();
    const reply = await promise;
    cancel();
    this.#interrupt = null;
    this.#ended = null;
    worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    worker.unref();
    if (!reply.ok) await this.#drop();
    else if (idleMs !== undefined) this.#cancelIdle = clock.after(idleMs, () => void this.#drop());
    this.busy = false;
    if (!reply.ok)
      throw new Problem('judging-failed', `A message could not be judged: ${reply.reason}`, null);
    this.#answered = true;
    return reply as Extract<Answer, { ok: true }>;
  }

  /** Lets what runs come to its end first: machine code that is cut off takes the whole process with it. */
  async stop(): Promise<void> {
    this.#cancelIdle();
    if (this.#ended) {
      const cancel = this.#init.clock.after(STOP_TIMEOUT_MS, () => this.#interrupt?.());
      await this.#ended;
      cancel();
    }
    await this.#drop();
  }

  #start(): Worker {
    const { script, start } = this.#init;
    this.#answered = false;
    return new Worker(script, { workerData: start, name: 'judge', resourceLimits: HEAP });
  }

  async #drop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    // A thread that is ending may still report an error, which has been dealt with.
    worker?.on('error', () => {});
    await worker?.terminate();
  }
}
