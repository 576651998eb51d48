import type { types } from 'mediasoup';
import type { Clock } from '../../kernel/clock.ts';
import type { Direction, Rtc, SfuRoom } from '../../calls/ports.ts';
import { codecs } from './codecs.ts';
import { Loudness } from './loudness.ts';
import type { WorkerPool } from './pool.ts';
import { plain } from './plain.ts';
import { problem } from './problems.ts';
import { refusing } from './refusal.ts';
import { Tap } from './tap.ts';
import { Transport, type Branch, type TransportRoom } from './transport.ts';
import { browserWire, plainOptions, plainWire, type Wire } from './wires.ts';

/** The rate at which a browser is sent media at first, in bits per second; it adapts within seconds. */
const FIRST_OUTGOING_BPS = 1_000_000;
/** After so long without an answer to ICE a browser counts as lost. */
const CONSENT_SECONDS = 15;

/** A room of the SFU: a router, and further ones on other workers if it grows. */
export class Room implements SfuRoom, TransportRoom {
  readonly capabilities: Rtc;
  readonly #pool: WorkerPool;
  readonly #loudness: Loudness;
  readonly #home: Branch;
  readonly #crowd: number;
  readonly #clock: Clock;
  readonly #branches: Branch[];
  readonly #transports = new Set<Transport>();
  readonly #producers = new Map<string, types.Producer>();
  /** Producers on their way to a branch, by both ids. */
  readonly #pipes = new Map<string, Promise<unknown>>();
  readonly #forget: (() => void)[] = [];
  #growing: Promise<Branch | null> | null = null;
  #closed = false;
  #lost = false;
  #onLost: () => void = () => {};
  #onClosed: () => void = () => {};

  /** @param crowd with so many consumers on its workers, a room takes another worker. */
  static async create(pool: WorkerPool, clock: Clock, crowd: number): Promise<Room> {
    const seat = await pool.take();
    seat.tally.rooms++;
    try {
      return await refusing(async () => {
        const router = await seat.worker.createRouter({ mediaCodecs: codecs });
        return new Room(pool, { seat, router }, await Loudness.create(router, clock), crowd, clock);
      });
    } catch (error) {
      seat.tally.rooms--;
      throw error;
    }
  }

  private constructor(pool: WorkerPool, home: Branch, loudness: Loudness, crowd: number, clock: Clock) {
    this.#clock = clock;
    this.#pool = pool;
    this.#home = home;
    this.#loudness = loudness;
    this.#crowd = crowd;
    this.#branches = [home];
    this.capabilities = plain(home.router.rtpCapabilities);
    this.#watch(home);
  }

  async connect(direction: Direction, limits: { readonly bitsPerSecond: number }): Promise<Transport> {
    this.#demandOpen();
    return refusing(async () => {
      const branch = direction === 'send' ? this.#home : await this.#branchForReceiver();
      const inner = await branch.router.createWebRtcTransport({
        webRtcServer: branch.seat.server,
        enableUdp: true,
        enableTcp: true,
        preferUdp: true,
        initialAvailableOutgoingBitrate: FIRST_OUTGOING_BPS,
        iceConsentTimeout: CONSENT_SECONDS,
      });
      await inner.setMaxIncomingBitrate(Math.round(limits.bitsPerSecond));
      return this.#transport(branch, direction, browserWire(inner));
    });
  }

  async tap(id: string): Promise<Tap | null> {
    this.#demandOpen();
    if (!this.#producers.has(id)) throw problem('producer-unknown');
    return Tap.create(this.#home.router, id, this.#clock);
  }

  async connectPlain(direction: Direction): Promise<Transport> {
    this.#demandOpen();
    return refusing(async () => {
      const branch = direction === 'send' ? this.#home : await this.#branchForReceiver();
      const inner = await branch.router.createPlainTransport(plainOptions);
      return this.#transport(branch, direction, plainWire(inner));
    });
  }

  #transport(branch: Branch, direction: Direction, wire: Wire): Transport {
    const transport = new Transport(this, branch, direction, wire);
    this.#transports.add(transport);
    branch.seat.tally.transports++;
    wire.onClosed(() => {
      this.#transports.delete(transport);
      branch.seat.tally.transports--;
    });
    if (this.#closed) transport.close();
    this.#demandOpen();
    return transport;
  }

  onLevels(
    listener: (levels: readonly { readonly producer: string; readonly level: number }[]) => void,
  ): void {
    this.#loudness.onLevels(listener);
  }

  onSpeaker(listener: (producer: string | null) => void): void {
    this.#loudness.onSpeaker(listener);
  }

  onLost(listener: () => void): void {
    this.#onLost = listener;
    if (this.#lost) listener();
  }

  /** However the room ended. */
  onClosed(listener: () => void): void {
    this.#onClosed = listener;
    if (this.#closed) listener();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#loudness.close();
    for (const forget of this.#forget) forget();
    for (const transport of this.#transports) transport.close();
    for (const { seat, router } of this.#branches) {
      seat.tally.rooms--;
      router.close();
    }
    this.#onClosed();
  }

  async added(producer: types.Producer): Promise<void> {
    this.#producers.set(producer.id, producer);
    producer.observer.once('close', () => {
      this.#producers.delete(producer.id);
      for (const branch of this.#branches) this.#pipes.delete(pipeKey(producer.id, branch));
      this.#loudness.ended(producer.id);
    });
    if (producer.kind === 'audio') await this.#loudness.add(producer.id);
  }

  async reach(id: string, branch: Branch): Promise<void> {
    if (!this.#producers.has(id)) throw problem('producer-unknown');
    if (branch !== this.#home) {
      const key = pipeKey(id, branch);
      const pipe =
        this.#pipes.get(key) ??
        this.#home.router.pipeToRouter({ producerId: id, router: branch.router, enableSctp: false });
      this.#pipes.set(key, pipe);
      await pipe.catch((error: unknown) => {
        this.#pipes.delete(key);
        throw error;
      });
    }
  }

  /** The least loaded branch; a new one, if all are crowded and a worker is less so. */
  async #branchForReceiver(): Promise<Branch> {
    const least = () =>
      this.#branches.toSorted((a, b) => a.seat.tally.consumers - b.seat.tally.consumers)[0]!;
    const best = least();
    if (best.seat.tally.consumers < this.#crowd) return best;
    this.#growing ??= this.#grow(best.seat.tally.consumers).finally(() => (this.#growing = null));
    return (await this.#growing) ?? least();
  }

  async #grow(consumers: number): Promise<Branch | null> {
    const seat = await this.#pool.relief(new Set(this.#branches.map((branch) => branch.seat)), consumers);
    if (seat === null) return null;
    const branch = { seat, router: await seat.worker.createRouter({ mediaCodecs: codecs }) };
    if (this.#closed) {
      branch.router.close();
      return null;
    }
    seat.tally.rooms++;
    this.#branches.push(branch);
    this.#watch(branch);
    return branch;
  }

  /** A room that lost one of its workers is lost as a whole: its participants come back together. */
  #watch({ seat }: Branch): void {
    this.#forget.push(
      seat.onGone(() => {
        this.#lost = true;
        this.close();
        this.#onLost();
      }),
    );
  }

  #demandOpen(): void {
    if (this.#closed) throw problem('sfu-closed');
  }
}

const pipeKey = (producer: string, { router }: Branch) => `${producer} ${router.id}`;
