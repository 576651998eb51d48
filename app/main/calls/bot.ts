import type { CallEvent, CallReply, CallRequest } from '../../contract/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { BotLine, BotMedia, Rtc } from './ports.ts';

/** The height in which a bot wants pictures, in pixels. */
const HEIGHT = 360;

type Of<Type extends CallEvent['type']> = Extract<CallEvent, { type: Type }>;

export interface BotInit {
  readonly calls: {
    enter(
      input: { readonly room: string; readonly synthetic: boolean },
      signal: AbortSignal,
    ): AsyncIterable<CallEvent>;
    ask(input: { readonly session: string; readonly request: CallRequest }): Promise<CallReply>;
  };
  readonly media: BotMedia;
  readonly clock: Pick<Clock, 'now'>;
  readonly room: string;
  /** Whether it sends pictures. */
  readonly shows: boolean;
  /** Whether it receives pictures. */
  readonly sees: boolean;
  /** Whether it counts what it receives. */
  readonly counted: boolean;
}

/** A synthetic participant: enters, asks and is told as a browser is, and sends real packets. */
export class Bot {
  readonly #init: BotInit;
  readonly #tracks = new Set<string>();
  #session = '';
  #line: BotLine | null = null;
  #enteredAt = 0;
  /** Milliseconds from entering; null before. */
  joinMs: number | null = null;
  firstTrackMs: number | null = null;

  constructor(init: BotInit) {
    this.#init = init;
  }

  get line(): BotLine | null {
    return this.#line;
  }

  /** The tracks that it receives. */
  get tracks(): number {
    return this.#tracks.size;
  }

  /** Is in the call until it ends or the signal aborts. Rejects with a Problem of entering or joining. */
  async run(signal: AbortSignal): Promise<void> {
    const { calls, clock, room } = this.#init;
    this.#enteredAt = clock.now();
    try {
      for await (const event of calls.enter({ room, synthetic: true }, signal)) {
        if (event.type === 'session') this.#session = event.session;
        else if (event.type === 'admitted' || event.type === 'rejoin') await this.#join(event);
        else if (event.type === 'track') await this.#receive(event);
        else if (event.type === 'track-ended') this.#tracks.delete(event.track);
      }
    } finally {
      this.#leave();
    }
  }

  async #join({ token, capabilities }: Of<'admitted'> | Of<'rejoin'>): Promise<void> {
    const { media, clock, shows, sees, counted } = this.#init;
    this.#leave();
    const line = await media.open(counted);
    this.#line = line;
    const { transports } = await this.#ask({
      type: 'join',
      token,
      capabilities: simple(capabilities, sees),
    });
    if (!transports) return;
    for (const direction of ['send', 'receive'] as const) {
      const dtlsParameters = line.connects[direction];
      await this.#ask({ type: 'connect', transport: transports[direction].id, dtlsParameters });
    }
    line.reach(Number(transports.send.iceCandidates[0]?.['port'] ?? 0));
    await this.#ask({
      type: 'send',
      source: 'microphone',
      rtpParameters: line.send('audio'),
      muted: false,
    });
    this.joinMs ??= clock.now() - this.#enteredAt;
    if (!shows) return;
    await this.#ask({ type: 'send', source: 'camera', rtpParameters: line.send('video'), muted: false });
  }

  async #receive({ track, kind }: Of<'track'>): Promise<void> {
    if (kind === 'video') await this.#ask({ type: 'prefer', track, height: HEIGHT });
    await this.#ask({ type: 'ready', track });
    this.#tracks.add(track);
    this.firstTrackMs ??= this.#init.clock.now() - this.#enteredAt;
  }

  /** A track or the call may have ended meanwhile, which is no failure of the bot. */
  async #ask(request: CallRequest): Promise<CallReply> {
    try {
      return await this.#init.calls.ask({ session: this.#session, request });
    } catch (error) {
      if (request.type === 'join' || request.type === 'send') throw error;
      return {};
    }
  }

  #leave(): void {
    this.#line?.close();
    this.#line = null;
    this.#tracks.clear();
  }
}

/** The codecs that a bot can decode: Opus and, if it receives pictures, VP8, without repeats and estimates of bandwidth. */
function simple(capabilities: Rtc, sees: boolean): Rtc {
  const codecs = (capabilities['codecs'] as Rtc[]).filter(({ mimeType }) =>
    ['audio/opus', ...(sees ? ['video/VP8'] : [])].includes(String(mimeType)),
  );
  return { codecs: codecs.map((codec) => ({ ...codec, rtcpFeedback: [] })), headerExtensions: [] };
}
