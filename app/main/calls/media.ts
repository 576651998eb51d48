import type { CallSource } from '../../contract/index.ts';
import { every, sleep, type Clock } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Connections, Participant, Received, Sent } from './participant.ts';
import type { MediaKind, Rtc, Sfu, SfuRoom, SfuTap, TransportStats } from './ports.ts';
import { problem } from './problems.ts';

/** [CA9] The most that the SFU accepts from a participant, in bits per second. */
const BITS = 6_000_000;
const BITS_AUDIO_ONLY = 160_000;
/** [CA11] How often and how long a lost room is opened once more, in milliseconds. */
const AGAIN_MS = 500;
const AGAIN_TIMES = 20;
const MEASURE_MS = 3000;
/** Shares of lost packets from which the quality is fair, and poor. */
const FAIR_LOSS = 0.02;
const POOR_LOSS = 0.06;
/** Share of a core from which a worker is too busy. */
const BUSY = 0.9;
/** [CA10] Heights of the layers of simulcast, the smallest first. */
const LAYER_HEIGHTS = [180, 360];

export interface MediaInit {
  readonly sfu: Pick<Sfu, 'open'>;
  /** The load of the workers, measured lately. */
  readonly loads: Sfu['loads'];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Everybody whose connections exist. */
  readonly connected: () => readonly Participant[];
  readonly audioOnly: () => boolean;
  readonly onLevels: (levels: readonly { readonly from: Participant; readonly level: number }[]) => void;
  readonly onSpeaker: (from: Participant | null) => void;
  readonly onQuality: () => void;
  /** The room at the SFU was lost and is open again; null if that failed. */
  readonly onLost: (capabilities: Rtc | null) => void;
  readonly onDisconnected: (participant: Participant, isLost: boolean) => void;
}

export const kindOf = (source: CallSource): MediaKind =>
  source === 'camera' || source === 'screen' ? 'video' : 'audio';

/** The media of one call: who sends and receives what through the SFU. */
export class Media {
  readonly #init: MediaInit;
  #room: Promise<SfuRoom> | null = null;
  #stops: (() => void)[] = [];
  #isClosed = false;

  constructor(init: MediaInit) {
    this.#init = init;
  }

  /** Opens the room at the SFU on first use. Rejects with a Problem of the SFU. */
  async capabilities(): Promise<Rtc> {
    return (await this.#open()).capabilities;
  }

  /** Makes the two connections of a participant. */
  async connect(participant: Participant, capabilities: Rtc): Promise<Connections> {
    const room = await this.#open();
    const bitsPerSecond = this.#init.audioOnly() ? BITS_AUDIO_ONLY : BITS;
    const [send, receive] = await Promise.all([
      participant.isSynthetic ? room.connectPlain('send') : room.connect('send', { bitsPerSecond }),
      participant.isSynthetic ? room.connectPlain('receive') : room.connect('receive', { bitsPerSecond }),
    ]);
    for (const transport of [send, receive]) {
      transport.onState((state) => this.#init.onDisconnected(participant, state === 'lost'));
    }
    return { capabilities, send, receive };
  }

  /** [CA10] Offers everything that the others send to somebody who has joined. */
  async offerAll(to: Participant): Promise<void> {
    for (const from of this.#init.connected()) {
      if (from === to) continue;
      for (const [source, sent] of from.sends) await this.#offer(from, source, sent, to);
    }
  }

  /** [CA10] Offers a new track to everybody else. */
  async offer(from: Participant, source: CallSource, sent: Sent): Promise<void> {
    await Promise.all(
      this.#init
        .connected()
        .filter((to) => to !== from)
        .map((to) => this.#offer(from, source, sent, to)),
    );
  }

  /** Begins, changes or pauses a track as its receiver wants it. */
  async apply({ consumer, isReady, height }: Received): Promise<void> {
    if (!isReady) return;
    if (consumer.kind === 'audio') return consumer.resume();
    if (height === 0) return consumer.pause();
    const layer = LAYER_HEIGHTS.findIndex((most) => height <= most);
    await consumer.prefer(layer === -1 ? LAYER_HEIGHTS.length : layer);
    await consumer.resume();
  }

  /** [CR5] Copies a track to a recorder; null if that is not possible. Rejects with a Problem of the SFU. */
  async tap(producer: string): Promise<SfuTap | null> {
    return this.#room === null ? null : (await this.#room).tap(producer);
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stops.splice(0)) stop();
    this.#room?.then(
      (room) => room.close(),
      () => {},
    );
    this.#room = null;
  }

  #open(): Promise<SfuRoom> {
    if (this.#room) return this.#room;
    const opening = this.#begin();
    this.#room = opening;
    opening.catch(() => {
      if (this.#room === opening) this.#room = null;
    });
    return opening;
  }

  async #begin(): Promise<SfuRoom> {
    const { sfu, clock, onLevels, onSpeaker } = this.#init;
    const room = await sfu.open();
    if (this.#isClosed) {
      room.close();
      throw problem('room-unknown');
    }
    room.onLost(() => void this.#lost());
    room.onLevels((levels) =>
      onLevels(
        levels.flatMap(({ producer, level }) => {
          const from = this.#senderOf(producer);
          return from ? [{ from, level }] : [];
        }),
      ),
    );
    room.onSpeaker((producer) => onSpeaker(producer === null ? null : this.#senderOf(producer)));
    if (this.#stops.length === 0) this.#stops = [every(clock, MEASURE_MS, () => this.#measure())];
    return room;
  }

  #senderOf(producer: string): Participant | null {
    return this.#init.connected().find((one) => one.sourceOf(producer) === 'microphone') ?? null;
  }

  async #offer(from: Participant, source: CallSource, sent: Sent, to: Participant): Promise<void> {
    const { connections } = to;
    const { id } = sent.producer;
    if (connections === null || to.offered.has(id)) return;
    to.offered.add(id);
    try {
      const consumer = await connections.receive.consume(id, connections.capabilities);
      if (consumer === null) return;
      if (to.connections !== connections || from.sends.get(source) !== sent) return consumer.close();
      to.receives.set(consumer.id, { consumer, isReady: false, height: 0 });
      consumer.onEnded(() => {
        if (to.receives.delete(consumer.id)) to.tell({ type: 'track-ended', track: consumer.id });
      });
      to.tell({
        type: 'track',
        track: consumer.id,
        producer: id,
        from: from.id,
        source,
        kind: consumer.kind,
        rtpParameters: consumer.rtpParameters,
      });
    } catch (error) {
      to.offered.delete(id);
      this.#init.logger.info('call-track-not-offered', { code: problemOf(error).code });
    }
  }

  /** [CA11] */
  async #lost(): Promise<void> {
    const { clock, logger, onLost } = this.#init;
    this.#room = null;
    logger.warn('call-media-lost');
    for (let time = 0; time < AGAIN_TIMES && !this.#isClosed; time++) {
      try {
        return onLost(await this.capabilities());
      } catch (error) {
        logger.info('call-media-not-opened', { code: problemOf(error).code });
        await sleep(clock, AGAIN_MS);
      }
    }
    if (!this.#isClosed) onLost(null);
  }

  async #measure(): Promise<void> {
    const { loads, connected, onQuality } = this.#init;
    const participants = connected();
    if (participants.length === 0) return;
    const isBusy = (await loads()).some(({ cpu }) => cpu > BUSY);
    await Promise.all(
      participants.map(async (one) => {
        const { connections } = one;
        if (connections === null) return;
        try {
          const [send, receive] = await Promise.all([connections.send.stats(), connections.receive.stats()]);
          one.stats = { send, receive };
          one.quality = gradeOf([send, receive], isBusy);
        } catch {
          // The connection closed meanwhile.
        }
      }),
    );
    onQuality();
  }
}

function gradeOf(stats: readonly TransportStats[], isBusy: boolean): Participant['quality'] {
  const losses = stats.flatMap(({ lossRate }) => lossRate ?? []);
  if (losses.length === 0) return { grade: 'unknown', cause: 'none' };
  const loss = Math.max(...losses);
  if (loss < FAIR_LOSS) return { grade: 'good', cause: 'none' };
  return { grade: loss < POOR_LOSS ? 'fair' : 'poor', cause: isBusy ? 'host' : 'their-network' };
}
