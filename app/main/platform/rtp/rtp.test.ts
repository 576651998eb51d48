import { afterEach, describe, expect, test, vi } from 'vitest';
import type { BotLine, Rtc, SfuRoom } from '../../calls/ports.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { createSfu } from '../mediasoup/index.ts';
import { testWorker } from '../mediasoup/test-worker.ts';
import { createBotMedia } from './index.ts';
import { Stream } from './stream.ts';
import { Tally } from './tally.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

describe('a tally', () => {
  const packets = (count: number, first: number) => {
    const stream = new Stream(7, 'audio', first);
    return Array.from({ length: count }, (_, tick) => stream.due(tick, true)[0]!.header);
  };

  test('counts what is missing, also where the sequence numbers begin again', () => {
    const tally = new Tally();
    packets(100, 65_500).forEach((packet, at) => at % 10 === 5 || tally.take(packet));
    expect(tally.counts()).toEqual({ streams: 1, received: 90, lost: 10 });
  });

  test('takes late packets as received, and leaves out what is no RTP', () => {
    const tally = new Tally();
    const [one, two, three] = packets(3, 10);
    for (const packet of [one, three, two]) tally.take(packet!);
    tally.take(Buffer.from([0x80, 200, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0]));
    tally.take(Buffer.alloc(3));
    expect(tally.counts()).toEqual({ streams: 1, received: 3, lost: 0 });
  });
});

test('a silent voice sends a packet every 400 ms, a speaking one every 20 ms, with its loudness', () => {
  const stream = new Stream(7, 'audio');
  const of = (talks: boolean) => Array.from({ length: 100 }, (_, tick) => stream.due(tick, talks)).flat();
  expect(of(false)).toHaveLength(5);
  const talking = of(true);
  expect(talking).toHaveLength(100);
  expect(talking[0]!.header[17]! & 0x7f).toBe(20);
});

describe.skipIf(testWorker === null)('through a worker', () => {
  async function world() {
    const sfu = createSfu({
      options: () => ({ listen: [{ ip: '127.0.0.1' }], port: 0, workers: 1 }),
      logger: silentLogger,
      workerBin: () => testWorker,
    });
    const media = createBotMedia();
    stops.push(
      () => media.stop(),
      () => sfu.stop(),
    );
    return { media, room: await sfu.open() };
  }

  async function send(room: SfuRoom, line: BotLine, kind: 'audio' | 'video'): Promise<string> {
    const transport = await room.connectPlain('send');
    await transport.connect(line.connects.send);
    line.reach(Number(transport.offer.iceCandidates[0]!['port']));
    return (await transport.produce({ kind, rtpParameters: line.send(kind), paused: false })).id;
  }

  async function receive(room: SfuRoom, line: BotLine, producer: string): Promise<void> {
    const transport = await room.connectPlain('receive');
    await transport.connect(line.connects.receive);
    const codecs = room.capabilities['codecs'] as Rtc[];
    const plain = codecs.map((codec) => ({ ...codec, rtcpFeedback: [] }));
    const consumer = await transport.consume(producer, { codecs: plain, headerExtensions: [] });
    await consumer!.resume();
  }

  test.each(['audio', 'video'] as const)('encrypted %s reaches another participant', async (kind) => {
    const { media, room } = await world();
    const [one, two] = [await media.open(true), await media.open(true)];
    await receive(room, two, await send(room, one, kind));
    one.talk(true);
    await vi.waitFor(async () => expect((await media.counts()).received).toBeGreaterThan(50), {
      timeout: 10_000,
      interval: 100,
    });
    const levels = new Promise((heard) => room.onLevels(heard));
    if (kind === 'audio') expect(await levels).toMatchObject([{ level: expect.any(Number) }]);
    expect((await media.counts()).lost).toBe(0);
  });

  test('what is not encrypted with the key is dropped', async () => {
    const { media, room } = await world();
    const [one, two] = [await media.open(true), await media.open(true)];
    const transport = await room.connectPlain('send');
    const other = { ...one.connects.send, keyBase64: Buffer.alloc(28).toString('base64') };
    await transport.connect(other);
    line(one, transport.offer.iceCandidates);
    const track = { kind: 'audio' as const, rtpParameters: one.send('audio'), paused: false };
    await receive(room, two, (await transport.produce(track)).id);
    one.talk(true);
    await vi.waitFor(async () => expect((await media.counts()).sent).toBeGreaterThan(50), {
      timeout: 10_000,
      interval: 100,
    });
    expect((await media.counts()).received).toBe(0);
  });

  test('only a port of this machine can be named', async () => {
    const { media, room } = await world();
    const one = await media.open(true);
    const transport = await room.connectPlain('receive');
    const wrongs: Rtc[] = [{ port: 80 }, { keyBase64: 'AAAA' }, { cryptoSuite: 'NONE' }];
    for (const wrong of wrongs) {
      await expect(transport.connect({ ...one.connects.receive, ...wrong })).rejects.toMatchObject({
        code: 'sfu-refused',
      });
    }
  });
});

function line(to: BotLine, [candidate]: readonly Rtc[]): void {
  to.reach(Number(candidate!['port']));
}
