import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { CommunityClient } from '../app/contract/index.ts';
import { startNode } from '../app/main/node/start.ts';
import { createBotMedia } from '../app/main/platform/rtp/index.ts';
import type { BotMedia } from '../app/main/calls/ports.ts';
import { BareRoom } from './lib/call-bare.ts';
import { hasJanus, JanusRoom } from './lib/call-janus.ts';
import { Crowd, lossBetween, pause } from './lib/call-room.ts';
import { wayIn, type WayIn } from './lib/call-signalling.ts';
import { measured, workers, type Stretch } from './lib/call-usage.ts';
import { systemKey } from './lib/hosting.ts';
import { percentile } from './lib/numbers.ts';
import type { Figure, Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const WAYS_IN = 60;
const LARGE = 100;
const CAMERAS = 9;
const SPEAKERS = 3;
const COUNTED = 5;
const ROOMS = 100;
const SMALL = 4;
/** Everybody speaks: rooms of these sizes one after the other, until more than this share of packets is lost. */
const SIZES = [10, 20, 30, 40, 50, 60];
const CEILING_LOSS = 0.01;
/** The room beside mediasoup alone, and how often both are measured in turn. */
const BESIDE = 20;
const ROUNDS = 3;
const SETTLE_MS = 1500;
const MEASURED_MS = 6000;
const MB = 1024 * 1024;

interface World {
  readonly client: CommunityClient;
  readonly media: BotMedia;
}

/** Calls through the real media process, with synthetic participants who send and receive encrypted packets. */
export async function calls(): Promise<Report> {
  return withScratch(async (scratch) => {
    const [host, guest] = [
      await startNode({ dataDir: join(scratch, 'host'), systemKey }),
      await startNode({ dataDir: join(scratch, 'guest'), systemKey }),
    ];
    const media = createBotMedia();
    try {
      const { id } = await host.client.communities.create({ name: 'Harbour', handle: 'mara' });
      const client = host.client.in(id);
      const { link } = await client.federation.invite({ reach: 'machine' });
      await guest.client.communities.join({ invite: link, handle: 'ines' });
      const world = { client, media };
      const signalling = await theWayIn(world, guest.client.in(id));
      const large = await largeRoom(world);
      const many = await manyRooms(world);
      const grown = await growth(world);
      const beside = await besideOthers(world, scratch);
      return {
        figures: [...signalling, ...large, ...many, ...grown, ...beside],
        notes: [
          `Two nodes in one process on loopback; the host runs mediasoup-worker, at most one for each core. Synthetic participants take the whole way of control through the contract, and send and receive SRTP (AES-128-GCM, Opus at 32 kbit/s, VP8 at 400 kbit/s) from a thread of the same process over loopback; they use no ICE, DTLS or estimate of bandwidth. ${COUNTED} of a room count what arrives; what the others get is discarded by the system unread.`,
          `Signalling: the second node enters over libp2p, ${WAYS_IN} times one after the other, until it may play the first track.`,
          `${SPEAKERS} of ${LARGE} speak at a time, the others send what Opus sends in silence; ${CAMERAS} cameras. In the rooms of growth all speak.`,
          `Beside others: rooms of ${BESIDE} where all speak, ${ROUNDS} times each in turn; medians of the processor time.`,
          hasJanus()
            ? 'Janus (Debian’s, VideoRoom) takes the sound as remote publishers in plain RTP and sends it by its RTP forwarders with SRTP (AES-128 with SHA-1): its cheapest way, without the queues and the ICE agent that its subscribers in browsers have.'
            : 'Janus is not installed here.',
        ],
      };
    } finally {
      await media.stop();
      await guest.stop();
      await host.stop();
    }
  });
}

const opened = async ({ client }: World, title: string) => (await client.calls.open({ title })).id;

async function theWayIn(world: World, guest: CommunityClient): Promise<Figure[]> {
  const room = await opened(world, 'Signalling');
  while (!(await guest.calls.rooms({})).some(({ id, isReachable }) => id === room && isReachable)) {
    await pause(100);
  }
  const crowd = await Crowd.enter({ ...world, room, count: 2 });
  const ways: WayIn[] = [];
  for (let n = 0; n < WAYS_IN; n++) {
    ways.push(await wayIn(guest, room, 500_000 + n));
    await pause(50);
  }
  await crowd.leave();
  const figure = (name: string, of: (way: WayIn) => number, share: number): Figure => ({
    name,
    value: percentile(ways.map(of), share),
    unit: 'ms',
  });
  return [
    figure('entering to admission, p95', ({ admitted }) => admitted, 0.95),
    figure('entering to connections, p95', ({ joined }) => joined, 0.95),
    figure('entering to the first track, p50', ({ firstTrack }) => firstTrack, 0.5),
    figure('one request and its reply, p50', ({ roundTrip }) => roundTrip, 0.5),
    figure('one request and its reply, p95', ({ roundTrip }) => roundTrip, 0.95),
    {
      ...figure('entering to the first track, p95', ({ firstTrack }) => firstTrack, 0.95),
      target: { most: 100 },
    },
  ];
}

interface Load extends Stretch {
  readonly loss: number;
  readonly tracks: number;
  readonly sent: number;
}

async function loadOf({ media }: World, tracks: () => number, pids: readonly number[]): Promise<Load> {
  await pause(SETTLE_MS);
  const before = await media.counts();
  const stretch = await measured(pids, () => pause(MEASURED_MS));
  const after = await media.counts();
  return { ...stretch, loss: lossBetween(before, after), tracks: tracks(), sent: after.sent - before.sent };
}

const share = (ms: number, { seconds }: Stretch) => (ms / (seconds * 1000)) * 100;

async function largeRoom(world: World): Promise<Figure[]> {
  const room = await opened(world, 'Large');
  const startedAt = performance.now();
  const crowd = await Crowd.enter({ ...world, room, count: LARGE, cameras: CAMERAS, counted: COUNTED });
  const filled = performance.now() - startedAt;
  crowd.talk(SPEAKERS);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const load = await loadOf(world, () => crowd.tracks, workers());
  delay.disable();
  await crowd.leave();
  const name = (what: string) => `room of ${LARGE}: ${what}`;
  return [
    { name: name('all have joined and receive all tracks'), value: filled / 1000, unit: 's' },
    { name: name('tracks on their way'), value: load.tracks, unit: 'tracks' },
    { name: name('packets lost'), value: load.loss * 100, unit: '%', target: { most: 1 } },
    { name: name('media processes, of one core'), value: share(load.workerMs, load), unit: '%' },
    {
      name: name('media processes, for a track'),
      value: (load.workerMs * 1000) / load.seconds / load.tracks,
      unit: 'µs/s',
    },
    { name: name('main thread, of one core'), value: share(load.mainMs, load), unit: '%' },
    { name: name('stalls of the main thread, p99'), value: delay.percentile(99) / 1e6, unit: 'ms' },
    { name: name('memory of the media processes'), value: load.memory / MB, unit: 'MiB' },
    { name: name('memory of the node with all bots'), value: process.memoryUsage.rss() / MB, unit: 'MiB' },
  ];
}

async function manyRooms(world: World): Promise<Figure[]> {
  const rooms = await Promise.all(Array.from({ length: ROOMS }, (_, n) => opened(world, `Small ${n}`)));
  const crowds: Crowd[] = [];
  for (const [at, room] of rooms.entries()) {
    crowds.push(await Crowd.enter({ ...world, room, count: SMALL, counted: at < COUNTED ? SMALL : 0 }));
  }
  for (const crowd of crowds) crowd.talk(1);
  const tracks = () => crowds.reduce((sum, crowd) => sum + crowd.tracks, 0);
  const load = await loadOf(world, tracks, workers());
  await Promise.all(crowds.map((crowd) => crowd.leave()));
  const name = (what: string) => `${ROOMS} rooms of ${SMALL}: ${what}`;
  return [
    { name: name('packets lost'), value: load.loss * 100, unit: '%', target: { most: 1 } },
    { name: name('media processes, of one core'), value: share(load.workerMs, load), unit: '%' },
    { name: name('main thread, of one core'), value: share(load.mainMs, load), unit: '%' },
    { name: name('memory of the media processes'), value: load.memory / MB, unit: 'MiB' },
  ];
}

async function growth(world: World): Promise<Figure[]> {
  const figures: Figure[] = [];
  let carried = 0;
  for (const size of SIZES) {
    const room = await opened(world, `All of ${size} speak`);
    const crowd = await Crowd.enter({ ...world, room, count: size, counted: COUNTED });
    crowd.talk(size);
    const load = await loadOf(world, () => crowd.tracks, workers());
    await crowd.leave();
    const packets = load.sent * (size - 1);
    figures.push(
      { name: `all of ${size} speak: packets lost`, value: load.loss * 100, unit: '%' },
      {
        name: `all of ${size} speak: packets sent a second`,
        value: packets / load.seconds,
        unit: 'packets/s',
      },
      {
        name: `all of ${size} speak: media processes, for a packet`,
        value: (load.workerMs * 1000) / packets,
        unit: 'µs',
      },
      {
        name: `all of ${size} speak: media processes, of one core`,
        value: share(load.workerMs, load),
        unit: '%',
      },
    );
    if (load.loss > CEILING_LOSS) break;
    carried = packets / load.seconds;
  }
  return [...figures, { name: 'the most packets a second without loss', value: carried, unit: 'packets/s' }];
}

/** The same room with our layer, without it, and with Janus, in turn, since the machine may be loaded by others. */
async function besideOthers(world: World, scratch: string): Promise<Figure[]> {
  const costs = { ours: [] as Stretch[], bare: [] as Stretch[], janus: [] as Stretch[] };
  const tracks = BESIDE * (BESIDE - 1);
  for (let round = 0; round < ROUNDS; round++) {
    const room = await opened(world, `Beside ${round}`);
    const crowd = await Crowd.enter({ ...world, room, count: BESIDE, counted: 1 });
    crowd.talk(BESIDE);
    costs.ours.push(await loadOf(world, () => tracks, workers()));
    await crowd.leave();
    const bare = await BareRoom.open(world.media, BESIDE, 1);
    for (const line of bare.lines) line.talk(true);
    costs.bare.push(await loadOf(world, () => tracks, bare.pids));
    bare.close();
    if (hasJanus()) costs.janus.push(await janusLoad(world, join(scratch, `janus-${round}`)));
  }
  const perTrack = (of: (stretch: Stretch) => number, stretches: readonly Stretch[]) =>
    percentile(
      stretches.map((stretch) => (of(stretch) * 1000) / stretch.seconds / tracks),
      0.5,
    );
  const both = ({ workerMs, mainMs }: Stretch) => workerMs + mainMs;
  const ours = perTrack(both, costs.ours);
  const bare = perTrack(both, costs.bare);
  const janus = perTrack(({ workerMs }) => workerMs, costs.janus);
  const media = perTrack(({ workerMs }) => workerMs, costs.ours);
  return [
    {
      name: 'a track with our layer, media process and main thread',
      value: ours,
      unit: 'µs/s',
      beside: { name: 'mediasoup alone', value: bare },
      target: { most: bare * 1.1 },
    },
    {
      name: 'a track with our layer, media process alone',
      value: media,
      unit: 'µs/s',
      beside: { name: 'mediasoup alone', value: perTrack(({ workerMs }) => workerMs, costs.bare) },
    },
    ...(costs.janus.length === 0
      ? []
      : [
          {
            name: 'a track of sound, media process, over that of Janus',
            value: media / janus,
            unit: 'times',
            target: { most: 1 },
          },
          { name: 'a track of sound, Janus', value: janus, unit: 'µs/s' },
        ]),
  ];
}

async function janusLoad(world: World, folder: string): Promise<Stretch> {
  const lines = await Promise.all(
    Array.from({ length: BESIDE }, (_, at) => world.media.open(at === BESIDE - 1)),
  );
  const ports = lines.map(({ connects }) => Number(connects.receive['port']));
  const room = await JanusRoom.open(folder, ports);
  try {
    return await loadOf(world, () => 0, [room.pid]);
  } finally {
    await room.close();
    for (const line of lines) line.close();
  }
}
