import type { CallEvent, CallReply, CallRequest, IceServer } from '../../contract/index.ts';
import type * as contract from '../../contract/index.ts';
import { equalBytes, toBase64Url } from '../kernel/bytes.ts';
import { throttled, type Clock, type Random } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Role } from '../kernel/roles.ts';
import {
  admits,
  MAX_WAITING,
  mayActOn,
  moderates,
  mustWait,
  refusalOf,
  rightsOf,
  type Visitor,
} from './access.ts';
import { Media } from './media.ts';
import { MediaRequests } from './media-requests.ts';
import { Participant } from './participant.ts';
import { stateOf } from './call-state.ts';
import type { Rtc, Sfu } from './ports.ts';
import { problem } from './problems.ts';
import { CallRecorder, type CallRecorderInit } from './recording/call-recorder.ts';
import type { Room } from './rooms.ts';
import { successorsOf } from './succession.ts';

/** [CA6] How long a token is valid, in milliseconds. */
const TOKEN_MS = 60_000;
/** How long changes are collected before they are told, in milliseconds. */
const TELL_AFTER_MS = 100;
/** [CA12] */
const LOST_MS = 30_000;

type Ended = Extract<CallEvent, { type: 'ended' }>;
type Of<Type extends CallRequest['type']> = Extract<CallRequest, { type: Type }>;

export interface CallInit extends Pick<CallRecorderInit, 'studio' | 'proved'> {
  readonly sfu: Pick<Sfu, 'open'>;
  /** The load of the workers, measured lately. */
  readonly loads: Sfu['loads'];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The room as the log defines it now; null once it is closed. */
  readonly room: () => Room | null;
  /** The key of this node's person. */
  readonly me: Uint8Array;
  /** The key of the person who opened the room. */
  readonly host: Uint8Array;
  readonly roleOf: (person: Uint8Array) => Role | null;
  readonly person: (key: Uint8Array) => contract.Person;
  /** The relays that a participant may use. */
  readonly relays: (
    participant: string,
  ) => Promise<{ readonly iceServers: IceServer[]; readonly relayOnly: boolean }>;
  /** Participants came or left. */
  readonly onChange: () => void;
  /** The last one left. */
  readonly onEmpty: () => void;
}

/** Somebody who asks to enter. */
export interface Guest {
  /** The key of the person. */
  readonly key: Uint8Array;
  /** [CA18] Whether their node takes over if the host goes away. */
  readonly canHost: boolean;
  /** [CA19] */
  readonly isSynthetic?: boolean;
  readonly tell: (event: CallEvent) => void;
}

/** A participant's way into a call. */
export interface Seat {
  /** Rejects with a Problem if the host refuses. */
  ask(request: CallRequest): Promise<CallReply>;
  leave(): void;
}

/** A call as its host runs it. The rules are in SPEC.md. */
export class Call {
  readonly #init: CallInit;
  readonly #media: Media;
  readonly #requests: MediaRequests;
  readonly #recorder: CallRecorder;
  readonly #participants = new Map<string, Participant>();
  readonly #tellSoon: () => void;
  #isLocked = false;

  constructor(init: CallInit) {
    this.#init = init;
    this.#tellSoon = throttled(init.clock, TELL_AFTER_MS, () => this.#tellState());
    this.#media = new Media({
      ...init,
      connected: () => this.#all.filter(({ connections }) => connections !== null),
      audioOnly: () => init.room()?.rules.audioOnly === true,
      onLevels: (levels) => {
        this.#recorder.heard(levels);
        this.#tellJoined({
          type: 'levels',
          levels: levels.map(({ from, level }) => ({ from: from.id, level })),
        });
      },
      onSpeaker: (from) => this.#tellJoined({ type: 'speaker', from: from?.id ?? null }),
      onQuality: () => this.#tellSoon(),
      onLost: (capabilities) => this.#again(capabilities),
      onDisconnected: (participant, isLost) => this.#disconnected(participant, isLost),
    });
    this.#requests = new MediaRequests({
      ...init,
      media: this.#media,
      rightsOf: ({ key }) => rightsOf(this.#room, this.#visitor(key), init.host),
      onJoined: () => this.#changed(),
      onChange: () => {
        this.#recorder.follow();
        this.#tellSoon();
      },
    });
    this.#recorder = new CallRecorder({
      ...init,
      media: this.#media,
      joined: () => this.#joined,
      room: () => this.#room,
      onChange: this.#tellSoon,
    });
  }

  /** The keys of those who have joined. */
  get people(): Uint8Array[] {
    return this.#joined.map(({ key }) => key);
  }

  /** [CA18] Whose nodes take over, the first one first. */
  get successors(): Uint8Array[] {
    const able = this.#joined.filter(({ canHost }) => canHost);
    return successorsOf(able, this.#init);
  }

  get isEmpty(): boolean {
    return this.#participants.size === 0;
  }

  /** The tracks that participants send. */
  get producers(): number {
    return this.#all.reduce((sum, { sends }) => sum + sends.size, 0);
  }

  /** The tracks on their way to participants. */
  get consumers(): number {
    return this.#all.reduce((sum, { receives }) => sum + receives.size, 0);
  }

  /** How well the connections carry the media, as last measured. */
  get stats() {
    return this.#all.flatMap(({ stats }) => stats ?? []);
  }

  /**
   * Takes somebody who asks to enter; everything else is told to them. Throws a Problem if they may not [CA4] [CA19].
   */
  enter({ key, tell, canHost, isSynthetic = false }: Guest): Seat {
    const { clock, random, host } = this.#init;
    const room = this.#room;
    const visitor = this.#visitor(key);
    const inside = this.#all.filter(({ isWaiting }) => !isWaiting);
    const refusal = refusalOf(room, visitor, {
      now: clock.now(),
      host,
      locked: this.#isLocked,
      participants: inside.length,
      ofThisPerson: isSynthetic
        ? 0
        : this.#all.filter((other) => !other.isSynthetic && equalBytes(other.key, key)).length,
    });
    if (refusal !== null) throw refusal;
    if (isSynthetic && !moderates(room, visitor, host)) throw problem('not-allowed');
    const participant = new Participant({
      id: toBase64Url(random.bytes(9)),
      key,
      clock,
      tell,
      canHost,
      isSynthetic,
    });
    if (mustWait(room, visitor, host)) {
      if (this.#all.length - inside.length >= MAX_WAITING) throw problem('waiting-room-full');
      participant.isWaiting = true;
      this.#participants.set(participant.id, participant);
      tell({ type: 'waiting' });
      this.#tellSoon();
    } else {
      this.#participants.set(participant.id, participant);
      void this.#admit(participant);
    }
    return {
      ask: (request) => this.#ask(participant, request),
      leave: () => this.#drop(participant, 'left'),
    };
  }

  /** [CA7] Rights or the rules of the room have changed. */
  review(): void {
    const room = this.#init.room();
    if (room === null) return this.end(null);
    if (room.rules.encrypted) this.#recorder.refuse(problem.fields('encrypted-room'));
    for (const participant of this.#all) {
      const visitor = this.#visitor(participant.key);
      if (!admits(room, visitor) && !moderates(room, visitor, this.#init.host)) {
        this.#drop(participant, 'removed', null, problem('not-invited'));
        continue;
      }
      const rights = rightsOf(room, visitor, this.#init.host);
      if (!rights.video) this.#requests.stop(participant, 'camera');
      if (!rights.share)
        for (const source of ['screen', 'screen-sound'] as const) this.#requests.stop(participant, source);
      if (participant.joinedAt !== null) participant.tell({ type: 'rights', rights });
    }
    this.#tellSoon();
  }

  /** [CR1] Begins or ends the recording in the name of this node's person. Throws a Problem. */
  record(on: boolean): void {
    this.#recorder.record(this.#init.host, on);
  }

  /** Ends the call for everybody. */
  end(by: Uint8Array | null, reason: Ended['reason'] = 'ended'): void {
    for (const participant of this.#all) this.#drop(participant, reason, by);
  }

  get #all(): Participant[] {
    return [...this.#participants.values()];
  }

  get #joined(): Participant[] {
    return this.#all.filter(({ joinedAt }) => joinedAt !== null);
  }

  /** Throws a Problem `room-unknown`. */
  get #room(): Room {
    const room = this.#init.room();
    if (room === null) throw problem('room-unknown');
    return room;
  }

  #visitor(person: Uint8Array): Visitor {
    return { person, role: this.#init.roleOf(person) };
  }

  /** [CA6] */
  async #admit(participant: Participant): Promise<void> {
    participant.isWaiting = false;
    try {
      const capabilities = await this.#media.capabilities();
      if (participant.isGone) return;
      const { id, tell, key } = participant;
      const rights = rightsOf(this.#room, this.#visitor(key), this.#init.host);
      tell({ type: 'admitted', id, token: this.#newToken(participant), capabilities, rights });
    } catch (error) {
      this.#drop(participant, 'refused', null, error);
    }
  }

  #newToken(participant: Participant): string {
    const { clock, random } = this.#init;
    const value = toBase64Url(random.bytes(32));
    participant.token = { value, until: clock.now() + TOKEN_MS };
    return value;
  }

  /** [CA14] */
  #ask(participant: Participant, request: CallRequest): Promise<CallReply> {
    if (participant.isGone) return Promise.reject(problem('session-unknown'));
    // The tracks of a full room begin at once; each is counted by the one who sends it.
    const begins = request.type === 'ready' && participant.receives.get(request.track)?.isReady === false;
    if (!begins && !participant.requests.take()) {
      const refusal = problem('asked-too-often');
      if (!participant.patience.take()) this.#drop(participant, 'removed', null, refusal);
      return Promise.reject(refusal);
    }
    const answer = participant.turn.then(() => this.#answer(participant, request));
    participant.turn = answer.catch(() => {});
    return answer;
  }

  async #answer(participant: Participant, request: CallRequest): Promise<CallReply> {
    if (participant.isGone) throw problem('session-unknown');
    if (request.type === 'leave') {
      this.#init.clock.after(0, () => this.#drop(participant, 'left'));
      return {};
    }
    if (participant.connections === null && request.type !== 'join') throw problem('not-joined');
    return (await this.#requests.answer(participant, request)) ?? this.#act(participant, request);
  }

  #act(participant: Participant, request: CallRequest): CallReply | Promise<CallReply> {
    const from = participant.id;
    switch (request.type) {
      case 'hand':
        participant.handAt = request.up ? (participant.handAt ?? this.#init.clock.now()) : null;
        break;
      case 'react':
        this.#tellJoined({ type: 'reaction', from, emoji: request.emoji });
        return {};
      case 'say':
        this.#say(participant, request.text);
        return {};
      case 'consent':
        return this.#recorder.answer(participant, request).then(() => ({}));
      case 'whisper':
        this.#whisper(participant, request);
        return {};
      default:
        this.#moderate(participant, request);
    }
    this.#tellSoon();
    return {};
  }

  /** [CA16] */
  #whisper(sender: Participant, { to, data }: Of<'whisper'>): void {
    const others = this.#joined.filter((other) => other !== sender && (to === null || other.id === to));
    if (to !== null && others.length === 0) throw problem('participant-unknown');
    for (const { tell } of others) tell({ type: 'whisper', from: sender.id, data });
  }

  #say({ id, key }: Participant, text: string): void {
    const { clock, random, person } = this.#init;
    const line = { id: toBase64Url(random.bytes(9)), from: id, person: person(key), at: clock.now(), text };
    this.#tellJoined({ type: 'line', line });
    this.#recorder.said(key, text);
  }

  /** [CA13] */
  #moderate(actor: Participant, request: CallRequest): void {
    const visitor = this.#visitor(actor.key);
    if (!moderates(this.#room, visitor, this.#init.host)) throw problem('not-allowed');
    if (request.type === 'lock') {
      this.#isLocked = request.locked;
      return;
    }
    if (request.type === 'record') return this.#recorder.record(actor.key, request.on);
    if (request.type === 'end') {
      // The reply goes first.
      this.#init.clock.after(0, () => this.end(actor.key));
      return;
    }
    if (!('participant' in request)) throw problem('not-allowed');
    const other = this.#participants.get(request.participant);
    if (!other) throw problem('participant-unknown');
    switch (request.type) {
      case 'admit':
        if (other.isWaiting) void this.#admit(other);
        return;
      case 'turn-away':
        if (other.isWaiting) this.#drop(other, 'turned-away', actor.key);
        return;
      case 'lower-hand':
        other.handAt = null;
        return;
      case 'remove':
      case 'silence':
        if (!mayActOn(visitor, this.#visitor(other.key))) throw problem('higher-role');
        if (request.type === 'remove') return this.#drop(other, 'removed', actor.key);
        void this.#silence(other, request.source, actor.key);
    }
  }

  async #silence(other: Participant, source: Of<'silence'>['source'], by: Uint8Array): Promise<void> {
    if (!other.sends.has(source)) return;
    if (source === 'microphone') await this.#requests.mute(other, source, true);
    else this.#requests.stop(other, source);
    other.tell({ type: 'silenced', source, by: this.#init.person(by) });
  }

  /** [CA12] */
  #disconnected(participant: Participant, isLost: boolean): void {
    participant.cancelLost();
    if (!isLost || participant.connections === null) return;
    participant.cancelLost = this.#init.clock.after(LOST_MS, () => this.#drop(participant, 'left'));
  }

  /** [CA11] */
  #again(capabilities: Rtc | null): void {
    for (const participant of this.#joined) {
      participant.disconnect();
      if (capabilities === null) {
        this.#drop(participant, 'host-lost');
        continue;
      }
      participant.tell({ type: 'rejoin', token: this.#newToken(participant), capabilities });
    }
    this.#tellSoon();
  }

  #drop(
    participant: Participant,
    reason: Ended['reason'],
    by: Uint8Array | null = null,
    why: unknown = null,
  ): void {
    if (participant.isGone) return;
    participant.isGone = true;
    this.#participants.delete(participant.id);
    participant.disconnect();
    const { person, onEmpty } = this.#init;
    participant.tell({
      type: 'ended',
      reason,
      by: by === null ? null : person(by),
      problem: why === null ? null : problemOf(why),
    });
    this.#changed();
    if (this.#participants.size > 0) return;
    this.#media.close();
    onEmpty();
  }

  #changed(): void {
    this.#recorder.follow();
    this.#tellSoon();
    this.#init.onChange();
  }

  #tellJoined(event: CallEvent): void {
    for (const { tell } of this.#joined) tell(event);
  }

  #tellState(): void {
    const room = this.#init.room();
    if (room === null) return;
    const { host, person } = this.#init;
    const state = stateOf(room, {
      participants: this.#all,
      isLocked: this.#isLocked,
      recording: this.#recorder.recording,
      person,
      successors: this.successors,
    });
    for (const { tell, key } of this.#joined) {
      const admitting = moderates(room, this.#visitor(key), host);
      tell({ type: 'state', state: admitting ? state : { ...state, waiting: [] } });
    }
  }
}
