import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Rtc, Sfu, SfuRoom } from './ports.ts';
import { dtlsOfBrowser, opusTrack, soundOnly, vp8Track } from './test-rtp.ts';

export interface SfuUnderTest {
  readonly sfu: Sfu;
  /** Ends a worker as the kernel does when memory runs out. */
  kill(pid: number): void;
}

const LIMITS = { bitsPerSecond: 4_000_000 };
const refused = { code: 'sfu-refused' };
let ssrcs = 10_000;
const nextSsrc = () => (ssrcs += 1_000);
/** A value of JSON, without anything undefined, which a reader of the contract would refuse. */
const expectJson = (value: object) => expect(value).toStrictEqual(JSON.parse(JSON.stringify(value)));
/** Waits for what another process says. */
const soon = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 5_000, interval: 20 });

/**
 * The contract of every SFU.
 *
 * @param skipped why the tests cannot run here; null if they can.
 */
export function sfuContract(
  name: string,
  make: () => Promise<SfuUnderTest>,
  skipped: string | null = null,
): void {
  describe.skipIf(skipped !== null)(`SFU: ${name}${skipped === null ? '' : ` (skipped: ${skipped})`}`, () => {
    let sfu: Sfu;
    let kill: SfuUnderTest['kill'];
    beforeAll(async () => void ({ sfu, kill } = await make()));
    afterAll(() => sfu.stop());

    const sender = async (room: SfuRoom) => room.connect('send', LIMITS);
    const receiver = async (room: SfuRoom) => room.connect('receive', LIMITS);
    const load = async () =>
      (await sfu.loads()).reduce(
        (sum, { rooms, transports, producers, consumers }) => ({
          rooms: sum.rooms + rooms,
          transports: sum.transports + transports,
          producers: sum.producers + producers,
          consumers: sum.consumers + consumers,
        }),
        { rooms: 0, transports: 0, producers: 0, consumers: 0 },
      );

    test('a room carries Opus, VP8, VP9, AV1 and H.264', async () => {
      expect(sfu.trouble()).toBeNull();
      const room = await sfu.open();
      const codecs = room.capabilities['codecs'] as { mimeType: string }[];
      expect(codecs.map(({ mimeType }) => mimeType).filter((type) => type !== 'video/rtx')).toEqual([
        'audio/opus',
        'video/VP8',
        'video/VP9',
        'video/AV1',
        'video/H264',
      ]);
      expectJson(room.capabilities);
      room.close();
    });

    test('a connection is offered with what a browser needs for ICE and DTLS', async () => {
      const room = await sfu.open();
      const { id, offer } = await sender(room);
      expect(id).not.toBe((await sender(room)).id);
      expect(offer.iceParameters).toMatchObject({
        usernameFragment: expect.any(String),
        password: expect.any(String),
      });
      expect(offer.iceCandidates[0]).toMatchObject({ protocol: 'udp', port: expect.any(Number) });
      expect(offer.dtlsParameters).toMatchObject({ fingerprints: expect.any(Array) });
      expectJson(offer);
      room.close();
    });

    test('new ICE parameters differ from the old ones', async () => {
      const room = await sfu.open();
      const transport = await sender(room);
      expect(await transport.restartIce()).not.toEqual(transport.offer.iceParameters);
      room.close();
    });

    test('a connection is made once', async () => {
      const room = await sfu.open();
      const transport = await sender(room);
      await transport.connect(dtlsOfBrowser);
      await expect(transport.connect(dtlsOfBrowser)).rejects.toMatchObject(refused);
      room.close();
    });

    test('a track reaches another participant, paused at first', async () => {
      const room = await sfu.open();
      const camera = await (
        await sender(room)
      ).produce({
        kind: 'video',
        rtpParameters: vp8Track(nextSsrc(), 3),
        paused: false,
      });
      const watcher = await receiver(room);
      const consumer = await watcher.consume(camera.id, room.capabilities);
      expect(consumer).toMatchObject({ producer: camera.id, kind: 'video' });
      expectJson(consumer!.rtpParameters);
      expect(consumer!.rtpParameters).toMatchObject({
        codecs: [
          expect.objectContaining({ mimeType: 'video/VP8' }),
          ...(await repairs(consumer!.rtpParameters)),
        ],
        encodings: [expect.objectContaining({ ssrc: expect.any(Number) })],
      });
      await consumer!.prefer(0);
      await consumer!.resume();
      await consumer!.prefer(2);
      await consumer!.pause();
      expect(await watcher.stats()).toEqual({
        bitsPerSecond: expect.any(Number),
        lossRate: null,
        roundTripMs: null,
        jitterMs: null,
      });
      room.close();
    });

    test('a layer can be preferred on a track without layers, to no effect', async () => {
      const room = await sfu.open();
      const voice = await (
        await sender(room)
      ).produce({
        kind: 'audio',
        rtpParameters: opusTrack(nextSsrc()),
        paused: true,
      });
      const consumer = await (await receiver(room)).consume(voice.id, room.capabilities);
      await consumer!.prefer(2);
      await voice.resume();
      await voice.pause();
      room.close();
    });

    test('a browser that cannot decode a track does not get it', async () => {
      const room = await sfu.open();
      const camera = await (
        await sender(room)
      ).produce({
        kind: 'video',
        rtpParameters: vp8Track(nextSsrc()),
        paused: false,
      });
      expect(await (await receiver(room)).consume(camera.id, soundOnly)).toBeNull();
      room.close();
    });

    test('who receives a track is told of its end', async () => {
      const room = await sfu.open();
      const sending = await sender(room);
      const watcher = await receiver(room);
      const ended: string[] = [];
      for (const name of ['voice', 'second voice']) {
        const voice = await sending.produce({
          kind: 'audio',
          rtpParameters: opusTrack(nextSsrc()),
          paused: false,
        });
        const consumer = await watcher.consume(voice.id, room.capabilities);
        consumer!.onEnded(() => ended.push(name));
        if (name === 'voice') voice.close();
      }
      await soon(() => expect(ended).toEqual(['voice']));
      sending.close();
      await soon(() => expect(ended).toEqual(['voice', 'second voice']));
      room.close();
    });

    test('a connection that closes is lost to its listener, and to nobody else', async () => {
      const room = await sfu.open();
      const [one, other] = [await sender(room), await sender(room)];
      const states: string[] = [];
      one.onState((state) => states.push(`one ${state}`));
      other.onState((state) => states.push(`other ${state}`));
      one.close();
      expect(states).toEqual(['one lost']);
      await expect(one.connect(dtlsOfBrowser)).rejects.toMatchObject(refused);
      await other.connect(dtlsOfBrowser);
      room.close();
    });

    test('rooms are separate', async () => {
      const [room, other] = [await sfu.open(), await sfu.open()];
      const voice = await (
        await sender(room)
      ).produce({
        kind: 'audio',
        rtpParameters: opusTrack(nextSsrc()),
        paused: false,
      });
      await expect((await receiver(other)).consume(voice.id, other.capabilities)).rejects.toMatchObject(
        refused,
      );
      room.close();
      other.close();
    });

    test.each<[string, (room: SfuRoom) => Promise<unknown>]>([
      [
        'a codec that the room does not carry',
        async (room) =>
          (await sender(room)).produce({
            kind: 'audio',
            rtpParameters: track(opusTrack(nextSsrc()), { mimeType: 'audio/L16' }),
            paused: false,
          }),
      ],
      [
        'a picture that calls itself sound',
        async (room) =>
          (await sender(room)).produce({ kind: 'audio', rtpParameters: vp8Track(nextSsrc()), paused: false }),
      ],
      [
        'an SSRC that is no number',
        async (room) =>
          (await sender(room)).produce({
            kind: 'audio',
            rtpParameters: { ...opusTrack(nextSsrc()), encodings: [{ ssrc: 'tide' }] },
            paused: false,
          }),
      ],
      [
        'an SSRC out of range',
        async (room) =>
          (await sender(room)).produce({
            kind: 'audio',
            rtpParameters: { ...opusTrack(nextSsrc()), encodings: [{ ssrc: 2 ** 40 }] },
            paused: false,
          }),
      ],
      [
        'a thousand encodings',
        async (room) =>
          (await sender(room)).produce({
            kind: 'video',
            rtpParameters: vp8Track(nextSsrc(), 1000),
            paused: false,
          }),
      ],
      [
        'no encoding',
        async (room) =>
          (await sender(room)).produce({
            kind: 'audio',
            rtpParameters: { ...opusTrack(nextSsrc()), encodings: [] },
            paused: false,
          }),
      ],
      [
        'parameters of a megabyte',
        async (room) =>
          (await sender(room)).produce({
            kind: 'audio',
            rtpParameters: track(opusTrack(nextSsrc()), { parameters: { note: 'x'.repeat(1_000_000) } }),
            paused: false,
          }),
      ],
      [
        'empty parameters',
        async (room) => (await sender(room)).produce({ kind: 'audio', rtpParameters: {}, paused: false }),
      ],
      [
        'an SSRC that the connection already sends',
        async (room) => {
          const sending = await sender(room);
          const rtpParameters = opusTrack(nextSsrc());
          await sending.produce({ kind: 'audio', rtpParameters, paused: false });
          await sending.produce({
            kind: 'audio',
            rtpParameters: { ...rtpParameters, mid: 'other' },
            paused: false,
          });
        },
      ],
      [
        'a track on a connection for receiving',
        async (room) =>
          (await receiver(room)).produce({
            kind: 'audio',
            rtpParameters: opusTrack(nextSsrc()),
            paused: false,
          }),
      ],
      [
        'a wish to receive on a connection for sending',
        async (room) => {
          const sending = await sender(room);
          const voice = await sending.produce({
            kind: 'audio',
            rtpParameters: opusTrack(nextSsrc()),
            paused: false,
          });
          await sending.consume(voice.id, room.capabilities);
        },
      ],
      [
        'a track that nobody sends',
        async (room) => (await receiver(room)).consume('5b8dbd4b', room.capabilities),
      ],
      [
        'capabilities that are none',
        async (room) => {
          const voice = await (
            await sender(room)
          ).produce({
            kind: 'audio',
            rtpParameters: opusTrack(nextSsrc()),
            paused: false,
          });
          await (await receiver(room)).consume(voice.id, { codecs: 'all' });
        },
      ],
      [
        'DTLS without a fingerprint',
        async (room) => (await sender(room)).connect({ role: 'client', fingerprints: [] }),
      ],
      [
        'a fingerprint of another length than its algorithm has',
        async (room) =>
          (await sender(room)).connect({
            fingerprints: [{ algorithm: 'sha-512', value: Array(32).fill('AB').join(':') }],
          }),
      ],
    ])('refuses %s, and the room goes on', async (_what, attempt) => {
      const room = await sfu.open();
      await expect(attempt(room)).rejects.toMatchObject(refused);
      const voice = await (
        await sender(room)
      ).produce({
        kind: 'audio',
        rtpParameters: opusTrack(nextSsrc()),
        paused: false,
      });
      expect(await (await receiver(room)).consume(voice.id, room.capabilities)).not.toBeNull();
      room.close();
    });

    test('a tap names the format of a track, and ends with the track', async () => {
      const room = await sfu.open();
      const sending = await sender(room);
      const voice = await sending.produce({
        kind: 'audio',
        rtpParameters: opusTrack(nextSsrc()),
        paused: false,
      });
      const camera = await (
        await sender(room)
      ).produce({
        kind: 'video',
        rtpParameters: vp8Track(nextSsrc(), 3),
        paused: false,
      });
      const payloadType = expect.any(Number);
      const heard = await room.tap(voice.id);
      expect(heard?.format).toMatchObject({ kind: 'audio', payloadType, clockRate: 48_000, channels: 2 });
      expect(heard?.format.codec.toLowerCase()).toBe('opus');
      const seen = await room.tap(camera.id);
      expect(seen?.format).toEqual({
        kind: 'video',
        codec: 'VP8',
        payloadType,
        clockRate: 90_000,
        channels: null,
      });
      const ended: string[] = [];
      heard!.onEnded(() => ended.push('heard'));
      seen!.onEnded(() => ended.push('seen'));
      await heard!.begin(40_002);
      await seen!.begin(40_004);
      seen!.close();
      voice.close();
      await soon(() => expect(ended).toEqual(['heard']));
      await expect(room.tap(voice.id)).rejects.toMatchObject(refused);
      room.close();
      await expect(room.tap(camera.id)).rejects.toMatchObject(refused);
    });

    test('the load counts what is open, and forgets what closed', async () => {
      const before = await load();
      const room = await sfu.open();
      const sending = await sender(room);
      const voice = await sending.produce({
        kind: 'audio',
        rtpParameters: opusTrack(nextSsrc()),
        paused: false,
      });
      await (await receiver(room)).consume(voice.id, room.capabilities);
      const added = Object.values(await load()).map((count, at) => count - Object.values(before)[at]!);
      expect(added).toEqual([1, 2, 1, 1]);
      for (const { cpu } of await sfu.loads()) {
        expect(cpu).toBeGreaterThanOrEqual(0);
        expect(cpu).toBeLessThanOrEqual(1);
      }
      room.close();
      expect(await load()).toEqual(before);
    });

    test('nothing works in a closed room', async () => {
      const room = await sfu.open();
      const transport = await sender(room);
      let lost = false;
      room.onLost(() => (lost = true));
      room.close();
      room.close();
      await expect(room.connect('send', LIMITS)).rejects.toMatchObject(refused);
      await expect(transport.restartIce()).rejects.toMatchObject(refused);
      expect(lost).toBe(false);
    });

    test('a room whose worker is killed says so within a second, and another opens within five', async () => {
      const rooms = [await sfu.open(), await sfu.open()];
      const lost = new Set<SfuRoom>();
      for (const room of rooms) room.onLost(() => lost.add(room));
      const transport = await sender(rooms[0]!);
      const states: string[] = [];
      transport.onState((state) => states.push(state));
      for (const { pid } of await sfu.loads()) kill(pid);
      await vi.waitFor(() => expect(lost.size).toBe(2), { timeout: 1_000, interval: 10 });
      expect(states).toEqual(['lost']);
      await expect(rooms[0]!.connect('send', LIMITS)).rejects.toMatchObject(refused);
      const again = await Promise.race([
        sfu.open(),
        new Promise<null>((late) => setTimeout(late, 5_000, null)),
      ]);
      expect(again).not.toBeNull();
      expect(await sender(again!)).toHaveProperty('id');
      again!.close();
    });
  });

  test.skipIf(skipped !== null)(`SFU: ${name}: a stopped SFU has no rooms and opens none`, async () => {
    const { sfu } = await make();
    const room = await sfu.open();
    let lost = false;
    room.onLost(() => (lost = true));
    await sfu.stop();
    expect(lost).toBe(false);
    expect(await sfu.loads()).toEqual([]);
    expect(sfu.trouble()).not.toBeNull();
    await expect(sfu.open()).rejects.toMatchObject({ code: 'sfu-stopped' });
    await expect(room.connect('send', LIMITS)).rejects.toMatchObject(refused);
  });
}

/** The track with other fields in its codec. */
function track(parameters: Rtc, codec: Rtc): Rtc {
  const [first] = parameters['codecs'] as Rtc[];
  return { ...parameters, codecs: [{ ...first, ...codec }] };
}

/** The codecs of a consumer after the first, which are up to the SFU. */
async function repairs({ codecs }: Rtc): Promise<unknown[]> {
  return (codecs as unknown[]).slice(1);
}
