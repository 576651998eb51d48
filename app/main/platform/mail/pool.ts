import { Worker } from 'node:worker_threads';
import type { MailParser } from '../../archive/ports.ts';
import type { MessageForm, OutlinedMessage, ParsedMessage } from '../../archive/adapter-ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Problem } from '../../kernel/errors.ts';
import type { ParseReply, ParseRequest, ParseResult, Work, WorkerStart } from './wire.ts';
import { problem } from './problems.ts';

interface MailParserPoolOptions {
  readonly clock: Clock;
  /** The number of worker threads; they start with the first batch. */
  readonly workers?: number;
  /** The time limit of one message. */
  readonly messageTimeoutMs?: number;
}

/** Messages per batch: enough to outweigh the transfer, few enough to distribute the work. */
const SHARE_MESSAGES = 64;
const SHARE_BYTES = 4 * 1024 * 1024;
const HEAP_MIB = 768;
/** The time limit for a thread to start and accept its batch. */
const START_TIMEOUT_MS = 30_000;
const NOT_TAKEN = -1;

interface Share {
  readonly work: Work;
  readonly messages: readonly Uint8Array[];
  readonly settle: (results: ParseResult[]) => void;
  readonly fail: (problem: Problem) => void;
  readonly signal: AbortSignal | undefined;
}

/** Parses mail in worker threads. A thread that hangs or dies is replaced and costs only one message. */
export class MailParserPool implements MailParser {
  readonly #options: Required<MailParserPoolOptions>;
  readonly #lanes: Lane[];
  readonly #waiting: Share[] = [];
  #closed = false;

  constructor(options: MailParserPoolOptions) {
    this.#options = {
      workers: 2,
      messageTimeoutMs: 5000,
      ...options,
    };
    this.#lanes = Array.from({ length: this.#options.workers }, () => new Lane(this.#options));
  }

  async outline(
    form: MessageForm,
    batch: readonly Uint8Array[],
    signal?: AbortSignal,
  ): Promise<OutlinedMessage[]> {
    const results = await this.#work({ kind: 'outline', form }, batch, signal);
    return results.map((result) => (result.ok && !('outline' in result) ? noOutline() : result));
  }

  async parse(
    form: MessageForm,
    batch: readonly Uint8Array[],
    signal?: AbortSignal,
  ): Promise<ParsedMessage[]> {
    const results = await this.#work({ kind: 'parse', form }, batch, signal);
    return results.map((result) => (result.ok && 'outline' in result ? noOutline() : result));
  }

  /** Stops the threads and rejects pending requests with a Problem. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#pump();
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
  }

  async #work(work: Work, batch: readonly Uint8Array[], signal?: AbortSignal): Promise<ParseResult[]> {
    signal?.throwIfAborted();
    const shares = sharesOf(batch).map(
      (messages) =>
        new Promise<ParseResult[]>((settle, fail) =>
          this.#waiting.push({ work, messages, settle, fail, signal }),
        ),
    );
    this.#pump();
    return (await orAborted(Promise.all(shares), signal)).flat();
  }

  #pump(): void {
    if (this.#closed) {
      for (const share of this.#waiting.splice(0)) share.fail(closedProblem());
      return;
    }
    for (const lane of this.#lanes) {
      if (lane.busy) continue;
      const share = this.#nextShare();
      if (share === undefined) return;
      void lane
        .run(share.work, share.messages)
        .then(share.settle, () => share.fail(closedProblem()))
        .then(() => this.#pump());
    }
  }

  /** The next batch that is still wanted. */
  #nextShare(): Share | undefined {
    for (let share = this.#waiting.shift(); share !== undefined; share = this.#waiting.shift()) {
      if (share.signal?.aborted !== true) return share;
      share.fail(closedProblem());
    }
    return undefined;
  }
}

/** One worker thread with its current batch. */
class Lane {
  busy = false;
  readonly #options: Required<MailParserPoolOptions>;
  readonly #finished = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | null = null;
  #stopped = false;
  #nextId = 1;
  #interrupt: (() => void) | null = null;

  constructor(options: Required<MailParserPoolOptions>) {
    this.#options = options;
  }

  async run(work: Work, messages: readonly Uint8Array[]): Promise<ParseResult[]> {
    this.busy = true;
    try {
      const results: ParseResult[] = [];
      while (results.length < messages.length) {
        const rest = messages.slice(results.length);
        const outcome = await this.#attempt(work, rest);
        if (this.#stopped) throw closedProblem();
        if (outcome.ok) {
          results.push(...outcome.results);
          continue;
        }
        // The messages before the one that failed are parsed again by the new thread, without it.
        if (outcome.finished > 0) {
          const before = await this.#attempt(work, rest.slice(0, outcome.finished));
          if (this.#stopped) throw closedProblem();
          if (!before.ok) {
            // A thread that fails on messages that it has parsed before is out of memory.
            results.push(...rest.slice(0, outcome.finished).map(() => broken(before.reason)));
          } else results.push(...before.results);
        }
        results.push(await this.#salvage(work, rest[outcome.finished], outcome.reason));
      }
      return results;
    } finally {
      this.busy = false;
    }
  }

  /** The text, as it came, of a mail that the thread could not read. */
  async #salvage(work: Work, bytes: Uint8Array | undefined, reason: string): Promise<ParseResult> {
    if (bytes === undefined || work.kind !== 'parse' || work.form.kind !== 'mail') return broken(reason);
    const raw = await this.#attempt({ kind: 'raw', reason }, [bytes]);
    if (this.#stopped) throw closedProblem();
    return (raw.ok ? raw.results[0] : undefined) ?? broken(reason);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#interrupt?.();
    await this.#drop();
  }

  /** One batch in the thread: its answers, or how many messages it finished and why it stopped. */
  async #attempt(work: Work, messages: readonly Uint8Array[]): Promise<Attempt> {
    const { clock, messageTimeoutMs } = this.#options;
    const worker = (this.#worker ??= this.#start());
    const id = this.#nextId++;
    Atomics.store(this.#finished, 0, NOT_TAKEN);
    const outcome = await new Promise<Attempt>((resolve) => {
      let seen = NOT_TAKEN;
      let waitedMs = 0;
      const give = (reason: string) =>
        // If all are parsed but no answer comes, the last one is the culprit.
        resolve({ ok: false, finished: clamp(Atomics.load(this.#finished, 0), messages.length - 1), reason });
      const watch = () => {
        const now = Atomics.load(this.#finished, 0);
        // The start of the thread does not count towards the message's time.
        waitedMs = now === seen ? waitedMs + messageTimeoutMs : 0;
        if (waitedMs >= (now === NOT_TAKEN ? START_TIMEOUT_MS : messageTimeoutMs)) {
          return give(problem.fields('took-too-long', { seconds: messageTimeoutMs / 1000 }).message);
        }
        seen = now;
        cancel = clock.after(messageTimeoutMs, watch);
      };
      let cancel = clock.after(messageTimeoutMs, watch);
      this.#interrupt = () => give('stopped');
      worker.removeAllListeners();
      worker.on('message', (reply: ParseReply) => {
        if (reply.id === id) resolve({ ok: true, results: reply.results });
      });
      worker.on('error', () => give(problem.fields('ended-parser').message));
      worker.on('exit', () => {
        if (this.#worker === worker) this.#worker = null;
        give(problem.fields('ended-parser').message);
      });
      const request = pack(id, work, messages);
      worker.postMessage(request, [request.bytes.buffer as ArrayBuffer]);
      worker.ref();
      // The timer ends with the promise; an idle thread must not keep the process alive.
      this.#unwatch = () => cancel();
    });
    this.#unwatch();
    this.#interrupt = null;
    worker.unref();
    if (!outcome.ok) await this.#drop();
    return outcome;
  }

  #unwatch: () => void = () => {};

  #start(): Worker {
    const workerData: WorkerStart = { finished: this.#finished };
    return new Worker(new URL('./parser.worker.ts', import.meta.url), {
      workerData,
      name: 'mail-parser',
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
  }

  async #drop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    worker?.removeAllListeners();
    // A terminating thread may still report an error that was already handled.
    worker?.on('error', () => {});
    await worker?.terminate();
  }
}

type Attempt =
  | { readonly ok: true; readonly results: ParseResult[] }
  | { readonly ok: false; readonly finished: number; readonly reason: string };

function clamp(count: number, most: number): number {
  return Math.max(0, Math.min(count, most));
}

/** Rejects as soon as the signal aborts; the result of the work is then ignored. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function sharesOf(batch: readonly Uint8Array[]): Uint8Array[][] {
  const shares: Uint8Array[][] = [];
  let current: Uint8Array[] = [];
  let sizeBytes = 0;
  for (const message of batch) {
    if (
      current.length >= SHARE_MESSAGES ||
      (current.length > 0 && sizeBytes + message.length > SHARE_BYTES)
    ) {
      shares.push(current);
      current = [];
      sizeBytes = 0;
    }
    current.push(message);
    sizeBytes += message.length;
  }
  if (current.length > 0) shares.push(current);
  return shares;
}

function pack(id: number, work: Work, messages: readonly Uint8Array[]): ParseRequest {
  const lengths = messages.map((message) => message.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const message of messages) {
    bytes.set(message, at);
    at += message.length;
  }
  return { id, work, bytes, lengths };
}

function broken(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}

/** An answer to other work than was asked for: it cannot be used. */
function noOutline(): { ok: false; reason: string } {
  return broken(problem.fields('ended-parser').message);
}

function closedProblem(): Problem {
  return problem('import-stopped');
}
