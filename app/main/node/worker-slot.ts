import { Worker } from 'node:worker_threads';
import type { Clock } from '../kernel/clock.ts';
import type { SharedFiles } from '../platform/onnx/files.ts';
import type { ClassifierStart } from './classifier-wire.ts';
import { problem } from './problems.ts';

/** Heap for a thread's caches and one batch, with a margin; models are stored outside the heap. */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 4 };
/** How long running work may take to end when a worker is stopped. */
const STOP_TIMEOUT_MS = 10_000;
/** Loading the models does not count towards the batch's time. */
const START_TIMEOUT_MS = 30_000;
/** The interval and the number of checks for a call into native code before its thread is ended. */
const LOOK_AGAIN_MS = 20;
const MOST_LOOKS = 1500;

interface LaneInit {
  readonly clock: Clock;
  /** The thread's module. */
  readonly script: URL;
  /** The folder of the models. */
  readonly folder: string;
  /** Files of the folder that the threads share, once they were read. */
  readonly shared?: () => SharedFiles;
  /** How long one question may take before the thread is replaced. */
  readonly timeoutMs: number;
  /** How long an idle thread is kept; forever if left out. */
  readonly idleMs?: number;
  /** Called when an idle thread is ended. */
  readonly onIdle?: () => void;
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
 * One worker thread, started with its first question. A thread that hangs, dies or fails is replaced, and its
 * question fails.
 */
export class WorkerSlot<Question, Answer extends Reply> {
  busy = false;
  readonly #init: LaneInit;
  #worker: Thread | null = null;
  readonly #ending = new Set<Promise<void>>();
  #answered = false;
  #nextId = 1;
  #interrupt: (() => void) | null = null;
  /** Settles when the current question is answered; null if there is none. */
  #ended: Promise<unknown> | null = null;
  #cancelIdle: () => void = () => {};

  constructor(init: LaneInit) {
    this.#init = init;
  }

  /** Whether its thread runs. */
  get isRunning(): boolean {
    return this.#worker !== null;
  }

  /** Asks the thread; one question at a time. */
  async ask(question: Question): Promise<Extract<Answer, { ok: true }>> {
    const { clock, timeoutMs, idleMs, onIdle } = this.#init;
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
    else if (idleMs !== undefined) {
      this.#cancelIdle = clock.after(idleMs, () => {
        this.#drop();
        onIdle?.();
      });
    }
    this.busy = false;
    if (!reply.ok) throw problem('judging-failed', { reason: reply.reason });
    this.#answered = true;
    return reply as Extract<Answer, { ok: true }>;
  }

  /** Waits for running work first: interrupting native code terminates the whole process. */
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

  /** Detaches the thread, which ends as soon as it may. */
  #drop(): void {
    if (this.#worker === null) return;
    const ending = this.#end(this.#worker).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    this.#worker = null;
  }

  /**
   * A thread ended inside a call into the model runtime would terminate the whole process, so such calls are
   * waited for; a call that never returns keeps its thread.
   */
  async #end({ thread, nativeCalls }: Thread): Promise<void> {
    // A thread that is ending may still report an error, which has been handled already.
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
