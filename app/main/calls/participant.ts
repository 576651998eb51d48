import type { CallEvent, CallSource, Participant as Shown } from '../../contract/index.ts';
import { TokenBucket } from '../kernel/token-bucket.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Direction, Rtc, SfuConsumer, SfuProducer, SfuTransport, TransportStats } from './ports.ts';

/** [CA14] */
const REQUESTS_A_SECOND = 20;
const BURST = 200;

/** A track that a participant sends. */
export interface Sent {
  readonly producer: SfuProducer;
  muted: boolean;
}

/** A track of somebody else on its way to a participant. */
export interface Received {
  readonly consumer: SfuConsumer;
  isReady: boolean;
  /** The height of its tile in pixels; 0 while it is not seen. */
  height: number;
}

/** The connections of a participant to the SFU, from joining on. */
export interface Connections {
  readonly capabilities: Rtc;
  readonly send: SfuTransport;
  readonly receive: SfuTransport;
}

export interface ParticipantInit {
  readonly id: string;
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly tell: (event: CallEvent) => void;
  readonly canHost: boolean;
  readonly isSynthetic: boolean;
}

/** One connection of a person to a call, as the host keeps it. */
export class Participant {
  readonly id: string;
  /** The key of the person. */
  readonly key: Uint8Array;
  readonly since: number;
  readonly tell: (event: CallEvent) => void;
  /** [CA18] Whether their node takes over if the host goes away. */
  readonly canHost: boolean;
  readonly isSynthetic: boolean;
  readonly requests: TokenBucket;
  /** Requests beyond the limit that are still answered, with a refusal. */
  readonly patience: TokenBucket;
  readonly sends = new Map<CallSource, Sent>();
  readonly receives = new Map<string, Received>();
  /** The producers that were offered: a track that begins while somebody joins would reach them twice. */
  readonly offered = new Set<string>();
  /** [CA6] */
  token: { readonly value: string; readonly until: number } | null = null;
  isWaiting = false;
  isGone = false;
  /** Since when they are in the call; null before. Stays while media are made again. */
  joinedAt: number | null = null;
  connections: Connections | null = null;
  handAt: number | null = null;
  quality: Shown['quality'] = { grade: 'unknown', cause: 'none' };
  /** As last measured. */
  stats: Readonly<Record<Direction, TransportStats>> | null = null;
  /** Ends the countdown to the removal of somebody whose media are lost. */
  cancelLost: () => void = () => {};
  /** Requests are answered one after the other. */
  turn: Promise<unknown> = Promise.resolve();

  constructor({ id, key, clock, tell, canHost, isSynthetic }: ParticipantInit) {
    this.id = id;
    this.key = key;
    this.tell = tell;
    this.canHost = canHost;
    this.isSynthetic = isSynthetic;
    this.since = clock.now();
    this.requests = new TokenBucket(clock, BURST, REQUESTS_A_SECOND);
    this.patience = new TokenBucket(clock, BURST, REQUESTS_A_SECOND);
  }

  /** The source of one of their tracks at the SFU. */
  sourceOf(producer: string): CallSource | null {
    for (const [source, sent] of this.sends) if (sent.producer.id === producer) return source;
    return null;
  }

  /** Closes everything at the SFU. */
  disconnect(): void {
    this.cancelLost();
    this.connections?.send.close();
    this.connections?.receive.close();
    this.connections = null;
    this.sends.clear();
    this.receives.clear();
    this.offered.clear();
    this.stats = null;
  }
}
