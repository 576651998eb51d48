import { Worker } from 'node:worker_threads';
import type { BotCounts, BotLine, BotMedia, Rtc } from '../../calls/ports.ts';
import { problem } from './problems.ts';
import { SUITE } from './srtp.ts';
import { AUDIO_TYPE, LEVEL_ID, VIDEO_TYPE } from './stream.ts';
import type { Answer, Opened, Order } from './wire.ts';

/** The media of synthetic participants, in a thread of its own until `stop`. */
export const createBotMedia = (): BotMedia => new RtpThread();

class RtpThread implements BotMedia {
  readonly #waiting = new Map<
    number,
    { resolve: (answer: Answer) => void; reject: (error: unknown) => void }
  >();
  readonly #thread = new Worker(new URL('./rtp.worker.ts', import.meta.url), { name: 'rtp' });
  #next = 1;
  #ended: string | null = null;

  constructor() {
    this.#thread.unref();
    this.#thread.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.resolve(answer);
      this.#waiting.delete(answer.id);
    });
    this.#thread.once('error', (error) => this.#end(error instanceof Error ? error.message : String(error)));
    this.#thread.once('exit', () => this.#end('the thread ended'));
  }

  async open(counted: boolean): Promise<BotLine> {
    const line = this.#next++;
    const answer = await this.#ask((id) => ({ t: 'open', id, line, counted }));
    if ('opened' in answer) return this.#lineOf(line, answer.opened);
    throw problem('no-socket', { reason: 'failed' in answer ? answer.failed : '' });
  }

  async counts(): Promise<BotCounts> {
    const answer = await this.#ask((id) => ({ t: 'counts', id }));
    return 'counts' in answer ? answer.counts : { sent: 0, received: 0, lost: 0 };
  }

  async stop(): Promise<void> {
    await this.#thread.terminate();
  }

  #lineOf(line: number, { sendPort, receivePort, masterKey }: Opened): BotLine {
    const own = (port: number): Rtc => ({ port, cryptoSuite: SUITE, keyBase64: masterKey });
    return {
      id: line,
      connects: { send: own(sendPort), receive: own(receivePort) },
      reach: (port) => this.#tell({ t: 'reach', line, port }),
      send: (kind) => {
        const ssrc = line * 10 + (kind === 'audio' ? 1 : 2);
        this.#tell({ t: 'send', line, ssrc, kind });
        return trackOf(kind, ssrc);
      },
      talk: (on) => this.#tell({ t: 'talk', line, on }),
      close: () => this.#tell({ t: 'close', line }),
    };
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.values()) reject(problem('no-socket', { reason }));
    this.#waiting.clear();
  }

  #tell(order: Order): void {
    this.#thread.postMessage(order);
  }

  #ask(order: (id: number) => Order): Promise<Answer> {
    if (this.#ended !== null) return Promise.reject(problem('no-socket', { reason: this.#ended }));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#tell(order(id));
    });
  }
}

function trackOf(kind: 'audio' | 'video', ssrc: number): Rtc {
  const codec: Rtc =
    kind === 'audio'
      ? { mimeType: 'audio/opus', payloadType: AUDIO_TYPE, clockRate: 48_000, channels: 2 }
      : { mimeType: 'video/VP8', payloadType: VIDEO_TYPE, clockRate: 90_000 };
  return {
    mid: String(ssrc),
    codecs: [{ ...codec, parameters: {}, rtcpFeedback: [] }],
    headerExtensions:
      kind === 'audio' ? [{ uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', id: LEVEL_ID }] : [],
    encodings: [{ ssrc, ...(kind === 'audio' ? { dtx: true } : {}) }],
    rtcp: { cname: `bot${ssrc}`, reducedSize: true },
  };
}
