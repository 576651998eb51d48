import type { Clock } from '../../kernel/clock.ts';
import { problemOf, type ProblemFields } from '../../kernel/errors.ts';
import type { SfuTap } from '../ports.ts';
import type { Recorder, TrackWriter } from '../recording-ports.ts';
import type { TrackNote } from './details.ts';

export interface RecordedTrackInit {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly note: TrackNote;
  readonly path: string;
  readonly startedAt: number;
  readonly tap: () => Promise<SfuTap | null>;
  /** The first packet came, or the track ended. */
  readonly onChange: () => void;
  /** The track cannot be written; null if no recorder understands its codec. */
  readonly onFailed: (problem: ProblemFields | null) => void;
}

/** [CR8] One track on its way into a file. */
export class RecordedTrack {
  readonly note: TrackNote;
  readonly #init: RecordedTrackInit;
  readonly #started: Promise<void>;
  #tap: SfuTap | null = null;
  #writer: TrackWriter | null = null;
  #ending: Promise<void> | null = null;

  constructor(init: RecordedTrackInit) {
    this.#init = init;
    this.note = init.note;
    this.#started = this.#start().catch((error: unknown) => this.#fail(problemOf(error)));
  }

  /** Resolves once the file is complete. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #start(): Promise<void> {
    const { recorder, path, tap } = this.#init;
    this.#tap = await tap();
    if (this.#tap === null) return this.#fail(null);
    if (this.#ending) return;
    this.#tap.onFirst(() => {
      this.note.fromMs ??= this.#nowMs();
      this.#init.onChange();
    });
    this.#tap.onEnded(() => void this.end());
    this.#writer = await recorder.write(this.#tap.format, path);
    if (this.#ending) return;
    this.#writer.onFailed((problem) => this.#fail(problem));
    await this.#tap.begin(this.#writer.port);
  }

  async #end(): Promise<void> {
    this.note.toMs = this.#nowMs();
    this.#tap?.close();
    await this.#started;
    this.#tap?.close();
    await this.#writer?.end().catch(() => {});
    this.#init.onChange();
  }

  #fail(problem: ProblemFields | null): void {
    if (this.#ending) return;
    this.#ending = Promise.resolve();
    this.note.toMs = this.#nowMs();
    this.#tap?.close();
    void this.#writer?.end().catch(() => {});
    this.#init.onFailed(problem);
  }

  #nowMs(): number {
    return Math.max(0, this.#init.clock.now() - this.#init.startedAt);
  }
}
