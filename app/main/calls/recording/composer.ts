import type { Clock } from '../../kernel/clock.ts';
import { problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Composition, Recorder, RecordingFolder } from '../recording-ports.ts';
import type { RecordingBook } from './book.ts';
import { FILE } from './details.ts';
import { planOf } from './plan.ts';

export interface ComposerInit {
  readonly recorder: Recorder;
  readonly folder: RecordingFolder;
  readonly book: RecordingBook;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: () => void;
}

/** [CR9] [CR10] Makes the files of recordings, one after the other. */
export class Composer {
  readonly #init: ComposerInit;
  readonly #waiting: string[] = [];
  #running: { readonly id: string; readonly work: Composition; share: number } | null = null;
  #turn: Promise<void> | null = null;
  #isStopped = false;

  constructor(init: ComposerInit) {
    this.#init = init;
  }

  /** Composes a recording when its turn comes. */
  add(id: string): void {
    if (this.#isStopped || this.#waiting.includes(id) || this.#running?.id === id) return;
    const row = this.#init.book.get(id);
    if (row === null) return;
    this.#init.book.put({ ...row, state: 'composing' });
    this.#waiting.push(id);
    this.#turn ??= this.#work().finally(() => (this.#turn = null));
  }

  /** How much is done, from 0 to 1; null if it is not being composed. */
  progress(id: string): number | null {
    if (this.#running?.id === id) return this.#running.share;
    return this.#waiting.includes(id) ? 0 : null;
  }

  /** Stops composing; the tracks are kept. */
  cancel(id: string): void {
    if (this.#running?.id === id) return this.#running.work.cancel();
    const at = this.#waiting.indexOf(id);
    if (at === -1) return;
    this.#waiting.splice(at, 1);
    this.#keep(id, null);
  }

  /** Ends the work at once; it is done again at the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waiting.length = 0;
    this.#running?.work.cancel();
    await this.#turn;
  }

  async #work(): Promise<void> {
    for (let id = this.#waiting[0]; id !== undefined; id = this.#waiting[0]) {
      await this.#compose(id).catch((error: unknown) => this.#keep(id, error));
      if (this.#waiting[0] === id) this.#waiting.shift();
      this.#running = null;
      if (!this.#isStopped) this.#init.onChange();
    }
  }

  async #compose(id: string): Promise<void> {
    const { recorder, folder, book, logger, onChange } = this.#init;
    const row = book.get(id);
    if (row === null || this.#isStopped) return;
    const lengthMs = (row.endedAt ?? row.startedAt) - row.startedAt;
    const plan = planOf({
      details: row.details,
      lengthMs,
      output: folder.pathOf(id, FILE),
      pathOf: (file) => folder.pathOf(id, file),
    });
    if (plan === null) {
      book.put({ ...row, state: 'empty' });
      return;
    }
    const work = recorder.compose(plan, (share) => {
      if (this.#running?.id === id) this.#running.share = share;
    });
    this.#running = { id, work, share: 0 };
    onChange();
    await work.done;
    await folder.removeFiles(
      id,
      row.details.tracks.map(({ file }) => file),
    );
    book.put({ ...row, state: 'ready', bytes: await folder.bytesOf(id) });
    logger.info('call-recording-composed', { lengthMs });
  }

  #keep(id: string, error: unknown): void {
    // A node that stops composes at its next start.
    if (this.#isStopped) return;
    const { book, logger } = this.#init;
    const row = book.get(id);
    if (row === null) return;
    const why = error === null ? null : problemOf(error);
    const isCancelled = why === null || why.code === 'composing-cancelled';
    if (!isCancelled) logger.warn('call-recording-not-composed', { code: why.code });
    book.put({ ...row, state: 'kept', problem: isCancelled ? row.problem : why });
  }
}
