import { Worker } from 'node:worker_threads';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/errors.ts';
import type { Judgement, Judges, ModelStatus } from '../moderation/index.ts';
import type { JudgeReply, JudgeRequest, JudgeStart } from './judge-wire.ts';

interface JudgePoolInit {
  readonly clock: Clock;
  /** The folder of the models. */
  readonly folder: string;
  /** Worker threads; they start with the first batch. */
  readonly workers?: number;
  /** How long a batch may take before its thread is replaced. */
  readonly batchTimeoutMs?: number;
}

/** What a thread's caches and one batch need, with room; models lie outside the heap. */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 };
/** What runs has so long to end when the pool is closed. */
const STOP_TIMEOUT_MS = 10_000;
/** Loading the models is not the batch's time. */
const START_TIMEOUT_MS = 30_000;

interface Ask {
  readonly texts: readonly string[];
  readonly settle: (reply: JudgeReply & { ok: true }) => void;
  readonly fail: (problem: Problem) => void;
}

/** Judges in worker threads; a thread that hangs or dies is replaced, and fails the batch it had. */
export class JudgePool implements Judges {
  readonly lanes: number;
  readonly #init: JudgePoolInit;
  readonly #lanes: Lane[];
  readonly #waiting: Ask[] = [];
  #closed = false;

  constructor(init: JudgePoolInit) {
    this.#init = init;
    this.lanes = init.workers ?? 2;
    this.#lanes = Array.from({ length: this.lanes }, () => new Lane(this.#init));
  }

  async judge(texts: readonly string[]): Promise<readonly Judgement[]> {
    return (await this.#ask(texts)).judgements;
  }

  async status(): Promise<readonly ModelStatus[]> {
    return (await this.#ask([])).statuses;
  }

  /** Stops the threads; what they were asked is answered with a Problem. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const ask of this.#waiting.splice(0)) ask.fail(closedProblem());
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
  }

  #ask(texts: readonly string[]): Promise<JudgeReply & { ok: true }> {
    return new Promise((settle, fail) => {
      this.#waiting.push({ texts, settle, fail });
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#closed) {
      for (const ask of this.#waiting.splice(0)) ask.fail(closedProblem());
      return;
    }
    for (const lane of this.#lanes) {
      if (lane.busy) continue;
      const ask = this.#waiting.shift();
      if (ask === undefined) return;
      void lane.run(ask).then(() => this.#pump());
    }
  }
}

/** One worker thread and what is asked of it. */
class Lane {
  busy = false;
  readonly #init: JudgePoolInit;
  #worker: Worker | null = null;
  #answered = false;
  #nextId = 1;
  #interrupt: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(init: JudgePoolInit) {
    this.#init = init;
  }

  run(ask: Ask): Promise<void> {
    this.busy = true;
    this.#running = this.#run(ask);
    return this.#running;
  }

  async #run({ texts, settle, fail }: Ask): Promise<void> {
    const worker = (this.#worker ??= this.#start());
    const { promise, resolve } = Promise.withResolvers<JudgeReply>();
    const id = this.#nextId++;
    const give = (reason: string) => resolve({ id, ok: false, reason });
    const limitMs = this.#answered ? (this.#init.batchTimeoutMs ?? 10_000) : START_TIMEOUT_MS;
    const cancel = this.#init.clock.after(limitMs, () => give('It took too long.'));
    this.#interrupt = () => give('stopped');
    const onMessage = (reply: JudgeReply) => {
      if (reply.id === id) resolve(reply);
    };
    const onError = (error: unknown) => give(error instanceof Error ? error.message : String(error));
    const onExit = () => give('The thread ended.');
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    const request: JudgeRequest = { id, texts };
    worker.postMessage(request);
    worker.ref();
    const reply = await promise;
    cancel();
    this.#interrupt = null;
    worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    worker.unref();
    if (reply.ok) {
      this.#answered = true;
      settle(reply);
    } else {
      await this.#drop();
      fail(new Problem('judging-failed', `A message could not be judged: ${reply.reason}`, null));
    }
    this.busy = false;
  }

  /** Lets what runs come to its end first: machine code that is cut off takes the whole process with it. */
  async stop(): Promise<void> {
    if (this.busy) {
      const cancel = this.#init.clock.after(STOP_TIMEOUT_MS, () => this.#interrupt?.());
      await this.#running;
      cancel();
    }
    await this.#drop();
  }

  #start(): Worker {
    const workerData: JudgeStart = { folder: this.#init.folder };
    this.#answered = false;
    return new Worker(new URL('./judge.worker.ts', import.meta.url), {
      workerData,
      name: 'judge',
      resourceLimits: HEAP,
    });
  }

  async #drop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    // A thread that is ending may still report an error, which has been dealt with.
    worker?.on('error', () => {});
    await worker?.terminate();
  }
}

function closedProblem(): Problem {
  return new Problem('judging-stopped', 'Judging was stopped.', 'Try again once the node runs.');
}
