import type { types } from 'mediasoup-client';
import type { CallSource, CallTransport, Rtc } from '../../../contract/index.ts';
import { calls as words } from '../../messages/calls.ts';
import { codecOptionsOf, encodingsOf } from './encodings.ts';
import type { Lines, Media, Offer, Quality, Signals } from './media-port.ts';
import type { FrameGuard } from './secrecy/frame-guard.ts';
import { Sounds } from './sounds.ts';

/** Values of WebRTC without what the wire has no form for. */
const plain = (value: object): Rtc => JSON.parse(JSON.stringify(value)) as Rtc;

/** How long a connection may be interrupted before it is made anew, and the longest pause between attempts. */
const INTERRUPTED_MS = 2_000;
const MAX_RESTART_PAUSE_MS = 8_000;

interface Sent {
  readonly producer: Promise<types.Producer>;
}

/** The media of a call over mediasoup-client, which is loaded when the first call begins. */
export class WebRtcMedia implements Media {
  readonly #guard: FrameGuard | null;
  readonly #sounds = new Sounds();
  readonly #sent = new Map<CallSource, Sent>();
  readonly #consumers = new Map<string, types.Consumer>();
  readonly #owners = new Map<string, string>();
  #device: types.Device | null = null;
  #send: types.Transport | null = null;
  #receive: types.Transport | null = null;
  #failing = new Set<string>();
  #quality: Quality = 'auto';

  /** @param guard of an encrypted call; null if the host may read the media. */
  constructor(guard: FrameGuard | null) {
    this.#guard = guard;
  }

  async load(capabilities: Rtc): Promise<Rtc> {
    const { Device, detectDevice } = await import('mediasoup-client');
    if (detectDevice() === undefined) throw new Error(words.noWebRtc);
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities: capabilities as unknown as types.RtpCapabilities });
    this.#device = device;
    return plain(device.recvRtpCapabilities);
  }

  open({ send, receive, iceServers, relayOnly }: Lines, signals: Signals): void {
    const device = this.#device;
    if (device === null) throw new Error(words.mediaGone);
    const options = (transport: CallTransport): types.TransportOptions => ({
      ...(transport as unknown as types.TransportOptions),
      iceServers: iceServers.map(({ urls, username, credential }) => ({
        urls: [...urls],
        ...(username === undefined ? {} : { username }),
        ...(credential === undefined ? {} : { credential }),
      })),
      iceTransportPolicy: relayOnly ? 'relay' : 'all',
      ...(this.#guard === null ? {} : { additionalSettings: this.#guard.settings }),
    });
    this.#send = device.createSendTransport(options(send));
    this.#receive = device.createRecvTransport(options(receive));
    this.#send.on('produce', ({ rtpParameters, appData }, done, failed) => {
      signals.send(appData['source'] as CallSource, plain(rtpParameters)).then((id) => done({ id }), failed);
    });
    for (const transport of [this.#send, this.#receive]) {
      transport.on('connect', ({ dtlsParameters }, done, failed) => {
        signals.connect(transport.id, plain(dtlsParameters)).then(done, failed);
      });
      this.#watch(transport, signals);
    }
    this.#sounds.onBlocked = signals.soundBlocked;
    this.#onEnded = signals.trackEnded;
  }

  #onEnded: (source: CallSource) => void = () => undefined;

  async send(source: CallSource, track: MediaStreamTrack, muted: boolean): Promise<void> {
    const held = this.#sent.get(source);
    if (held !== undefined && source === 'microphone') {
      const producer = await held.producer;
      await producer.replaceTrack({ track });
      return;
    }
    if (held !== undefined) this.#close(source);
    const transport = this.#send;
    if (transport === null || this.#device?.canProduce(track.kind as 'audio' | 'video') !== true)
      throw new Error(words.cannotSend[source]);
    const guarded = this.#guardOf(source, track.kind);
    if (source === 'screen') track.contentHint = 'detail';
    const producer = transport.produce({
      track,
      stopTracks: false,
      encodings: encodingsOf(source, track.getSettings().height ?? 0, this.#quality),
      codecOptions: codecOptionsOf(source, this.#quality),
      ...guarded,
      // Sound and picture of one source play in step.
      streamId: source.startsWith('screen') ? 'screen' : 'person',
      appData: { source },
    });
    this.#sent.set(source, { producer });
    try {
      const made = await producer;
      if (muted) made.pause();
      made.on('trackended', () => this.#onEnded(source));
    } catch (error) {
      this.#sent.delete(source);
      throw error;
    }
  }

  mute(source: CallSource, muted: boolean): void {
    void this.#sent.get(source)?.producer.then(
      (producer) => (muted ? producer.pause() : producer.resume()),
      () => undefined,
    );
  }

  stop(source: CallSource): void {
    this.#close(source);
  }

  async receive({ track, producer, from, source, kind, rtpParameters }: Offer): Promise<MediaStreamTrack> {
    if (this.#receive === null) throw new Error(words.mediaGone);
    const consumer = await this.#receive.consume({
      id: track,
      producerId: producer,
      kind,
      rtpParameters: rtpParameters as unknown as types.RtpParameters,
      // A word: it becomes part of a line of the session description.
      streamId: `${from}-${source.startsWith('screen') ? 'screen' : 'person'}`,
      onRtpReceiver: (receiver) => this.#guard?.guardReceiver(receiver, source, from),
    });
    this.#consumers.set(track, consumer);
    this.#owners.set(track, from);
    if (kind === 'audio') this.#sounds.play(track, from, consumer.track);
    return consumer.track;
  }

  pause(track: string, paused: boolean): void {
    const consumer = this.#consumers.get(track);
    if (paused) consumer?.pause();
    else consumer?.resume();
  }

  drop(track: string): void {
    this.#consumers.get(track)?.close();
    this.#consumers.delete(track);
    this.#owners.delete(track);
    this.#sounds.stop(track);
  }

  volume(from: string, volume: number): void {
    this.#sounds.volume(from, volume);
  }

  speaker(id: string): void {
    this.#sounds.speaker(id);
  }

  quality(quality: Quality): void {
    this.#quality = quality;
  }

  playSound(): void {
    this.#sounds.retry();
  }

  reset(): void {
    this.#send?.close();
    this.#receive?.close();
    this.#send = null;
    this.#receive = null;
    this.#sent.clear();
    this.#consumers.clear();
    this.#owners.clear();
    this.#failing = new Set();
    this.#sounds.clear();
  }

  /** [CE5] In an encrypted call only VP8 and Opus are sent, and every frame passes the guard. */
  #guardOf(source: CallSource, kind: string): Pick<types.ProducerOptions, 'codec' | 'onRtpSender'> {
    const guard = this.#guard;
    if (guard === null) return {};
    const wanted = kind === 'video' ? 'video/vp8' : 'audio/opus';
    const codec = this.#device?.sendRtpCapabilities.codecs?.find(
      ({ mimeType }) => mimeType.toLowerCase() === wanted,
    );
    if (codec === undefined) throw new Error(words.cannotSend[source]);
    return { codec, onRtpSender: (sender) => guard.guardSender(sender, source) };
  }

  #close(source: CallSource): void {
    const held = this.#sent.get(source);
    this.#sent.delete(source);
    held?.producer.then(
      (producer) => producer.close(),
      () => undefined,
    );
  }

  /** Restarts ICE while a connection fails, with growing pauses, and says so. */
  #watch(transport: types.Transport, signals: Signals): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pauseMs = 1_000;
    const tell = (failing: boolean) => {
      if (failing) this.#failing.add(transport.id);
      else this.#failing.delete(transport.id);
      signals.failing(this.#failing.size > 0);
    };
    const restart = async () => {
      if (transport.closed) return;
      try {
        const iceParameters = await signals.restartIce(transport.id);
        await transport.restartIce({ iceParameters: iceParameters as unknown as types.IceParameters });
      } catch {
        // The host may be away for a moment; the next attempt follows, and a host that is back says `rejoin`.
      }
      const settled = transport.closed || transport.connectionState === 'connected';
      if (!settled) later(pauseMs);
      pauseMs = Math.min(MAX_RESTART_PAUSE_MS, pauseMs * 2);
    };
    const later = (delayMs: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => void restart(), delayMs);
    };
    transport.on('connectionstatechange', (state) => {
      if (state === 'connected') {
        clearTimeout(timer);
        pauseMs = 1_000;
        tell(false);
      } else if (state === 'disconnected') {
        tell(true);
        later(INTERRUPTED_MS);
      } else if (state === 'failed') {
        tell(true);
        later(0);
      } else if (state === 'closed') clearTimeout(timer);
    });
    transport.observer.on('close', () => clearTimeout(timer));
  }
}
