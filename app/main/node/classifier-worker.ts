import { Worker } from 'node:worker_threads';
import type { Clock } from '../kernel/clock.ts';
import type { SharedFiles } from '../platform/onnx/files.ts';
import type { ClassifierStart } from './classifier-wire.ts';
import { problem } from './problems.ts';

/** What a thread's caches and one batch need, with room; models lie outside the heap. */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 4 };
/** What runs has so long to end when a lane is stopped. */
const STOP_TIMEOUT_MS = 10_000;
/** Loading the models is not the batch's time. */
const START_TIMEOUT_MS = 30_000;
/** How often, and how many times, a call into machine code is waited for before its thread is ended. */
const LOOK_AGAIN_MS = 20;
const MOST_LOOKS = 1500;

interface LaneInit {
  readonly clock: Clock;
  /** The thread's module. */
  readonly script: URL;
  /** The folder of the models. */
  readonly folder: string;
  /** Files of the folder that threads share, once they were read. */
  readonly shared?: () => SharedFiles;
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

interface Thread {
  readonly thread: Worker;
  readonly nativeCalls: Int32Array;
}

/**
 * One worker thread, started with its first question. A thread that hangs, dies or fails is replaced, and
 * what it was asked fails.
 */
export class ClassifierWorker<Question, Answer extends Reply> {
  busy = false;
  readonly #init: LaneInit;
  #worker: Thread | null = null;
  readonly #ending = new Set<Promise<void>>();
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
    const { thread: worker } = (this.#worker ??= this.#start());
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
    if (!reply.ok) this.#drop();
    else if (idleMs !== undefined) this.#cancelIdle = clock.after(idleMs, () => this.#drop());
    this.busy = false;
    if (!reply.ok) throw problem('judging-failed', { reason: reply.reason });
    this.#answered = true;
    return reply as Extract<Answer, { ok: true }>;
  }

  /** Lets what runs come to its end first: machine code that is cut off takes the whole process with it. */
  async stop(): Promise<void> {
    this.#cancelIdle();
    if (this.#ended !== null) {
      const cancel = this.#init.clock.after(STOP_TIMEOUT_MS, () => this.#interrupt?.());
      await this.#ended;
      cancel();
    }
    this.#drop();
    await Promise.all(this.#ending);
  }

  #start(): Thread {
    const { script, folder, shared } = this.#init;
    this.#answered = false;
    const memory = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
    const start: ClassifierStart = { folder, nativeCalls: memory, shared: shared?.() ?? {} };
    const thread = new Worker(script, { workerData: start, name: 'judge', resourceLimits: HEAP });
    return { thread, nativeCalls: new Int32Array(memory) };
  }

  /** Parts with the thread, which ends as soon as it may. */
  #drop(): void {
    if (this.#worker === null) return;
    const ending = this.#end(this.#worker).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    this.#worker = null;
  }

  /**
   * Ended in the midst of a call into the runtime of the models, a thread would take the whole process
   * with it, so such calls are waited for; one that never comes back keeps its thread.
   */
  async #end({ thread, nativeCalls }: Thread): Promise<void> {
    // A thread that is ending may still report an error, which has been dealt with.
    thread.on('error', () => {});
    thread.ref();
    Atomics.store(nativeCalls, 1, 1);
    for (let looks = 0; Atomics.load(nativeCalls, 0) > 0; looks += 1) {
      if (looks === MOST_LOOKS) return thread.unref();
      await new Promise<void>((go) => void this.#init.clock.after(LOOK_AGAIN_MS, go));
    }
    await thread.terminate();
  }
}
