import type { CallReply, CallSource, CallTransport, IceServer, Rtc } from '../../../contract/index.ts';

/** The requests of the media side to the host of a call. */
export interface Signals {
  connect(transport: string, dtlsParameters: Rtc): Promise<void>;
  /** Announces a track that is about to be sent; returns its id at the host. */
  send(source: CallSource, rtpParameters: Rtc): Promise<string>;
  restartIce(transport: string): Promise<Rtc>;
  /** Whether the connections of the media fail at present. */
  failing(failing: boolean): void;
  /** The system ended a track: a device was unplugged, or the person stopped sharing. */
  trackEnded(source: CallSource): void;
  /** The browser refuses to play sound before a person acts. */
  soundBlocked(blocked: boolean): void;
}

/** The answers of a host that media need before they can flow. */
export interface Lines {
  readonly send: CallTransport;
  readonly receive: CallTransport;
  readonly iceServers: readonly IceServer[];
  readonly relayOnly: boolean;
}

/** A track of another participant, as the host announces it. */
export interface Offer {
  readonly track: string;
  readonly producer: string;
  readonly from: string;
  readonly source: CallSource;
  readonly kind: 'audio' | 'video';
  readonly rtpParameters: Rtc;
}

/** The most that is sent and received; `auto` follows the size of the tiles. */
export type Quality = 'auto' | '360p' | '720p' | '1080p' | 'audio';

/** The media of one call. After {@link Media.reset}, everything begins again with {@link Media.load}. */
export interface Media {
  /** Takes what the host can do; returns what this browser can receive. */
  load(capabilities: Rtc): Promise<Rtc>;
  open(lines: Lines, signals: Signals): void;
  /** Sends a track, or puts it in the place of the one that the source sent before. */
  send(source: CallSource, track: MediaStreamTrack, muted: boolean): Promise<void>;
  mute(source: CallSource, muted: boolean): void;
  stop(source: CallSource): void;
  receive(offer: Offer): Promise<MediaStreamTrack>;
  /** Stops decoding a track while nobody sees it. */
  pause(track: string, paused: boolean): void;
  drop(track: string): void;
  /** How loud a participant is here, from 0 to 1. */
  volume(from: string, volume: number): void;
  /** Where sound is played; an empty id is the choice of the system. */
  speaker(id: string): void;
  quality(quality: Quality): void;
  /** Plays what the browser held back. */
  playSound(): void;
  /** Closes the connections and keeps what was chosen: volumes, speaker, quality. */
  reset(): void;
}

/** The connections in a host’s answer to `join`; null if it answered something else. */
export function linesOf({ transports, iceServers = [], relayOnly = false }: CallReply): Lines | null {
  return transports === undefined ? null : { ...transports, iceServers, relayOnly };
}
