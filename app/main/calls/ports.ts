import type { ProblemFields } from '../kernel/errors.ts';

/** A value of JSON. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** Parameters of WebRTC, as mediasoup defines them. The SFU checks them. */
export type Rtc = Record<string, Json>;

export type MediaKind = 'audio' | 'video';
export type Direction = 'send' | 'receive';

/** The selective forwarding unit: receives the media of each participant and forwards them to the others. */
export interface Sfu {
  /** Why no room can be opened now; null if one can. */
  trouble(): ProblemFields | null;
  /** Opens a room. Rejects with a Problem if there is no worker. */
  open(): Promise<SfuRoom>;
  /** Measured now, one for each worker that runs. */
  loads(): Promise<readonly WorkerLoad[]>;
  /** Closes all rooms and ends the workers. */
  stop(): Promise<void>;
}

export interface WorkerLoad {
  readonly pid: number;
  /** Share of a core since the last measurement, from 0 to 1. */
  readonly cpu: number;
  readonly rooms: number;
  readonly transports: number;
  readonly producers: number;
  readonly consumers: number;
}

export interface SfuRoom {
  /** The codecs that the room can carry, in the form that a browser's device loads. */
  readonly capabilities: Rtc;
  /**
   * Makes one of the two connections of a participant; `direction` is that of the browser.
   *
   * @param limits the most bits per second that are accepted from the browser.
   */
  connect(direction: Direction, limits: { readonly bitsPerSecond: number }): Promise<SfuTransport>;
  /**
   * Copies a track to a UDP port of this machine, once {@link SfuTap.begin} names it. Null if no recorder understands its
   * codec. Rejects with a Problem `sfu-refused`.
   */
  tap(producer: string): Promise<SfuTap | null>;
  /**
   * Makes a connection of a synthetic participant on this machine: SRTP with given keys to a socket of loopback, without ICE
   * and DTLS. Its offer holds the address as the only candidate, and the SRTP parameters of the SFU in the place of those of
   * DTLS; `connect` takes a {@link PlainParameters}.
   */
  connectPlain(direction: Direction): Promise<SfuTransport>;
  /** The producers of sound that are heard, the loudest first, with levels from 0 to 1; called at most five times a second. */
  onLevels(
    listener: (levels: readonly { readonly producer: string; readonly level: number }[]) => void,
  ): void;
  /** The producer of the dominant speaker, or null in silence. */
  onSpeaker(listener: (producer: string | null) => void): void;
  /** The worker of the room died: nothing of the room works any more. */
  onLost(listener: () => void): void;
  close(): void;
}

/** One connection of a browser. */
export interface SfuTransport {
  readonly id: string;
  /** The parameters that the browser needs to connect. */
  readonly offer: {
    readonly iceParameters: Rtc;
    readonly iceCandidates: Rtc[];
    readonly dtlsParameters: Rtc;
  };
  /** Rejects with a Problem `sfu-refused` if the parameters are invalid or it was connected before. */
  connect(dtlsParameters: Rtc): Promise<void>;
  /** New ICE parameters, for a browser whose network changed. */
  restartIce(): Promise<Rtc>;
  /** Takes a track from the browser. Rejects with a Problem `sfu-refused`. */
  produce(track: {
    readonly kind: MediaKind;
    readonly rtpParameters: Rtc;
    readonly paused: boolean;
  }): Promise<SfuProducer>;
  /**
   * Forwards a producer of the room to the browser; paused at first. Null if the browser cannot decode it. Rejects with a
   * Problem `sfu-refused`.
   */
  consume(producer: string, capabilities: Rtc): Promise<SfuConsumer | null>;
  /** `lost`: ICE or DTLS failed or closed. */
  onState(listener: (state: 'connecting' | 'connected' | 'lost') => void): void;
  /** Measured now; of what is received here if the browser sends, of what is sent if it receives. */
  stats(): Promise<TransportStats>;
  close(): void;
}

export interface TransportStats {
  readonly bitsPerSecond: number;
  /** Packets lost of all, from 0 to 1; null if nothing was sent yet. */
  readonly lossRate: number | null;
  readonly roundTripMs: number | null;
  readonly jitterMs: number | null;
}

/** A track that a participant sends. */
export interface SfuProducer {
  readonly id: string;
  readonly kind: MediaKind;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** From 0 to 10, as the packets arrive; called at each change. */
  onScore(listener: (score: number) => void): void;
  close(): void;
}

/** A track of another participant, on its way to a browser. */
export interface SfuConsumer {
  readonly id: string;
  readonly producer: string;
  readonly kind: MediaKind;
  readonly rtpParameters: Rtc;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** The most that is wanted of the layers of simulcast: 0 is the smallest picture. No effect on a track without layers. */
  prefer(spatialLayer: number): Promise<void>;
  /** The producer or its transport ended. */
  onEnded(listener: () => void): void;
  close(): void;
}

/** The packets of a track, as they are on their way to a recorder. */
export interface RtpFormat {
  readonly kind: MediaKind;
  /** Such as `VP8`. */
  readonly codec: string;
  readonly payloadType: number;
  readonly clockRate: number;
  /** Of sound. */
  readonly channels: number | null;
}

/** A copy of a track for a recorder. */
export interface SfuTap {
  readonly format: RtpFormat;
  /** Sends RTP to this UDP port of the loopback, RTCP to the next one; a picture begins with a key frame. */
  begin(port: number): Promise<void>;
  /** The first packet was sent. */
  onFirst(listener: () => void): void;
  /** The track, its connection or the room ended. */
  onEnded(listener: () => void): void;
  close(): void;
}

/** How an SFU is set up; read when a worker starts. */
export interface SfuOptions {
  /** IP addresses to listen at, and under which each is told to browsers. */
  readonly listen: readonly { readonly ip: string; readonly announced?: string }[];
  /** The UDP and TCP port of the first worker; the next ones follow. With 0, the system chooses. */
  readonly port: number;
  /** At most how many workers run. */
  readonly workers: number;
}

/** A relay (TURN) that this node runs for the participants of its calls. */
export interface ManagedRelay {
  status(): RelayStatus;
  /** Where participants reach it, and the secret from which their credentials follow; null unless it runs. */
  offer(): { readonly urls: readonly string[]; readonly secret: string } | null;
  /** Does what the options say now; resolves before the relay runs. */
  apply(): Promise<void>;
  stop(): Promise<void>;
}

export interface RelayStatus {
  readonly state: 'off' | 'starting' | 'running' | 'failed';
  /** Why it does not run, and what the sysop can do. */
  readonly problem: ProblemFields | null;
}

/** How a relay is set up. */
export interface RelayOptions {
  /** Where the SFU listens: its addresses are all that the relay connects to. */
  readonly listen: SfuOptions['listen'];
  readonly port: number;
  /** The files of a certificate and its key, for TLS; null: no TLS. */
  readonly certificate: { readonly cert: string; readonly key: string } | null;
}

/** The media of synthetic participants, for load tests. */
export interface BotMedia {
  /**
   * Opens the sockets of a participant. Rejects with a Problem.
   *
   * @param counted whether what arrives is read and counted; otherwise the system discards it, which costs less.
   */
  open(counted: boolean): Promise<BotLine>;
  counts(): Promise<BotCounts>;
  stop(): Promise<void>;
}

/** Packets of all participants; what arrives is that of those who count. */
export interface BotCounts {
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
}

/** The sockets of a synthetic participant. */
export interface BotLine {
  readonly id: number;
  /** The parameters with which each connection of the SFU is made. */
  readonly connects: Readonly<Record<Direction, Rtc>>;
  /** Where the SFU receives what this participant sends. */
  reach(port: number): void;
  /** Begins to send; returns how the track arrives. */
  send(kind: MediaKind): Rtc;
  /** Whether it speaks from now on; if not, it sends what Opus sends in silence. */
  talk(on: boolean): void;
  close(): void;
}
