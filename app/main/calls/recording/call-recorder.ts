import type { CallRequest } from '../../../contract/index.ts';
import type * as contract from '../../../contract/index.ts';
import type { ProblemFields } from '../../kernel/errors.ts';
import type { Media } from '../media.ts';
import type { Participant } from '../participant.ts';
import { problem } from '../problems.ts';
import type { Room } from '../rooms.ts';
import type { Recording, RecordingEnd } from './recording.ts';
import type { Studio } from './studio.ts';

type Answer = Extract<CallRequest, { type: 'consent' }>;

export interface CallRecorderInit {
  readonly studio: Pick<Studio, 'begin'>;
  readonly media: Pick<Media, 'tap'>;
  readonly joined: () => readonly Participant[];
  /** Throws a Problem once the room is closed. */
  readonly room: () => Room;
  readonly person: (key: Uint8Array) => contract.Person;
  /** [CR3] Rejects with a Problem `consent-not-proved` unless the answer comes with a valid event. */
  readonly proved: (
    answer: Answer & { readonly room: Uint8Array; readonly author: Uint8Array },
  ) => Promise<void>;
  readonly onChange: () => void;
}

/** The recording of a call, as its participants ask for it and answer. */
export class CallRecorder {
  readonly #init: CallRecorderInit;
  /** The recording of which each participant was told. */
  readonly #asked = new WeakMap<Participant, string>();
  #recording: Recording | null = null;
  #by: Uint8Array | null = null;

  constructor(init: CallRecorderInit) {
    this.#init = init;
  }

  get recording(): Recording | null {
    return this.#recording;
  }

  /** [CR1] Throws a Problem. */
  record(by: Uint8Array, on: boolean): void {
    if (!on) {
      if (this.#recording === null) throw problem('not-recorded');
      return this.#recording.end({ reason: 'off', by, problem: null });
    }
    const { studio, media, joined, room: roomOf, onChange } = this.#init;
    const room = roomOf();
    if (room.rules.encrypted) throw problem('encrypted-room');
    if (this.#recording !== null) throw problem('recorded-already');
    if (joined().length === 0) throw problem('nobody-here');
    const recording: Recording = studio.begin({
      room: room.id,
      title: room.title,
      tap: (producer) => media.tap(producer),
      onChange,
      onEnded: (end) => this.#ended(recording, end),
    });
    this.#recording = recording;
    this.#by = by;
    this.follow();
    onChange();
  }

  /** [CR3] Rejects with a Problem. */
  async answer({ key }: Participant, answer: Answer): Promise<void> {
    if (this.#recording?.id !== answer.recording) throw problem('not-recorded');
    await this.#init.proved({ ...answer, room: this.#init.room().id, author: key });
    if (this.#recording?.id !== answer.recording) throw problem('not-recorded');
    this.#recording.answer(key, answer.given);
  }

  /** [CR2] [CR5] The participants, or what they send, may have changed. */
  follow(): void {
    const recording = this.#recording;
    if (recording === null) return;
    const joined = this.#init.joined();
    if (joined.length === 0) return recording.end({ reason: 'off', by: null, problem: null });
    for (const participant of joined) {
      if (this.#asked.get(participant) === recording.id) continue;
      this.#asked.set(participant, recording.id);
      if (recording.consentOf(participant.key) !== null) continue;
      participant.tell({
        type: 'consent-asked',
        by: this.#init.person(this.#by!),
        recording: recording.id,
      });
    }
    recording.follow(this.#init.joined);
  }

  /** The call must not be recorded any more. */
  refuse(why: ProblemFields): void {
    this.#recording?.end({ reason: 'failed', by: null, problem: why });
  }

  heard(levels: readonly { readonly from: Participant; readonly level: number }[]): void {
    this.#recording?.heard(levels);
  }

  said(person: Uint8Array, text: string): void {
    void this.#recording?.said(person, text);
  }

  #ended(recording: Recording, { reason, by, problem: why }: RecordingEnd): void {
    if (this.#recording !== recording) return;
    this.#recording = null;
    const { person, joined, onChange } = this.#init;
    for (const { tell } of joined()) {
      tell({ type: 'recording-ended', reason, by: by === null ? null : person(by), problem: why });
    }
    onChange();
  }
}
