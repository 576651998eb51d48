import type { CallEvent, CallSource } from '../../../contract/index.ts';
import { toHex } from '../../kernel/bytes.ts';
import { every, throttled, type Clock } from '../../kernel/clock.ts';
import { problemOf, type ProblemFields } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { kindOf } from '../media.ts';
import type { Participant, Sent } from '../participant.ts';
import type { SfuTap } from '../ports.ts';
import { problem } from '../problems.ts';
import type { Recorder, RecordingFolder } from '../recording-ports.ts';
import type { RecordingBook } from './book.ts';
import type { Details, RecordingState } from './details.ts';
import { SpeechNotes } from './speech.ts';
import { RecordedTrack } from './track.ts';

const SAVE_MS = 1000;
/** How often the space is measured; also how much of the end a crash may leave unknown. In milliseconds. */
export const MEASURE_MS = 5000;
/** [CR8] How long a track rests whose writer died, and after how many deaths in a row the recording ends. */
const AGAIN_MS = 1000;
const MAX_DEATHS = 5;
/** A writer that lived so long did not die of what it was started with. */
const HEALTHY_MS = 60_000;
const MAX_LINES = 20_000;

export type RecordingEnd = Omit<
  Extract<CallEvent, { type: 'recording-ended' }>,
  'type' | 'by' | 'problem'
> & {
  /** The key of who did it; null where nobody did. */
  readonly by: Uint8Array | null;
  readonly problem: ProblemFields | null;
};

export interface RecordingInit {
  readonly id: string;
  readonly room: Uint8Array;
  readonly title: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly recorder: Recorder;
  readonly folder: RecordingFolder;
  readonly book: RecordingBook;
  readonly tap: (producer: string) => Promise<SfuTap | null>;
  /** Whether this node's gate holds a line of chat back. */
  readonly hides: (text: string, author: Uint8Array) => Promise<boolean>;
  /** [CR13] How many bytes it may take, itself included. */
  readonly mayTakeBytes: () => number;
  /** Consents have changed. */
  readonly onChange: () => void;
  readonly onEnded: (end: RecordingEnd) => void;
}

/** [CR5] The recording of one call, from its begin to complete tracks. */
export class Recording {
  readonly id: string;
  readonly since: number;
  /** Resolves once all tracks are complete and the row says so. */
  readonly finished: Promise<void>;
  readonly #init: RecordingInit;
  readonly #consents = new Map<string, boolean>();
  readonly #details: Details = { tracks: [], spoke: [], lines: [] };
  readonly #speech = new SpeechNotes(this.#details.spoke);
  /** By the ids of their producers. */
  readonly #tracks = new Map<string, RecordedTrack>();
  readonly #unfit = new Set<string>();
  readonly #saveSoon: () => void;
  readonly #stopMeasuring: () => void;
  #participants: () => readonly Participant[] = () => [];
  #ready: Promise<void>;
  #deaths = 0;
  #files = 0;
  #bytes = 0;
  #isEnded = false;
  #finish: () => void = () => {};

  constructor(init: RecordingInit) {
    this.#init = init;
    this.id = init.id;
    this.since = init.clock.now();
    this.finished = new Promise((resolve) => (this.#finish = resolve));
    this.#saveSoon = throttled(init.clock, SAVE_MS, () => {
      if (!this.#isEnded) this.#save('recording');
    });
    this.#stopMeasuring = every(init.clock, MEASURE_MS, () => void this.#measure());
    this.#save('recording');
    this.#ready = init.folder.make(init.id);
    this.#ready.catch((error: unknown) => this.#failed(problemOf(error)));
  }

  /** [CR4] Null if they have not answered. */
  consentOf(person: Uint8Array): boolean | null {
    return this.#consents.get(toHex(person)) ?? null;
  }

  /** [CR5] [CR6] Counts a proved answer. */
  answer(person: Uint8Array, given: boolean): void {
    if (this.#isEnded) return;
    const before = this.consentOf(person);
    this.#consents.set(toHex(person), given);
    if (before === true && !given) return this.end({ reason: 'withdrawn', by: person, problem: null });
    this.follow(this.#participants);
    this.#init.onChange();
  }

  /** Records what the participants send now, as far as they agreed, and nothing else. */
  follow(participants: () => readonly Participant[]): void {
    this.#participants = participants;
    if (this.#isEnded) return;
    const wanted = new Map<string, { participant: Participant; source: CallSource; sent: Sent }>();
    for (const participant of participants()) {
      if (this.consentOf(participant.key) !== true) continue;
      for (const [source, sent] of participant.sends) {
        if (kindOf(source) === 'video' && sent.muted) continue;
        wanted.set(sent.producer.id, { participant, source, sent });
      }
    }
    for (const [id, track] of this.#tracks) {
      if (wanted.has(id)) continue;
      this.#tracks.delete(id);
      void track.end();
    }
    for (const [id, { participant, source }] of wanted) {
      if (!this.#tracks.has(id) && !this.#unfit.has(id)) this.#begin(id, participant, source);
    }
  }

  /** [CR11] */
  heard(levels: readonly { readonly from: Participant; readonly level: number }[]): void {
    const now = this.#nowMs();
    for (const { from, level } of levels) {
      if (this.consentOf(from.key) === true) this.#speech.heard(toHex(from.key), level, now);
    }
  }

  /** [CR5] */
  async said(person: Uint8Array, text: string): Promise<void> {
    if (this.consentOf(person) !== true || this.#details.lines.length >= MAX_LINES) return;
    const atMs = this.#nowMs();
    if (await this.#init.hides(text, person).catch(() => true)) return;
    if (this.#isEnded) return;
    this.#details.lines.push({ person: toHex(person), atMs, text });
    this.#saveSoon();
  }

  /** Ends it; no effect if it has ended. */
  end(end: RecordingEnd): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#stopMeasuring();
    const { logger, onEnded } = this.#init;
    logger.info('call-recording-ended', { reason: end.reason, code: end.problem?.code ?? null });
    void this.#complete(end).finally(this.#finish);
    onEnded(end);
  }

  #begin(id: string, participant: Participant, source: CallSource): void {
    const { recorder, clock, folder, tap } = this.#init;
    const kind = kindOf(source);
    const file = `${String(++this.#files).padStart(4, '0')}.${kind === 'audio' ? 'mka' : 'mkv'}`;
    const note = {
      file,
      person: toHex(participant.key),
      from: participant.id,
      source,
      fromMs: null,
      toMs: null,
    };
    const begunAt = clock.now();
    const track: RecordedTrack = new RecordedTrack({
      recorder,
      clock,
      note,
      path: folder.pathOf(this.id, file),
      startedAt: this.since,
      tap: () => this.#ready.then(() => tap(id)),
      onChange: () => {
        if (!this.#isEnded) this.#save('recording');
      },
      onFailed: (failure) => {
        if (this.#tracks.get(id) === track) this.#tracks.delete(id);
        if (failure === null) this.#unfit.add(id);
        else this.#died(failure, clock.now() - begunAt);
      },
    });
    this.#details.tracks.push(track.note);
    this.#tracks.set(id, track);
  }

  /** [CR8] */
  #died(failure: ProblemFields, livedMs: number): void {
    if (this.#isEnded) return;
    const { logger, clock } = this.#init;
    logger.warn('call-track-not-recorded', { code: failure.code });
    if (failure.code === 'recording-disk-full') return this.#failed(failure);
    this.#deaths = livedMs > HEALTHY_MS ? 1 : this.#deaths + 1;
    if (this.#deaths >= MAX_DEATHS) return this.#failed(failure);
    clock.after(AGAIN_MS, () => this.follow(this.#participants));
  }

  #failed(failure: ProblemFields): void {
    this.end({ reason: 'failed', by: null, problem: failure });
  }

  /** [CR7] [CR13] */
  async #measure(): Promise<void> {
    const { folder, mayTakeBytes } = this.#init;
    this.#bytes = await folder.bytesOf(this.id);
    if (this.#isEnded) return;
    if (this.#bytes > mayTakeBytes()) return this.#failed(problem.fields('recording-space'));
    this.#save('recording');
  }

  async #complete({ reason, by, problem: why }: RecordingEnd): Promise<void> {
    const { folder, clock } = this.#init;
    const endedAt = clock.now();
    await Promise.all([...this.#tracks.values()].map((track) => track.end()));
    this.#tracks.clear();
    if (reason === 'withdrawn' && by !== null) await this.#leaveOut(toHex(by));
    this.#bytes = await folder.bytesOf(this.id).catch(() => this.#bytes);
    const isEmpty = this.#details.tracks.every(({ fromMs }) => fromMs === null);
    this.#save(isEmpty ? 'empty' : 'composing', endedAt, why);
  }

  /** [CR6] */
  async #leaveOut(person: string): Promise<void> {
    const { tracks, spoke, lines } = this.#details;
    const files = tracks.filter((track) => track.person === person).map(({ file }) => file);
    await this.#init.folder.removeFiles(this.id, files);
    for (const list of [tracks, spoke, lines]) {
      const kept = list.filter((one) => one.person !== person);
      list.splice(0, list.length, ...(kept as never[]));
    }
  }

  #save(state: RecordingState, endedAt = this.#init.clock.now(), why: ProblemFields | null = null): void {
    const { book, id, room, title } = this.#init;
    book.put({
      id,
      room,
      title,
      startedAt: this.since,
      endedAt,
      state,
      bytes: this.#bytes,
      problem: why,
      details: this.#details,
    });
  }

  #nowMs(): number {
    return Math.max(0, this.#init.clock.now() - this.since);
  }
}
