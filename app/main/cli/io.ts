import { shownProblem } from '../../contract/foreign-text.ts';
import type { Progress } from '../../contract/common.ts';
import type { ProblemFields } from '../kernel/errors.ts';
import { exitCode } from './exit.ts';
import { problem } from './problems.ts';
import { duration, jsonText, plain } from './text.ts';

/** Where a command reads and writes: the process's streams, or a test's. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Whether errors go to a terminal, where a progress line can be overwritten. */
  readonly terminal: boolean;
  /** Whether what a command says goes to a terminal, and into no file. */
  readonly outTerminal?: boolean;
  /** All of standard input as text, or null when it is a terminal. */
  input(): Promise<string | null>;
  /** Standard input line by line; a line longer than the limit is null. */
  lines(maxLength: number): AsyncIterable<string | null>;
  /** Aborts when the person presses Ctrl-C. */
  readonly signal: AbortSignal;
}

const MAX_INPUT_BYTES = 1024 * 1024;

/**
 * The streams of this process. If its output fails for another reason than a reader that left, the process says so and
 * gets the exit code of a failure.
 */
export function processIo(): Io {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  let isTold = false;
  const failed = (error: NodeJS.ErrnoException) => {
    stopping.abort();
    // The reader closed the pipe, as `head` does after some lines.
    if (error.code === 'EPIPE' || isTold) return;
    isTold = true;
    // The command may have ended before: with a success that nobody saw, or with a failure.
    process.exitCode ||= exitCode.failure;
    printProblem(io, outputProblem(error), false);
  };
  for (const stream of [process.stdout, process.stderr]) stream.on('error', failed);
  const io: Io = {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(text),
    terminal: process.stderr.isTTY === true,
    outTerminal: process.stdout.isTTY === true,
    signal: stopping.signal,
    async input() {
      if (process.stdin.isTTY) return null;
      let text = '';
      process.stdin.setEncoding('utf8');
      for await (const part of process.stdin) {
        text += String(part);
        if (text.length > MAX_INPUT_BYTES) break;
      }
      return text;
    },
    lines: (maxLength) => linesOf(process.stdin.setEncoding('utf8'), maxLength),
  };
  return io;
}

/** The problem of a disk or a device that does not take the output. */
function outputProblem({ code, message }: NodeJS.ErrnoException): ProblemFields {
  if (code === 'ENOSPC' || code === 'EDQUOT') return problem.fields('output-full');
  return problem.fields('output-failed', { reason: message });
}

/** Splits text that arrives in chunks into lines; keeps no more of a line than the limit. */
export async function* linesOf(
  parts: AsyncIterable<unknown>,
  maxLength: number,
): AsyncGenerator<string | null> {
  let line = '';
  let tooLong = false;
  const end = () => {
    const whole = tooLong ? null : line;
    line = '';
    tooLong = false;
    return whole;
  };
  for await (const part of parts) {
    const tokens = String(part).split('\n');
    for (const [at, token] of tokens.entries()) {
      if (at > 0) yield end();
      if (line.length + token.length > maxLength) {
        line = '';
        tooLong = true;
      } else if (!tooLong) line += token;
    }
  }
  if (line !== '' || tooLong) yield end();
}

/** The output of a command: for a program, and for a person. */
export interface Answer {
  readonly json: unknown;
  readonly text: string;
}

export function print(io: Io, answer: Answer, json: boolean): void {
  if (json) io.out(jsonText(answer.json));
  else if (answer.text !== '') io.out(plain(answer.text));
}

export function printProblem(io: Io, problem: ProblemFields, json: boolean): void {
  if (json) return io.out(jsonText({ problem }));
  const { message, remedy } = shownProblem(problem);
  io.err(plain(`${message}\n${remedy === null ? '' : `${remedy}\n`}`));
}

/** Draws the progress of a long task on standard error: in place on a terminal, otherwise now and then. */
export class ProgressLine {
  readonly #io: Io;
  readonly #label: string;
  #lastStep = -1;
  #drawn = false;

  constructor(io: Io, label: string) {
    this.#io = io;
    this.#label = label;
  }

  show(progress: Progress): void {
    const text = this.#text(progress);
    if (this.#io.terminal) {
      this.#io.err(`\r\u001b[2K${text}`);
      this.#drawn = true;
      return;
    }
    const step = progress.total
      ? Math.floor((progress.done / progress.total) * 10)
      : Math.floor(progress.done / 10_000);
    if (step === this.#lastStep) return;
    this.#lastStep = step;
    this.#io.err(`${text}\n`);
  }

  end(): void {
    if (this.#drawn) this.#io.err('\n');
    this.#drawn = false;
  }

  #text({ done, total, perSecond, etaSeconds }: Progress): string {
    const count = total === null ? `${done}` : `${done} of ${total}`;
    const share = total ? ` (${Math.floor((100 * done) / total)} %)` : '';
    const rate = perSecond > 0 ? `, ${Math.round(perSecond)}/s` : '';
    const left = etaSeconds === null ? '' : `, ${duration(etaSeconds)} left`;
    return `${this.#label}: ${count}${share}${rate}${left}`;
  }
}
