import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';
import { observer, type types } from 'mediasoup';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { opusTrack, vp8Track } from '../../calls/test-rtp.ts';
import type { Rtc, Sfu, SfuOptions } from '../../calls/ports.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { createSfu } from './index.ts';
import { testWorker } from './test-worker.ts';

const LIMITS = { bitsPerSecond: 4_000_000 };
const opened: Sfu[] = [];
afterEach(async () => {
  for (const sfu of opened.splice(0)) await sfu.stop();
});

function make({
  bin = testWorker,
  crowd = 400,
  ...options
}: Partial<SfuOptions> & { bin?: string | null; crowd?: number } = {}): Sfu {
  const sfu = createSfu({
    options: () => ({ listen: [{ ip: '127.0.0.1' }], port: 0, workers: 2, ...options }),
    logger: silentLogger,
    workerBin: () => bin,
    crowd,
  });
  opened.push(sfu);
  return sfu;
}

const voice = (ssrc: number) => ({ kind: 'audio' as const, rtpParameters: opusTrack(ssrc), paused: false });

test('without a worker no room opens, and the sentence says what to do', async () => {
  const sfu = make({ bin: null });
  expect(sfu.trouble()).toMatchObject({
    code: 'worker-missing',
    remedy: expect.stringContaining('npm run worker'),
  });
  await expect(sfu.open()).rejects.toMatchObject({ code: 'worker-missing' });
  expect(await sfu.loads()).toEqual([]);
});

test('a file that is no worker is reported, and tried again later', async () => {
  const sfu = make({ bin: '/bin/false' });
  expect(sfu.trouble()).toBeNull();
  await expect(sfu.open()).rejects.toMatchObject({ code: 'worker-broken' });
  expect(sfu.trouble()).toMatchObject({ code: 'worker-broken' });
  await expect(sfu.open()).rejects.toMatchObject({ code: 'worker-broken' });
});

describe.skipIf(testWorker === null)('workers', () => {
  test('a port that another program holds is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => other.once('listening', done));
    const address = other.address();
    const port = typeof address === 'object' ? address!.port : 0;
    const sfu = make({ port });
    await expect(sfu.open()).rejects.toMatchObject({
      code: 'media-address',
      message: expect.stringContaining(`127.0.0.1, port ${port}`),
    });
    other.close();
  });

  test('where the port of a further worker is taken, the first one serves more rooms', async () => {
    const port = 42_000 + (process.pid % 10_000);
    const other = createServer().listen(port + 1, '127.0.0.1');
    await new Promise((done) => other.once('listening', done));
    const sfu = make({ port });
    await sfu.open();
    await sfu.open();
    expect((await sfu.loads()).map(({ rooms }) => rooms)).toEqual([2]);
    expect(sfu.trouble()).toBeNull();
    other.close();
  });

  test('browsers are told the announced address and the port of the worker', async () => {
    const port = 20_000 + (process.pid % 20_000);
    const sfu = make({ port, listen: [{ ip: '127.0.0.1', announced: '198.51.100.7' }] });
    const { offer } = await (await sfu.open()).connect('send', LIMITS);
    expect(offer.iceCandidates).toEqual([
      expect.objectContaining({ protocol: 'udp', address: '198.51.100.7', port }),
      // For those behind the same router.
      expect.objectContaining({ protocol: 'udp', address: '127.0.0.1', port }),
      expect.objectContaining({ protocol: 'tcp', address: '198.51.100.7', port }),
      expect.objectContaining({ protocol: 'tcp', address: '127.0.0.1', port }),
    ]);
    const second = await (await sfu.open()).connect('send', LIMITS);
    expect(second.offer.iceCandidates[0]).toMatchObject({ port: port + 1 });
  });

  test.skipIf(process.platform !== 'linux')(
    'a worker inherits no secret, writes no file and leaves no dump of its memory',
    async () => {
      process.env['IMPULSE_TEST_SECRET'] = 'tide';
      const listening = process.listenerCount('SIGTERM');
      const sfu = make();
      await sfu.open();
      delete process.env['IMPULSE_TEST_SECRET'];
      const [load] = await sfu.loads();
      expect(readFileSync(`/proc/${load!.pid}/environ`, 'utf8')).not.toContain('tide');
      expect(process.listenerCount('SIGTERM')).toBe(listening);
      await vi.waitFor(() => {
        const limits = readFileSync(`/proc/${load!.pid}/limits`, 'utf8');
        expect(limits).toMatch(/Max core file size +0 +0/);
        expect(limits).toMatch(/Max file size +0 +0/);
      });
    },
  );

  test('rooms are spread over as many workers as allowed', async () => {
    const sfu = make({ workers: 2 });
    for (let room = 0; room < 4; room++) await sfu.open();
    expect((await sfu.loads()).map(({ rooms }) => rooms)).toEqual([2, 2]);
  });

  test('a crowded room takes another worker, whose participants receive the same tracks', async () => {
    const sfu = make({ crowd: 3, workers: 2 });
    const room = await sfu.open();
    const sending = await room.connect('send', LIMITS);
    const tracks = [await sending.produce(voice(1)), await sending.produce(voice(2))];
    tracks.push(await sending.produce({ kind: 'video', rtpParameters: vp8Track(3, 3), paused: false }));
    const ended: string[] = [];
    for (let participant = 0; participant < 4; participant++) {
      const receiving = await room.connect('receive', LIMITS);
      await Promise.all(
        tracks.map(async ({ id, kind }) => {
          const consumer = await receiving.consume(id, room.capabilities);
          expect(consumer).toMatchObject({ producer: id, kind });
          consumer!.onEnded(() => ended.push(id));
          await consumer!.resume();
          await consumer!.prefer(1);
        }),
      );
    }
    expect((await sfu.loads()).map(({ consumers }) => consumers)).toEqual([6, 6]);
    tracks[0]!.close();
    await vi.waitFor(() => expect(ended).toEqual(Array.from({ length: 4 }, () => tracks[0]!.id)));
    let lost = 0;
    room.onLost(() => lost++);
    process.kill((await sfu.loads())[1]!.pid, 'SIGKILL');
    await vi.waitFor(() => expect(lost).toBe(1), { timeout: 1_000 });
    await vi.waitFor(async () => expect((await sfu.loads()).map(({ rooms }) => rooms)).toEqual([0]));
  });

  test('sound that arrives has a level and the floor; silence gives it up', async () => {
    const routers: types.Router[] = [];
    const observers: types.RtpObserver[] = [];
    observer.once('newworker', (worker) =>
      worker.observer.once('newrouter', (router) => {
        routers.push(router);
        router.observer.on('newrtpobserver', (made) => void observers.push(made));
      }),
    );
    const room = await make().open();
    const speakers: (string | null)[] = [];
    const levels: number[] = [];
    room.onSpeaker((producer) => speakers.push(producer));
    room.onLevels((heard) => void levels.push(heard[0]?.level ?? 0));
    // Stands in for a browser, whose packets would need DTLS.
    const direct = await routers[0]!.createDirectTransport();
    const loud = await direct.produce({
      kind: 'audio',
      rtpParameters: opusTrack(77) as unknown as types.RtpParameters,
    });
    for (const made of observers) await made.addProducer({ producerId: loud.id });
    const speaking = setInterval(() => loud.send(packet(77)), 20);
    await vi.waitFor(() => expect(speakers).toEqual([loud.id]), { timeout: 5_000 });
    await vi.waitFor(() => expect(Math.max(...levels)).toBeGreaterThan(0.7), { timeout: 5_000 });
    clearInterval(speaking);
    await vi.waitFor(() => expect(speakers).toEqual([loud.id, null]), { timeout: 10_000 });
    expect(levels.at(-1)).toBe(0);
  });

  test('whatever a browser sends is taken or refused, and the worker goes on', async () => {
    const sfu = make({ workers: 1 });
    const room = await sfu.open();
    const [{ pid } = { pid: 0 }] = await sfu.loads();
    let ssrc = 1000;
    await fc.assert(
      fc.asyncProperty(change, fc.constantFrom('audio', 'video'), async (made, kind) => {
        const sending = await room.connect('send', LIMITS);
        const receiving = await room.connect('receive', LIMITS);
        const original = kind === 'audio' ? opusTrack((ssrc += 1000)) : vp8Track((ssrc += 1000), 3);
        const refused = (error: unknown): null => {
          expect(error).toMatchObject({ code: 'sfu-refused' });
          return null;
        };
        const track = { kind: kind as 'audio', rtpParameters: changed(original, made), paused: false };
        const producer = await sending.produce(track).catch(refused);
        if (producer !== null)
          await receiving.consume(producer.id, changed(room.capabilities, made)).catch(refused);
        sending.close();
        receiving.close();
      }),
      { numRuns: 400 },
    );
    const voices = await (await room.connect('send', LIMITS)).produce(voice(5));
    const consumer = await (await room.connect('receive', LIMITS)).consume(voices.id, room.capabilities);
    expect(consumer).not.toBeNull();
    expect((await sfu.loads()).map((load) => load.pid)).toEqual([pid]);
  });
});

const values = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    1.5,
    127,
    128,
    255,
    256,
    65_536,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53,
  ),
  fc.constantFrom<unknown>(
    'audio/opus',
    'video/VP8',
    'video/rtx',
    'L3T3',
    'r0',
    true,
    [],
    {},
    [[]],
    'x'.repeat(300),
  ),
  fc.jsonValue(),
);

const change = fc.record({
  path: fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
  value: values,
  how: fc.constantFrom('replace', 'remove', 'repeat'),
});

/** The JSON value with something in it replaced, removed or repeated, as it arrives. */
function changed(original: Rtc, { path, value, how }: { path: number[]; value: unknown; how: string }): Rtc {
  const copy = structuredClone(original);
  let at: Record<string, unknown> = copy;
  for (const [depth, step] of path.entries()) {
    const keys = Object.keys(at);
    if (keys.length === 0) break;
    const key = keys[step % keys.length]!;
    const inner = at[key];
    if (typeof inner === 'object' && inner !== null && depth < path.length - 1) {
      at = inner as Record<string, unknown>;
      continue;
    }
    if (how === 'replace') at[key] = value;
    else if (how === 'remove') delete at[key];
    else if (Array.isArray(at)) at.push(inner);
    break;
  }
  return JSON.parse(JSON.stringify(copy)) as Rtc;
}

let sequence = 0;

/** A packet of Opus with the extension that says how loud it is: -10 dBov. */
function packet(ssrc: number): Buffer {
  const header = Buffer.alloc(20);
  header[0] = 0x90;
  header[1] = 111;
  header.writeUInt16BE((sequence = (sequence + 1) & 0xff_ff), 2);
  header.writeUInt32BE((sequence * 960) >>> 0, 4);
  header.writeUInt32BE(ssrc, 8);
  header.writeUInt16BE(0xbede, 12);
  header.writeUInt16BE(1, 14);
  header[16] = 0x10;
  header[17] = 0x80 | 10;
  return Buffer.concat([header, Buffer.alloc(40, 1)]);
}
