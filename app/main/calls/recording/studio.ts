import type * as contract from '../../../contract/index.ts';
import { equalBytes, fromHex, toBase64Url, toHex } from '../../kernel/bytes.ts';
import { cidOf } from '../../kernel/cid.ts';
import { every, type Clock, type Random } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Quota } from '../../kernel/quota.ts';
import { problem } from '../problems.ts';
import type { Recorder, RecordingFolder } from '../recording-ports.ts';
import type { RecordingBook } from './book.ts';
import { Composer } from './composer.ts';
import { FILE, type RecordingRow } from './details.ts';
import { MEASURE_MS, Recording, type RecordingInit } from './recording.ts';

const DAY_MS = 86_400_000;
/** How often old recordings are looked for, in milliseconds. */
const SWEEP_MS = 3_600_000;
/** A recording is not begun with less space, in bytes. */
const LEAST_BYTES = 5_000_000;

export interface StudioInit {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly recorder: Recorder;
  readonly folder: RecordingFolder;
  readonly book: RecordingBook;
  readonly quota: Quota;
  readonly settings: () => Pick<contract.Settings['calls'], 'recordingBytes' | 'recordingDays'>;
  readonly person: (key: Uint8Array) => contract.Person;
  readonly hides: RecordingInit['hides'];
  /** [CR12] Whether this node's person may see a recording. */
  readonly maySee: (recording: {
    readonly room: Uint8Array;
    readonly people: readonly Uint8Array[];
  }) => boolean;
}

type Begun = Pick<RecordingInit, 'room' | 'title' | 'tap' | 'onChange' | 'onEnded'>;

/** The recordings of a community on this node: those that run, and those that are kept. */
export class Studio {
  readonly #init: StudioInit;
  readonly #composer: Composer;
  readonly #running = new Set<Recording>();
  #stopSweeping = () => {};
  #isStopped = false;

  constructor(init: StudioInit) {
    this.#init = init;
    this.#composer = new Composer({ ...init, onChange: () => init.quota.filesChanged() });
  }

  /** [CR10] Finishes what a crash interrupted. */
  start(): void {
    const { book, clock, folder } = this.#init;
    const rows = book.list();
    for (const row of rows) {
      if (row.state === 'recording') this.#recover(row);
      if (row.state === 'recording' || row.state === 'composing') this.#composer.add(row.id);
    }
    const known = new Set(rows.map(({ id }) => id));
    void folder.list().then((ids) => {
      for (const id of ids) if (!known.has(id) && book.get(id) === null) void folder.remove(id);
    });
    this.#sweep();
    this.#stopSweeping = every(clock, SWEEP_MS, () => this.#sweep());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopSweeping();
    for (const recording of this.#running) recording.end({ reason: 'off', by: null, problem: null });
    await Promise.all([...this.#running].map(({ finished }) => finished));
    await this.#composer.stop();
  }

  /** [CR1] Throws a Problem if nothing can be recorded. */
  begin(begun: Begun): Recording {
    const { recorder, random } = this.#init;
    const trouble = recorder.trouble();
    if (trouble !== null) throw Problem.of(trouble);
    const id = toBase64Url(random.bytes(16));
    if (this.#leftBytes(id) < LEAST_BYTES) throw problem('recording-space');
    const recording: Recording = new Recording({
      ...this.#init,
      ...begun,
      id,
      mayTakeBytes: () => this.#leftBytes(id),
    });
    this.#running.add(recording);
    void recording.finished.then(() => {
      this.#running.delete(recording);
      this.#init.quota.filesChanged();
      if (!this.#isStopped && this.#init.book.get(id)?.state === 'composing') this.#composer.add(id);
    });
    return recording;
  }

  list(): contract.Recording[] {
    const { recordingDays } = this.#init.settings();
    return this.#seen().map(
      ({ id, room, title, startedAt, endedAt, bytes, state, problem: why, details }) => ({
        id,
        room: cidOf(room),
        title,
        startedAt,
        lengthMs: (endedAt ?? this.#init.clock.now()) - startedAt,
        bytes,
        state,
        progress: this.#composer.progress(id),
        problem: why,
        deletedAt: recordingDays === 0 || endedAt === null ? null : endedAt + recordingDays * DAY_MS,
        people: peopleIn(details).map(this.#init.person),
      }),
    );
  }

  /** Rejects with a Problem `recording-unknown`. */
  async index(id: string): Promise<contract.RecordingIndex> {
    const { state, details } = this.#mustSee(id);
    const { folder, person } = this.#init;
    const bytes = state === 'ready' ? await folder.bytesOf(id, FILE) : 0;
    const hasPicture = details.tracks.some(({ source }) => source === 'camera' || source === 'screen');
    return {
      file: bytes === 0 ? null : { bytes, type: hasPicture ? 'video/webm' : 'audio/webm' },
      participants: peopleIn(details).map((key) => {
        const hex = toHex(key);
        const isTheirs = (one: { readonly person: string }) => one.person === hex;
        return {
          person: person(key),
          tracks: details.tracks
            .filter(isTheirs)
            .flatMap(({ source, fromMs, toMs }) =>
              fromMs === null ? [] : [{ source, fromMs, toMs: toMs ?? fromMs }],
            ),
          spoke: details.spoke.filter(isTheirs).map(({ fromMs, toMs }) => ({ fromMs, toMs })),
        };
      }),
      lines: details.lines.map(({ person: hex, atMs, text }) => ({
        person: person(fromHex(hex)),
        atMs,
        text,
      })),
    };
  }

  /** A piece of the file; empty beyond its end. Rejects with a Problem `recording-unknown`. */
  async read(id: string, offset: number, length: number): Promise<Uint8Array> {
    if (this.#mustSee(id).state !== 'ready') throw problem('recording-unknown');
    return this.#init.folder.read(id, FILE, offset, length);
  }

  /** Throws a Problem `recording-unknown`. */
  compose(id: string, on: boolean): void {
    const { state } = this.#mustSee(id);
    if (on && state === 'kept') this.#composer.add(id);
    if (!on) this.#composer.cancel(id);
  }

  /** Rejects with a Problem `recording-unknown` or `recording-runs`. */
  async remove(id: string): Promise<void> {
    const { state } = this.#mustSee(id);
    if (state === 'recording' || this.#composer.progress(id) !== null) throw problem('recording-runs');
    await this.#drop(id);
  }

  async #drop(id: string): Promise<void> {
    const { book, folder, quota } = this.#init;
    book.remove(id);
    await folder.remove(id);
    quota.filesChanged();
  }

  #recover(row: RecordingRow): void {
    const endedAt = (row.endedAt ?? row.startedAt) + MEASURE_MS;
    const toMs = endedAt - row.startedAt;
    const tracks = row.details.tracks.map((track) => ({ ...track, toMs: track.toMs ?? toMs }));
    this.#init.book.put({ ...row, endedAt, state: 'composing', details: { ...row.details, tracks } });
  }

  /** [CR13] */
  #sweep(): void {
    const { book, clock, settings } = this.#init;
    const { recordingDays } = settings();
    if (recordingDays === 0) return;
    for (const { id, endedAt, state } of book.list()) {
      const isOver = state === 'ready' || state === 'kept' || state === 'empty';
      if (isOver && endedAt !== null && endedAt + recordingDays * DAY_MS <= clock.now()) void this.#drop(id);
    }
  }

  /** [CR13] What one recording may take, itself included. */
  #leftBytes(id: string): number {
    const { book, settings, quota } = this.#init;
    const own = book.get(id)?.bytes ?? 0;
    return Math.min(settings().recordingBytes - (book.bytes() - own), quota.leftBytes() + own);
  }

  #seen(): RecordingRow[] {
    const { book, maySee } = this.#init;
    return book.list().filter(({ room, details }) => maySee({ room, people: peopleIn(details) }));
  }

  /** Throws a Problem `recording-unknown`. */
  #mustSee(id: string): RecordingRow {
    const { book, maySee } = this.#init;
    const row = book.get(id);
    if (row === null || !maySee({ room: row.room, people: peopleIn(row.details) }))
      throw problem('recording-unknown');
    return row;
  }
}

/** The keys of those who are in a recording. */
function peopleIn({ tracks, lines }: RecordingRow['details']): Uint8Array[] {
  const recorded = tracks.filter(({ fromMs }) => fromMs !== null);
  return [...new Set([...recorded, ...lines].map(({ person }) => person))].map(fromHex);
}

/** Whether a key is among others. */
export const isAmong = (key: Uint8Array, others: readonly Uint8Array[]): boolean =>
  others.some((other) => equalBytes(other, key));
