import type * as z from 'zod';
import type { Clock } from '../../kernel/clock.ts';
import { carries, RtpCapabilities, RtpParameters } from '../../calls/adapter-ports.ts';
import type { Direction, MediaKind, Rtc, SfuTransport, TransportStats } from '../../calls/ports.ts';
import { problem } from './problems.ts';
import { carried } from './sfu-codecs.ts';
import { MemoryConsumer, MemoryProducer } from './sfu-tracks.ts';

/** How long ICE and DTLS take. */
const HANDSHAKE_MS = 20;

type State = 'connecting' | 'connected' | 'lost';

/** The parts of a room that a connection needs. */
export interface TransportRoom {
  readonly transports: Map<string, MemorySfuTransport>;
  readonly producers: Map<string, MemoryProducer>;
  ended(producer: string): void;
}

/** A connection of a browser without a network. */
export class MemorySfuTransport implements SfuTransport {
  readonly id: string;
  readonly offer: SfuTransport['offer'];
  readonly consumers = new Map<string, MemoryConsumer>();
  readonly #room: TransportRoom;
  readonly #clock: Clock;
  readonly #direction: Direction;
  readonly #form: z.ZodType;
  readonly #nextId: (kind: string) => string;
  readonly #producers = new Set<MemoryProducer>();
  readonly #ssrcs = new Set<number>();
  #restarts = 0;
  #mids = 0;
  #isConnecting = false;
  #closed = false;
  #state: State | 'new' = 'new';
  #onState: (state: State) => void = () => {};
  #stats: TransportStats = { bitsPerSecond: 0, lossRate: null, roundTripMs: null, jitterMs: null };

  constructor(
    room: TransportRoom,
    {
      clock,
      id,
      direction,
      form,
    }: {
      clock: Clock;
      id: (kind: string) => string;
      direction: Direction;
      /** Of what it is connected with. */
      form: z.ZodType;
    },
  ) {
    this.#room = room;
    this.#clock = clock;
    this.#direction = direction;
    this.#form = form;
    this.#nextId = id;
    this.id = id('transport');
    this.offer = {
      iceParameters: this.#iceParameters(),
      iceCandidates: [
        {
          foundation: 'udpcandidate',
          priority: 1,
          ip: '127.0.0.1',
          address: '127.0.0.1',
          protocol: 'udp',
          port: 40_000,
          type: 'host',
        },
      ],
      dtlsParameters: {
        role: 'auto',
        fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') }],
      },
    };
  }

  async connect(parameters: Rtc): Promise<void> {
    this.#demandOpen();
    if (!this.#form.safeParse(parameters).success) throw problem('sfu-refused');
    if (this.#isConnecting) throw problem('connected-twice');
    this.#isConnecting = true;
    this.#announce('connecting');
    this.#clock.after(HANDSHAKE_MS, () => {
      if (this.#state === 'connecting') this.#announce('connected');
    });
  }

  async restartIce(): Promise<Rtc> {
    this.#demandOpen();
    this.#restarts++;
    if (this.#state === 'lost') this.#announce('connected');
    return this.#iceParameters();
  }

  async produce(track: {
    readonly kind: MediaKind;
    readonly rtpParameters: Rtc;
    readonly paused: boolean;
  }): Promise<MemoryProducer> {
    this.#demandOpen();
    if (this.#direction !== 'send') throw problem('wrong-direction');
    const { data } = RtpParameters.safeParse(track.rtpParameters);
    if (data === undefined || !carries(track.kind, data)) throw problem('sfu-refused');
    const [codec] = data.codecs.map(({ mimeType }) => mimeType.toLowerCase());
    if (codec === undefined || !carried.includes(codec)) throw problem('sfu-refused');
    const ssrcs = data.encodings.map(({ ssrc }) => ssrc).filter((ssrc) => ssrc !== undefined);
    if (ssrcs.some((ssrc) => this.#ssrcs.has(ssrc))) throw problem('sfu-refused');
    for (const ssrc of ssrcs) this.#ssrcs.add(ssrc);
    const producer = new MemoryProducer(this.#nextId('producer'), track.kind, {
      codec,
      layers: data.encodings.length,
      paused: track.paused,
      ended: () => {
        for (const ssrc of ssrcs) this.#ssrcs.delete(ssrc);
        this.#producers.delete(producer);
        this.#room.ended(producer.id);
      },
    });
    this.#producers.add(producer);
    this.#room.producers.set(producer.id, producer);
    return producer;
  }

  async consume(producerId: string, capabilities: Rtc): Promise<MemoryConsumer | null> {
    this.#demandOpen();
    if (this.#direction !== 'receive') throw problem('wrong-direction');
    const { data } = RtpCapabilities.safeParse(capabilities);
    if (data === undefined) throw problem('sfu-refused');
    const producer = this.#room.producers.get(producerId);
    if (producer === undefined) throw problem('producer-unknown');
    const codec = data.codecs.find(({ mimeType }) => mimeType.toLowerCase() === producer.codec);
    if (codec === undefined) return null;
    const consumer = new MemoryConsumer(this.#nextId('consumer'), producer, {
      mid: `${this.#mids++}`,
      mimeType: codec.mimeType,
      payloadType: codec.preferredPayloadType,
      clockRate: codec.clockRate,
      ended: () => this.consumers.delete(consumer.id),
    });
    this.consumers.set(consumer.id, consumer);
    return consumer;
  }

  onState(listener: (state: State) => void): void {
    this.#onState = listener;
    if (this.#state !== 'new') listener(this.#state);
  }

  async stats(): Promise<TransportStats> {
    this.#demandOpen();
    return this.#stats;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const producer of this.#producers) producer.close();
    for (const consumer of this.consumers.values()) consumer.end();
    this.#room.transports.delete(this.id);
    this.#announce('lost');
  }

  measure(stats: TransportStats): void {
    this.#stats = stats;
  }

  cut(): void {
    this.#announce('lost');
  }

  #iceParameters(): Rtc {
    return { usernameFragment: `${this.id}-${this.#restarts}`, password: 'secret', iceLite: true };
  }

  #announce(state: State): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#onState(state);
  }

  #demandOpen(): void {
    if (this.#closed) throw problem('sfu-closed');
  }
}
