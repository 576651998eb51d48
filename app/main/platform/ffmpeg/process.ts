import { spawn, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import type { ProblemFields } from '../../kernel/errors.ts';
import { problem } from './problems.ts';

/** The last part of what the program said, in characters. */
const MAX_SAID = 4000;
const MAX_REASON = 160;
/** A little below other programs: calls come first, and files are made even on a busy machine. */
const BACKGROUND = 4;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One run of ffmpeg. */
export class Ffmpeg {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #said = '';

  /** @param onLine called with each line of its log. */
  constructor(bin: string, args: readonly string[], onLine: (line: string) => void) {
    // It needs nothing of the environment, which may hold secrets.
    const { PATH: path = '', SystemRoot: systemRoot = '' } = process.env;
    this.#child = spawn(bin, ['-hide_banner', '-nostdin', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: path, ...(systemRoot === '' ? {} : { SystemRoot: systemRoot }) },
      windowsHide: true,
    });
    let rest = '';
    const hear = (part: string) => {
      this.#said = (this.#said + part).slice(-MAX_SAID);
      const lines = (rest + part).split(/[\r\n]+/);
      rest = (lines.pop() ?? '').slice(-MAX_SAID);
      for (const line of lines) onLine(line);
    };
    this.#child.stderr!.setEncoding('utf8').on('data', hear);
    this.#child.stdout!.setEncoding('utf8').on('data', hear);
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#said += `\n${error.message}`;
        resolve({ code: null, signal: null });
      });
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /** Lets other programs go first: calls do not wait for files. */
  yieldToOthers(): void {
    try {
      setPriority(this.#child.pid!, BACKGROUND);
    } catch {
      // It has ended, or the system does not allow it.
    }
  }

  /** Asks it to complete its file and end; kills it if it does not within `patienceMs`. */
  async finish(patienceMs: number): Promise<void> {
    this.#child.kill('SIGINT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Why it failed, by what it said last. */
  failure(otherwise: 'recorder-failed' | 'composing-failed'): ProblemFields {
    if (/No space left on device|Disk quota exceeded/i.test(this.#said)) {
      return problem.fields('recording-disk-full');
    }
    const lines = this.#said.split(/[\r\n]+/).filter((line) => line.trim() !== '');
    return problem.fields(otherwise, { reason: (lines.at(-1) ?? 'no reason given').slice(0, MAX_REASON) });
  }
}
