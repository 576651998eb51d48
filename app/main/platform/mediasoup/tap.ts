import type { types } from 'mediasoup';
import type { Clock } from '../../kernel/clock.ts';
import type { RtpFormat, SfuTap } from '../../calls/ports.ts';
import { problem } from './problems.ts';
import { refusing } from './refusal.ts';

const LOOPBACK = '127.0.0.1';
/** When a picture is asked for further key frames, in case the recorder was not ready for the first. In milliseconds. */
const KEY_FRAMES_MS = [1000, 2500, 5000];
/** The codecs that recorders understand. */
const RECORDED = new Set(['audio/opus', 'video/vp8', 'video/vp9', 'video/h264']);

/**
 * A recorder asks for nothing again, so that it is offered neither retransmission nor feedback on bandwidth: a track with
 * layers then comes in its largest one.
 */
const recorderOf = ({ codecs = [] }: types.RtpCapabilities): types.RtpCapabilities => ({
  codecs: codecs
    .filter(({ mimeType }) => RECORDED.has(mimeType.toLowerCase()))
    .map((codec) => ({
      ...codec,
      rtcpFeedback: (codec.rtcpFeedback ?? []).filter(
        ({ type, parameter }) => type === 'ccm' || (type === 'nack' && parameter === 'pli'),
      ),
    })),
  headerExtensions: [],
});

/** A copy of a track, sent over the loopback. */
export class Tap implements SfuTap {
  readonly format: RtpFormat;
  readonly #transport: types.PlainTransport;
  readonly #consumer: types.Consumer;
  readonly #clock: Clock;
  readonly #cancels: (() => void)[] = [];
  #onFirst: () => void = () => {};
  #onEnded: () => void = () => {};
  #isEnded = false;

  /** Null if no recorder understands the codec. Rejects with a Problem `sfu-refused`. */
  static create(router: types.Router, producer: string, clock: Clock): Promise<Tap | null> {
    return refusing(async () => {
      const rtpCapabilities = recorderOf(router.rtpCapabilities);
      if (!router.canConsume({ producerId: producer, rtpCapabilities })) return null;
      const transport = await router.createPlainTransport({
        listenInfo: { protocol: 'udp', ip: LOOPBACK },
        rtcpMux: false,
        comedia: false,
      });
      try {
        const consumer = await transport.consume({ producerId: producer, rtpCapabilities, paused: true });
        return new Tap(transport, consumer, clock);
      } catch (error) {
        transport.close();
        throw error;
      }
    });
  }

  private constructor(transport: types.PlainTransport, consumer: types.Consumer, clock: Clock) {
    this.#clock = clock;
    this.#transport = transport;
    this.#consumer = consumer;
    const [codec] = consumer.rtpParameters.codecs;
    this.format = {
      kind: consumer.kind,
      codec: codec!.mimeType.split('/')[1]!,
      payloadType: codec!.payloadType,
      clockRate: codec!.clockRate,
      channels: codec!.channels ?? null,
    };
    consumer.observer.once('close', () => this.#end());
    consumer.once('trace', () => {
      consumer.enableTraceEvent([]).catch(() => {});
      this.#onFirst();
    });
  }

  begin(port: number): Promise<void> {
    if (this.#transport.closed) return Promise.reject(problem('sfu-closed'));
    return refusing(async () => {
      await this.#transport.connect({ ip: LOOPBACK, port, rtcpPort: port + 1 });
      await this.#consumer.enableTraceEvent(['rtp']);
      await this.#consumer.resume();
      if (this.#consumer.kind !== 'video') return;
      await this.#consumer.requestKeyFrame();
      for (const delayMs of KEY_FRAMES_MS) {
        this.#cancels.push(
          this.#clock.after(delayMs, () => void this.#consumer.requestKeyFrame().catch(() => {})),
        );
      }
    });
  }

  onFirst(listener: () => void): void {
    this.#onFirst = listener;
  }

  onEnded(listener: () => void): void {
    this.#onEnded = listener;
    if (this.#isEnded) listener();
  }

  close(): void {
    this.#onEnded = () => {};
    this.#transport.close();
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const cancel of this.#cancels) cancel();
    this.#transport.close();
    this.#onEnded();
  }
}
