import type { types } from 'mediasoup';
import { carries, RtpCapabilities, RtpParameters } from '../../calls/adapter-ports.ts';
import type {
  Direction,
  MediaKind,
  Rtc,
  SfuConsumer,
  SfuProducer,
  SfuTransport,
  TransportStats,
} from '../../calls/ports.ts';
import type { Seat } from './pool.ts';
import { problem } from './problems.ts';
import { parsed, refusing } from './refusal.ts';
import { statsOf } from './stats.ts';
import { Consumer, Producer } from './tracks.ts';
import type { State, Wire } from './wires.ts';

/** The router of a room on one worker. Participants send to the first of the room and receive from any. */
export interface Branch {
  readonly seat: Seat;
  readonly router: types.Router;
}

/** The parts of a room that a connection needs. */
export interface TransportRoom {
  /** A participant began to send. */
  added(producer: types.Producer): Promise<void>;
  /** Makes a producer available at a branch. Rejects with a Problem `sfu-refused`. */
  reach(id: string, branch: Branch): Promise<void>;
}

/** One connection of a participant. */
export class Transport implements SfuTransport {
  readonly id: string;
  readonly offer: SfuTransport['offer'];
  readonly #room: TransportRoom;
  readonly #branch: Branch;
  readonly #direction: Direction;
  readonly #wire: Wire;
  readonly #inner: Wire['inner'];
  readonly #consumers = new Set<types.Consumer>();
  readonly #producers = new Set<types.Producer>();
  #isConnecting = false;
  #state: State | 'new' = 'new';
  #onState: (state: State) => void = () => {};

  constructor(room: TransportRoom, branch: Branch, direction: Direction, wire: Wire) {
    this.#room = room;
    this.#branch = branch;
    this.#direction = direction;
    this.#wire = wire;
    this.#inner = wire.inner;
    this.id = wire.inner.id;
    this.offer = wire.offer;
    wire.onState((state) => this.#announce(state));
    wire.onClosed(() => this.#announce('lost'));
  }

  async connect(parameters: Rtc): Promise<void> {
    this.#demandOpen();
    if (this.#isConnecting) throw problem('connected-twice');
    // A browser may try again after invalid parameters.
    const connected = this.#wire.connect(parameters);
    this.#isConnecting = true;
    await refusing(() => connected);
  }

  async restartIce(): Promise<Rtc> {
    this.#demandOpen();
    return refusing(() => this.#wire.restartIce());
  }

  async produce(track: {
    readonly kind: MediaKind;
    readonly rtpParameters: Rtc;
    readonly paused: boolean;
  }): Promise<SfuProducer> {
    this.#demandOpen();
    if (this.#direction !== 'send') throw problem('wrong-direction');
    const rtpParameters = parsed(RtpParameters, track.rtpParameters);
    const { kind, paused } = track;
    if (!carries(kind, rtpParameters)) throw problem('wrong-kind');
    return refusing(async () => {
      const producer = await this.#inner.produce({
        kind,
        paused,
        rtpParameters: rtpParameters as types.RtpParameters,
        // At most two key frames a second, however many ask for one.
        ...(kind === 'video' ? { keyFrameRequestDelay: 500 } : {}),
      });
      this.#demandOpenFor(producer);
      const { tally } = this.#branch.seat;
      tally.producers++;
      this.#producers.add(producer);
      producer.observer.once('close', () => {
        tally.producers--;
        this.#producers.delete(producer);
      });
      await this.#room.added(producer).catch((error: unknown) => {
        producer.close();
        throw error;
      });
      return new Producer(producer);
    });
  }

  async consume(producer: string, capabilities: Rtc): Promise<SfuConsumer | null> {
    this.#demandOpen();
    if (this.#direction !== 'receive') throw problem('wrong-direction');
    const rtpCapabilities = parsed(RtpCapabilities, capabilities) as types.RtpCapabilities;
    return refusing(async () => {
      await this.#room.reach(producer, this.#branch);
      if (!this.#branch.router.canConsume({ producerId: producer, rtpCapabilities })) return null;
      const consumer = await this.#inner.consume({ producerId: producer, rtpCapabilities, paused: true });
      this.#demandOpenFor(consumer);
      const { tally } = this.#branch.seat;
      tally.consumers++;
      this.#consumers.add(consumer);
      consumer.observer.once('close', () => {
        tally.consumers--;
        this.#consumers.delete(consumer);
      });
      return new Consumer(consumer);
    });
  }

  onState(listener: (state: State) => void): void {
    this.#onState = listener;
    if (this.#state !== 'new') listener(this.#state);
  }

  stats(): Promise<TransportStats> {
    this.#demandOpen();
    return refusing(() =>
      statsOf(this.#direction, this.#inner, [
        ...(this.#direction === 'send' ? this.#producers : this.#consumers),
      ]),
    );
  }

  close(): void {
    this.#inner.close();
  }

  #announce(state: State): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#onState(state);
  }

  /** A connection that closed meanwhile takes the new track with it. */
  #demandOpenFor(track: types.Producer | types.Consumer): void {
    if (!this.#inner.closed) return;
    track.close();
    this.#demandOpen();
  }

  #demandOpen(): void {
    if (this.#inner.closed) throw problem('sfu-closed');
  }
}
