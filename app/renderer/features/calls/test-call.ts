import type {
  CallEvent,
  CallReply,
  CallRequest,
  CallSource,
  CallState,
  Participant,
  Problem,
  Rtc,
} from '../../../contract/index.ts';
import { defaultRoomRules } from '../../../contract/index.ts';
import { BridgeError } from '../../bridge/problem.ts';
import type { Timers } from '../../bridge/connection.ts';
import type { Lines, Media, Offer, Quality, Signals } from './media-port.ts';
import { CallSession, type Door } from './session.ts';

/** Timers that run when a test says so. */
export class ManualTimers implements Timers {
  readonly #planned = new Set<{ at: number; task: () => void }>();
  #now = 0;
  readonly random = () => 0;

  after(delayMs: number, task: () => void): () => void {
    const entry = { at: this.#now + delayMs, task };
    this.#planned.add(entry);
    return () => this.#planned.delete(entry);
  }

  run(forMs = 1_000): void {
    this.#now += forMs;
    for (const entry of [...this.#planned].toSorted((a, b) => a.at - b.at)) {
      if (entry.at > this.#now) continue;
      this.#planned.delete(entry);
      entry.task();
    }
  }
}

export const participantOf = (id: string, rest: Partial<Participant> = {}): Participant => ({
  id,
  person: { did: `did:key:z${id}`, handle: id, role: 'member' },
  joinedAt: 1,
  handAt: null,
  sends: [],
  quality: { grade: 'good', cause: 'none' },
  consent: null,
  ...rest,
});

export const stateOf = (participants: Participant[], rest: Partial<CallState> = {}): CallState => ({
  room: 'bafyroom1',
  title: 'Sunday watch',
  rules: defaultRoomRules,
  locked: false,
  participants,
  waiting: [],
  successors: [],
  recording: null,
  recordingSince: null,
  ...rest,
});

/** A track as far as a session needs one. */
export const trackOf = (id: string): MediaStreamTrack & { readonly stopped: boolean } => {
  const track = { id, stopped: false, stop: () => void (track.stopped = true) };
  return track as unknown as MediaStreamTrack & { readonly stopped: boolean };
};

const transport = (id: string) => ({ id, iceParameters: {}, iceCandidates: [], dtlsParameters: {} });

/** A host whose events a test writes. */
export class ScriptedHost implements Door {
  readonly asked: CallRequest[] = [];
  /** Problems to answer with, by request. */
  readonly refusals = new Map<CallRequest['type'], Problem>();
  entered = 0;
  isAway = false;
  #wake = () => {};
  #events: (CallEvent | 'break')[] = [];

  async enter(signal: AbortSignal): Promise<AsyncIterable<CallEvent>> {
    this.entered += 1;
    if (this.isAway) throw new BridgeError('not-connected', { message: 'Away.', remedy: null });
    this.#events = [];
    return this.#stream(signal);
  }

  async ask(session: string, request: CallRequest): Promise<CallReply> {
    if (session !== `session ${this.entered}`) throw new Error(`An old session: ${session}`);
    this.asked.push(request);
    const refusal = this.refusals.get(request.type);
    if (refusal) throw new BridgeError(refusal.code, refusal);
    if (request.type === 'join') return { transports: { send: transport('s'), receive: transport('r') } };
    if (request.type === 'send') return { producer: `producer of ${request.source}` };
    return {};
  }

  /** Sends events, and waits until the session has dealt with them. */
  async tell(...events: (CallEvent | 'break')[]): Promise<void> {
    this.#events.push(...events);
    this.#wake();
    await settled();
  }

  open = (): Promise<void> => this.tell({ type: 'session', session: `session ${this.entered}` });

  /** Admits the participant, with all rights. */
  admit = (id = 'me'): Promise<void> =>
    this.tell({
      type: 'admitted',
      id,
      token: 't'.repeat(20),
      capabilities: {},
      rights: { moderate: true, video: true, share: true },
    });

  types = (): string[] => this.asked.map(({ type }) => type);

  async *#stream(signal: AbortSignal): AsyncGenerator<CallEvent> {
    while (!signal.aborted) {
      const event = this.#events.shift();
      if (event === 'break') return;
      if (event) {
        yield event;
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
}

/** Media in memory: what would be sent and received. */
export class MemoryMedia implements Media {
  readonly sent = new Map<CallSource, { track: MediaStreamTrack; muted: boolean }>();
  readonly received = new Map<string, Offer>();
  readonly paused = new Map<string, boolean>();
  readonly failures: { load?: Error; send?: Error; receive?: Error } = {};
  resets = 0;
  signals: Signals | null = null;
  /** Holds connecting back until a test lets go. */
  gate: Promise<void> = Promise.resolve();

  async load(): Promise<Rtc> {
    await this.gate;
    if (this.failures.load) throw this.failures.load;
    return { codecs: [] };
  }

  open(_lines: Lines, signals: Signals): void {
    this.signals = signals;
  }

  async send(source: CallSource, track: MediaStreamTrack, muted: boolean): Promise<void> {
    if (this.failures.send) throw this.failures.send;
    await this.signals?.send(source, {});
    this.sent.set(source, { track, muted });
  }

  mute(source: CallSource, muted: boolean): void {
    const held = this.sent.get(source);
    if (held) this.sent.set(source, { ...held, muted });
  }

  stop(source: CallSource): void {
    this.sent.delete(source);
  }

  async receive(offer: Offer): Promise<MediaStreamTrack> {
    await this.gate;
    if (this.failures.receive) throw this.failures.receive;
    this.received.set(offer.track, offer);
    return trackOf(offer.track);
  }

  pause(track: string, paused: boolean): void {
    this.paused.set(track, paused);
  }

  drop(track: string): void {
    this.received.delete(track);
  }

  volume(): void {}
  speaker(): void {}
  quality(_quality: Quality): void {}
  playSound(): void {}

  reset(): void {
    this.resets += 1;
    this.sent.clear();
    this.received.clear();
    this.signals = null;
  }
}

export const offerOf = (track: string, from: string, source: CallSource = 'camera') => ({
  type: 'track' as const,
  track,
  producer: `producer of ${track}`,
  from,
  source,
  kind: source === 'camera' || source === 'screen' ? ('video' as const) : ('audio' as const),
  rtpParameters: {},
});

/** Lets everything run that waits for nothing but promises. */
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A session that has knocked at a scripted host. */
export async function enterCall() {
  const host = new ScriptedHost();
  const media = new MemoryMedia();
  const timers = new ManualTimers();
  const session = new CallSession({ door: host, media, timers, now: () => 1_000 });
  const run = session.run();
  await settled();
  await host.open();
  const view = () => session.view.getState();
  return { host, media, timers, session, view, run };
}
