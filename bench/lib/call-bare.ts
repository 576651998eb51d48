import { createWorker, type types } from 'mediasoup';
import { homedir } from 'node:os';
import type { BotLine, BotMedia, Rtc } from '../../app/main/calls/ports.ts';
import { findWorker } from '../../app/main/platform/mediasoup/index.ts';
import { codecs } from '../../app/main/platform/mediasoup/codecs.ts';
import { plainOptions } from '../../app/main/platform/mediasoup/wires.ts';

/** A room of mediasoup as its documentation builds one, without a layer of ours: routers, transports, tracks. */
export class BareRoom {
  readonly pids: readonly number[];
  readonly lines: BotLine[] = [];
  readonly #workers: readonly types.Worker[];

  private constructor(workers: readonly types.Worker[]) {
    this.#workers = workers;
    this.pids = workers.map(({ pid }) => pid);
  }

  /** Everybody sends sound and receives everybody else's. */
  static async open(media: BotMedia, count: number, counted: number): Promise<BareRoom> {
    const { env, platform, arch } = process;
    const workerBin = findWorker({ env, platform, arch, home: homedir(), resources: null });
    if (workerBin === null) throw new Error('There is no mediasoup-worker; run “npm run worker”.');
    const worker = await createWorker({ workerBin, logLevel: 'error' });
    const router = await worker.createRouter({ mediaCodecs: codecs });
    const room = new BareRoom([worker]);
    const rtpCapabilities = {
      codecs: router.rtpCapabilities
        .codecs!.filter(({ mimeType }) => mimeType === 'audio/opus')
        .map((codec) => ({ ...codec, rtcpFeedback: [] })),
      headerExtensions: [],
    };
    const connected = async (parameters: Rtc) => {
      const transport = await router.createPlainTransport(plainOptions);
      const { port, cryptoSuite, keyBase64 } = parameters as { port: number } & types.SrtpParameters;
      await transport.connect({ ip: '127.0.0.1', port, srtpParameters: { cryptoSuite, keyBase64 } });
      return transport;
    };
    const producers: { producer: types.Producer; line: BotLine }[] = [];
    for (let n = 0; n < count; n++) {
      const line = await media.open(n >= count - counted);
      const transport = await connected(line.connects.send);
      line.reach(transport.tuple.localPort);
      const rtpParameters = line.send('audio') as unknown as types.RtpParameters;
      producers.push({ line, producer: await transport.produce({ kind: 'audio', rtpParameters }) });
      room.lines.push(line);
    }
    for (const line of room.lines) {
      const transport = await connected(line.connects.receive);
      for (const { producer, line: from } of producers) {
        if (from === line) continue;
        const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities, paused: true });
        await consumer.resume();
      }
    }
    return room;
  }

  close(): void {
    for (const line of this.lines) line.close();
    for (const worker of this.#workers) worker.close();
  }
}
