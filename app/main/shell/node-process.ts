import type { MessagePortMain, UtilityProcess } from 'electron';
import type { Clock } from '../kernel/clock.ts';
import { type ProblemFields, problemOf } from '../kernel/errors.ts';
import {
  type DesktopSettings,
  type NodeBrief,
  NodeToShell,
  type ShellToNode,
  STOP_DEADLINE_MS,
} from '../node/shell-messages.ts';
import { Backoff } from './backoff.ts';
import { problem } from './problems.ts';

/** Receives the events of the node process. */
interface NodeObserver {
  ready(): void;
  status(brief: NodeBrief): void;
  settings(settings: DesktopSettings): void;
  /** It ended unexpectedly and is started again after `delayMs`. */
  restarting(delayMs: number, crashes: number): void;
  /** It does not run and is not started again automatically; `detail` holds its last output, if any. */
  failed(problem: ProblemFields, detail: string): void;
}

interface Parts {
  readonly fork: () => UtilityProcess;
  /** The key for the keys on disk, or null; see `nodeKey`. */
  readonly unlock: () => Promise<Uint8Array | null>;
  readonly clock: Clock;
  readonly observer: NodeObserver;
}

interface Run {
  readonly child: UtilityProcess;
  readonly startedAt: number;
  readonly exited: Promise<void>;
  ready: boolean;
  fatal: ProblemFields | null;
  lastWords: string;
}

const LAST_WORDS_CHARACTERS = 2000;
/** How long a node may take to exit after it reported that it cannot run, in milliseconds. */
const FATAL_DEADLINE_MS = 3000;

/** Keeps the node process running: starts it, restarts it after a crash, and stops it gracefully. */
export class NodeProcess {
  readonly #parts: Parts;
  readonly #backoff = new Backoff();
  #run: Run | null = null;
  #cancelRestart: () => void = () => {};
  #stopping = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether the node serves clients now. */
  get ready(): boolean {
    return this.#run?.ready ?? false;
  }

  /** Forks the process and sends it its key. Failures go to the observer. */
  async start(): Promise<void> {
    const { fork, unlock, observer } = this.#parts;
    if (this.#run !== null || this.#stopping) return;
    let key: Uint8Array | null;
    try {
      key = await unlock();
      if (this.#run !== null || this.#stopping) return;
      this.#watch(fork());
    } catch (error) {
      observer.failed(problemOf(error), '');
      return;
    }
    this.#send({ kind: 'unlock', key });
  }

  /** Starts again at a person's request after a failure. */
  async retry(): Promise<void> {
    this.#cancelRestart();
    this.#backoff.reset();
    await this.start();
  }

  /** Sends one end of a channel to the node. Only while {@link ready}. */
  connect(port: MessagePortMain): void {
    this.#send({ kind: 'client' }, [port]);
  }

  suspend(): void {
    this.#send({ kind: 'suspend' });
  }

  resume(): void {
    this.#send({ kind: 'resume' });
  }

  /** Asks the node to drain and stop; kills its process after the deadline. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelRestart();
    const run = this.#run;
    if (run === null) return;
    this.#send({ kind: 'stop' });
    const cancel = this.#parts.clock.after(STOP_DEADLINE_MS, () => void run.child.kill());
    await run.exited;
    cancel();
  }

  #send(message: ShellToNode, transfer: MessagePortMain[] = []): void {
    this.#run?.child.postMessage(message, transfer);
  }

  #watch(child: UtilityProcess): void {
    const { promise: exited, resolve } = Promise.withResolvers<void>();
    const run: Run = {
      child,
      startedAt: this.#parts.clock.now(),
      exited,
      ready: false,
      fatal: null,
      lastWords: '',
    };
    this.#run = run;
    child.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      run.lastWords = (run.lastWords + chunk.toString('utf8')).slice(-LAST_WORDS_CHARACTERS);
    });
    child.on('message', (message: unknown) => this.#hear(run, message));
    child.on('error', (type, location) => {
      run.lastWords = `${run.lastWords}\n${type} at ${location}`.slice(-LAST_WORDS_CHARACTERS);
    });
    child.once('exit', (code) => {
      this.#run = null;
      resolve();
      if (!this.#stopping) this.#ended(run, code);
    });
  }

  #hear(run: Run, data: unknown): void {
    const { observer, clock } = this.#parts;
    const parsed = NodeToShell.safeParse(data);
    if (!parsed.success) return;
    const message = parsed.data;
    switch (message.kind) {
      case 'ready':
        run.ready = true;
        observer.ready();
        return;
      case 'status':
        observer.status(message);
        return;
      case 'settings':
        observer.settings(message);
        return;
      case 'fatal':
        run.fatal = { code: message.code, message: message.message, remedy: message.remedy };
        clock.after(FATAL_DEADLINE_MS, () => {
          if (this.#run === run) run.child.kill();
        });
        return;
    }
  }

  #ended(run: Run, code: number): void {
    const { observer, clock } = this.#parts;
    if (run.fatal !== null) {
      observer.failed(run.fatal, run.lastWords);
      return;
    }
    const restart = this.#backoff.crashed(clock.now() - run.startedAt);
    if (restart.kind === 'give-up') {
      observer.failed(
        problem.fields('node-crash-loop', { count: this.#backoff.crashes, exitCode: code }),
        run.lastWords,
      );
      return;
    }
    observer.restarting(restart.delayMs, this.#backoff.crashes);
    this.#cancelRestart = clock.after(restart.delayMs, () => void this.start());
  }
}
