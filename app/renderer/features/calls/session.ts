import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import type { CallEvent, CallReply, CallRequest, CallSource, Problem } from '../../../contract/index.ts';
import type { Timers } from '../../bridge/connection.ts';
import { problemOf } from '../../bridge/problem.ts';
import { calls as words } from '../../messages/calls.ts';
import { linesOf, type Media, type Offer, type Quality, type Signals } from './media-port.ts';
import { Preferences } from './prefer.ts';
import { shownAfter, startView, withEntry, withoutEntry } from './session-view.ts';
import type { CallView, Ending } from './session-view.ts';

/** The way to the host of a room, through this person’s node. */
export interface Door {
  enter(signal: AbortSignal): Promise<AsyncIterable<CallEvent>>;
  ask(session: string, request: CallRequest): Promise<CallReply>;
}

export interface SessionParts {
  readonly door: Door;
  readonly media: Media;
  readonly timers: Timers;
  readonly now: () => number;
}

const REACTION_MS = 4_000;
/** Pauses before the room is entered again after it was lost; then the call is given up. */
const RETRIES_MS = [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000];

const sameProblem = (
  code: string,
  { message, remedy }: { message: string; remedy: string | null },
): Problem => ({
  code,
  message,
  remedy,
});

/**
 * One person in one call. Reading the events is being in it; what is sent and received is made anew whenever the host says
 * so, while the view goes on.
 */
export class CallSession {
  readonly view: StoreApi<CallView> = createStore<CallView>(() => startView);
  readonly #parts: SessionParts;
  readonly #stop = new AbortController();
  readonly #preferences: Preferences;
  #session: string | null = null;
  /** Counts the times that media were made; what belongs to an earlier one is dropped. */
  #turn = 0;
  #joined: Promise<boolean> = Promise.resolve(false);
  #wasIn = false;
  #reactions = 0;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#preferences = new Preferences(parts.timers, (track, height) => {
      parts.media.pause(track, height === 0);
      void this.ask({ type: 'prefer', track, height });
    });
  }

  /** Enters the room and stays until the call ends. */
  async run(): Promise<void> {
    for (let tries = 0; !this.#over; tries += 1) {
      try {
        const events = await this.#parts.door.enter(this.#stop.signal);
        for await (const event of events) {
          this.#take(event);
          if (this.#over) return;
          if (this.view.getState().phase === 'in') tries = 0;
        }
        if (!this.#wasIn) this.#end({ reason: 'host-lost', by: null, problem: null });
      } catch (error) {
        if (this.#over) return;
        const problem = problemOf(error);
        if (!this.#wasIn || problem.code === 'room-unknown')
          this.#end({ reason: 'refused', by: null, problem });
      }
      if (this.#over) return;
      const pauseMs = RETRIES_MS[tries];
      if (pauseMs === undefined) return this.#end({ reason: 'host-lost', by: null, problem: null });
      this.#forgetMedia();
      this.#session = null;
      this.#set({ phase: 'lost' });
      await new Promise<void>((resolve) => {
        const cancel = this.#parts.timers.after(pauseMs, resolve);
        this.#stop.signal.addEventListener('abort', () => (cancel(), resolve()), { once: true });
      });
    }
  }

  /** Asks the host; a refusal becomes the problem of the view. Returns null then. */
  async ask(request: CallRequest): Promise<CallReply | null> {
    if (this.#session === null || this.#over) return null;
    const turn = this.#turn;
    try {
      return await this.#parts.door.ask(this.#session, request);
    } catch (error) {
      // Requests about media that are gone always fail.
      if (turn === this.#turn && !this.#over) this.#set({ problem: problemOf(error) });
      return null;
    }
  }

  /** Sends a track, now or as soon as the call is joined. Muting takes effect here before the host is told. */
  async send(source: CallSource, track: MediaStreamTrack, muted = false): Promise<void> {
    const before = this.view.getState().own.get(source);
    this.#set({ own: withEntry(this.view.getState().own, source, { track, muted }) });
    if (before !== undefined && before.track !== track) before.track.stop();
    if (this.view.getState().phase === 'in') await this.#produce(source);
  }

  mute(source: CallSource, muted: boolean): void {
    const own = this.view.getState().own.get(source);
    if (own === undefined || own.muted === muted) return;
    this.#parts.media.mute(source, muted);
    this.#set({ own: withEntry(this.view.getState().own, source, { ...own, muted }) });
    void this.ask({ type: 'mute', source, muted });
  }

  stop(source: CallSource): void {
    const own = this.view.getState().own.get(source);
    if (own === undefined) return;
    this.#parts.media.stop(source);
    own.track.stop();
    this.#set({ own: withoutEntry(this.view.getState().own, source) });
    void this.ask({ type: 'stop', source });
  }

  /** The height at which a track is shown, in pixels; 0 while nobody sees it. */
  prefer(track: string, height: number): void {
    this.#preferences.want(track, height);
  }

  quality(quality: Quality): void {
    this.#parts.media.quality(quality);
    this.#preferences.limit(quality);
  }

  volume(from: string, volume: number): void {
    this.#parts.media.volume(from, volume);
    this.#set({ volumes: withEntry(this.view.getState().volumes, from, volume) });
  }

  speaker(id: string): void {
    this.#parts.media.speaker(id);
  }

  playSound(): void {
    this.#parts.media.playSound();
  }

  /** Takes away the notice that was read. */
  dismiss(what: 'silenced' | 'problem' | 'recordingEnded'): void {
    this.#set({ [what]: null });
  }

  /** Answers the question whether this person may be recorded, or changes the answer. */
  consent(given: boolean): void {
    const { consentAsked, call } = this.view.getState();
    const recording = consentAsked?.recording ?? call?.recording ?? null;
    this.#set({ consentAsked: null });
    if (recording !== null) void this.ask({ type: 'consent', recording, given });
  }

  /** Leaves at once; the host is told if it can be. */
  leave(): void {
    void this.ask({ type: 'leave' });
    this.#end({ reason: 'left', by: null, problem: null });
  }

  get #over(): boolean {
    return this.#stop.signal.aborted;
  }

  #set(change: Partial<CallView>): void {
    this.view.setState(change);
  }

  #take(event: CallEvent): void {
    this.#set(shownAfter(this.view.getState(), event, this.#parts.now()));
    switch (event.type) {
      case 'session':
        this.#session = event.session;
        return;
      case 'admitted':
        this.#set({ me: event.id, rights: event.rights, phase: this.#wasIn ? 'rejoining' : 'joining' });
        this.#join(event);
        return;
      case 'rejoin':
        this.#set({ phase: 'rejoining' });
        this.#join(event);
        return;
      case 'track':
        void this.#receive(event);
        return;
      case 'track-ended':
        this.#drop(event.track);
        return;
      case 'silenced':
        this.#silence(event.source);
        this.#set({ silenced: { source: event.source, by: event.by } });
        return;
      case 'reaction':
        this.#react(event.from, event.emoji);
        return;
      case 'ended':
        this.#end({ reason: event.reason, by: event.by, problem: event.problem });
        return;
      default:
    }
  }

  #join({
    token,
    capabilities,
  }: Pick<Extract<CallEvent, { type: 'rejoin' }>, 'token' | 'capabilities'>): void {
    this.#forgetMedia();
    this.#joined = this.#connect(token, capabilities, this.#turn);
  }

  /** Whether the media were connected. */
  async #connect(token: string, host: Offer['rtpParameters'], turn: number): Promise<boolean> {
    const { media, door } = this.#parts;
    try {
      const capabilities = await media.load(host);
      if (turn !== this.#turn || this.#session === null) return false;
      const reply = await door.ask(this.#session, { type: 'join', token, capabilities });
      if (turn !== this.#turn) return false;
      const lines = linesOf(reply);
      if (lines === null) throw new Error(words.noTransports);
      media.open(lines, this.#signals(turn));
    } catch (error) {
      if (turn !== this.#turn) return false;
      // A person who was in waits for the next `rejoin`.
      if (this.#wasIn) this.#set({ problem: problemOf(error) });
      else this.#end({ reason: 'refused', by: null, problem: problemOf(error) });
      return false;
    }
    this.#wasIn = true;
    this.#set({ phase: 'in', failing: false });
    for (const source of this.view.getState().own.keys()) void this.#produce(source);
    return true;
  }

  #signals(turn: number): Signals {
    const ask = async (request: CallRequest): Promise<CallReply> => {
      if (turn !== this.#turn || this.#session === null) throw new Error(words.mediaGone);
      return this.#parts.door.ask(this.#session, request);
    };
    const current = (act: () => void) => {
      if (turn === this.#turn) act();
    };
    return {
      connect: async (transport, dtlsParameters) => {
        await ask({ type: 'connect', transport, dtlsParameters });
      },
      send: async (source, rtpParameters) => {
        const muted = this.view.getState().own.get(source)?.muted ?? false;
        const { producer } = await ask({ type: 'send', source, rtpParameters, muted });
        if (producer === undefined) throw new Error(words.noTransports);
        return producer;
      },
      restartIce: async (transport) => {
        const { iceParameters } = await ask({ type: 'restart-ice', transport });
        if (iceParameters === undefined) throw new Error(words.noTransports);
        return iceParameters;
      },
      failing: (failing) => current(() => this.#set({ failing })),
      trackEnded: (source) => current(() => this.stop(source)),
      soundBlocked: (soundBlocked) => current(() => this.#set({ soundBlocked })),
    };
  }

  async #produce(source: CallSource): Promise<void> {
    const own = this.view.getState().own.get(source);
    if (own === undefined) return;
    const turn = this.#turn;
    try {
      await this.#parts.media.send(source, own.track, own.muted);
    } catch (error) {
      if (turn !== this.#turn || this.view.getState().own.get(source)?.track !== own.track) return;
      own.track.stop();
      this.#set({ own: withoutEntry(this.view.getState().own, source), problem: problemOf(error) });
      return;
    }
    const now = this.view.getState().own.get(source);
    // Muted or stopped while the track was on its way.
    if (now === undefined) this.#parts.media.stop(source);
    else if (now.muted !== own.muted) {
      this.#parts.media.mute(source, now.muted);
      void this.ask({ type: 'mute', source, muted: now.muted });
    }
  }

  async #receive(offer: Offer): Promise<void> {
    const { track: id, from, source } = offer;
    const turn = this.#turn;
    this.#set({ tracks: withEntry(this.view.getState().tracks, id, { id, from, source, live: null }) });
    const gone = () => turn !== this.#turn || this.#over || !this.view.getState().tracks.has(id);
    if (!(await this.#joined) || gone()) return;
    try {
      const live = await this.#parts.media.receive(offer);
      if (gone()) return this.#parts.media.drop(id);
      this.#set({ tracks: withEntry(this.view.getState().tracks, id, { id, from, source, live }) });
      await this.ask({ type: 'ready', track: id });
      if (!gone() && offer.kind === 'video') this.#preferences.ready(id);
    } catch (error) {
      if (!gone()) this.#set({ problem: problemOf(error) });
    }
  }

  #drop(id: string): void {
    this.#parts.media.drop(id);
    this.#preferences.forget(id);
    this.#set({ tracks: withoutEntry(this.view.getState().tracks, id) });
  }

  /** The host has muted it already; a camera and a screen are switched off as well. */
  #silence(source: CallSource): void {
    if (source !== 'microphone') return this.stop(source);
    const own = this.view.getState().own.get(source);
    this.#parts.media.mute(source, true);
    if (own !== undefined)
      this.#set({ own: withEntry(this.view.getState().own, source, { ...own, muted: true }) });
  }

  #react(from: string, emoji: string): void {
    const key = (this.#reactions += 1);
    this.#set({ reactions: [...this.view.getState().reactions, { key, from, emoji }].slice(-20) });
    this.#parts.timers.after(REACTION_MS, () =>
      this.#set({ reactions: this.view.getState().reactions.filter((reaction) => reaction.key !== key) }),
    );
  }

  #forgetMedia(): void {
    this.#turn += 1;
    this.#joined = Promise.resolve(false);
    this.#preferences.clear();
    this.#parts.media.reset();
    this.#set({ tracks: new Map(), levels: new Map(), speaker: null, failing: false });
  }

  #end(ended: Ending): void {
    if (this.#over) return;
    this.#stop.abort();
    this.#forgetMedia();
    for (const { track } of this.view.getState().own.values()) track.stop();
    const problem =
      ended.problem ?? (ended.reason === 'host-lost' ? sameProblem('host-lost', words.hostLost) : null);
    this.#set({ phase: 'ended', own: new Map(), reactions: [], ended: { ...ended, problem } });
  }
}
