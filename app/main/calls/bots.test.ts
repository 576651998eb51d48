import { expect, test } from 'vitest';
import type { BotsReport } from '../../contract/index.ts';
import { runBots } from './bots.ts';
import type { BotLine, BotMedia } from './ports.ts';
import { Caller, callers } from './test-calls.ts';
import { opusTrack, vp8Track } from './test-rtp.ts';

const key = { port: 40_000, cryptoSuite: 'AEAD_AES_128_GCM', keyBase64: Buffer.alloc(28).toString('base64') };

/** Media of bots without packets; keeps who spoke. */
function silentMedia() {
  const spoke = new Set<number>();
  let ids = 0;
  let isStopped = false;
  const media: BotMedia = {
    async open(): Promise<BotLine> {
      const id = ++ids;
      return {
        id,
        connects: { send: key, receive: key },
        reach() {},
        send: (kind) => (kind === 'audio' ? opusTrack(id * 10) : vp8Track(id * 10 + 5)),
        talk(on) {
          if (on) spoke.add(id);
        },
        close() {},
      };
    },
    counts: async () => ({ sent: 10, received: 90, lost: 10 }),
    async stop() {
      isStopped = true;
    },
  };
  return { media, spoke, isStopped: () => isStopped };
}

type World = Awaited<ReturnType<typeof callers>>;

async function bots(
  { mara, clock }: World,
  room: string,
  more: { count: number; seconds: number; video?: boolean },
) {
  const { media, ...seen } = silentMedia();
  const reports: BotsReport[] = [];
  const leaving = new AbortController();
  const input = { room, video: false, speakers: 2, counted: 100, ...more };
  const run = (async () => {
    for await (const report of runBots({ calls: mara.calls, media, clock }, input, leaving.signal)) {
      reports.push(report);
    }
  })();
  run.catch(() => {});
  return { reports, run, leaving, ...seen };
}

const open = async ({ mara }: World, audioOnly = false) =>
  (await mara.calls.open({ title: 'Friday evening', board: null, rules: { audioOnly }, startsAt: null })).id;

test('[CA19] synthetic participants join a room, each receives every other once, and they leave in time', async () => {
  const world = await callers();
  const room = await open(world);
  const { reports, run, spoke, isStopped } = await bots(world, room, { count: 7, seconds: 20 });
  await world.clock.pass(15_000);
  expect(world.mara.calls.counts()).toEqual({ rooms: 1, participants: 7, consumers: 7 * 6 });
  await world.clock.pass(15_000);
  await run;
  expect(reports.at(-1)).toMatchObject({ bots: 7, tracks: 42, sentPackets: 10, lostPackets: 10 });
  expect(reports.at(-1)!.joinMs).toEqual({ p50: expect.any(Number), p95: expect.any(Number) });
  expect(spoke.size).toBeGreaterThan(2);
  expect(isStopped()).toBe(true);
  expect(world.mara.calls.counts()).toEqual({ rooms: 0, participants: 0, consumers: 0 });
});

test('[CA19] nine of them send pictures', async () => {
  const world = await callers();
  const room = await open(world);
  const { leaving, run } = await bots(world, room, { count: 11, seconds: 60, video: true });
  await world.clock.pass(15_000);
  expect(world.mara.calls.counts().consumers).toBe(11 * 10 + 9 * 10);
  leaving.abort();
  await world.clock.pass(2000);
  await run;
  expect(world.mara.calls.counts().participants).toBe(0);
});

test('[CA19] they do not keep their person from entering, and stay out of rooms of other nodes', async () => {
  const world = await callers('ines');
  const [ines] = world.others;
  const room = await open(world);
  const { leaving, run } = await bots(world, room, { count: 5, seconds: 60 });
  await world.clock.pass(10_000);
  expect((await Caller.join(world, world.mara, room)).state.participants).toHaveLength(6);
  leaving.abort();
  await world.clock.pass(2000);
  await run;
  await expect(
    ines!.calls.enter({ room, synthetic: true }, new AbortController().signal).next(),
  ).rejects.toMatchObject({ code: 'bots-elsewhere' });
});

test('what keeps them from entering ends the run, and so does the end of the call', async () => {
  const world = await callers();
  const room = await open(world);
  const first = await bots(world, room, { count: 3, seconds: 60 });
  await world.clock.pass(5000);
  world.mara.calls.close(room);
  await world.clock.pass(3000);
  await first.run;
  expect(first.isStopped()).toBe(true);
  const second = await bots(world, room, { count: 3, seconds: 60 });
  const failing = expect(second.run).rejects.toMatchObject({ code: 'room-unknown' });
  await world.clock.pass(3000);
  await failing;
  expect(second.isStopped()).toBe(true);
});
