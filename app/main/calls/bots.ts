import type { BotsReport, Inputs } from '../../contract/index.ts';
import { sleep, type Clock } from '../kernel/clock.ts';
import { Bot, type BotInit } from './bot.ts';
import type { BotMedia } from './ports.ts';

/** [CA9] Cameras that everybody sees. */
const CAMERAS = 9;
/** How many enter at once. */
const AT_ONCE = 4;
const REPORT_MS = 1000;
/** How long somebody speaks, in reports. */
const TURN = 5;

interface BotsInit {
  readonly calls: BotInit['calls'];
  readonly media: BotMedia;
  readonly clock: Clock;
}

/**
 * [CA19] Has synthetic participants in a call, and reports every second until the time is over or the signal aborts. The time
 * counts from when all have joined. Throws what kept the first of them from entering.
 */
export async function* runBots(
  { calls, media, clock }: BotsInit,
  { room, count, seconds, video = false, speakers = 3, counted = count }: Inputs['calls']['bots'],
  signal: AbortSignal,
): AsyncGenerator<BotsReport, void> {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  const bots = Array.from(
    { length: count },
    (_, at) =>
      new Bot({
        calls,
        media,
        clock,
        room,
        shows: video && at < CAMERAS,
        sees: video,
        counted: at < counted,
      }),
  );
  const failures: unknown[] = [];
  const runs: Promise<void>[] = [];
  const entering = (async () => {
    const todo = [...bots];
    const lane = async () => {
      for (let bot = todo.shift(); bot && !leaving.signal.aborted; bot = todo.shift()) {
        const run = bot.run(leaving.signal).catch((error: unknown) => void failures.push(error));
        runs.push(run);
        await Promise.race([run, joined(bot, clock, leaving.signal)]);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  })();
  const isHere = (bot: Bot) => bot.line !== null && bot.joinMs !== null;
  try {
    let until = Infinity;
    void entering.then(() => {
      until = clock.now() + seconds * 1000;
      // The call may end before.
      void Promise.all(runs).then(leave);
    });
    for (let round = 0; clock.now() < until && !leaving.signal.aborted; round++) {
      const lines = bots.filter(isHere).flatMap(({ line }) => line ?? []);
      const first = (Math.floor(round / TURN) * speakers) % Math.max(1, lines.length);
      for (const [at, line] of lines.entries()) {
        line.talk((at - first + lines.length) % lines.length < speakers);
      }
      await sleep(clock, REPORT_MS, leaving.signal);
      if (failures.length > 0 && !bots.some(isHere)) throw failures[0];
      if (leaving.signal.aborted) return;
      const { sent, received, lost } = await media.counts();
      yield {
        bots: bots.filter(isHere).length,
        tracks: bots.reduce((sum, { tracks }) => sum + tracks, 0),
        sentPackets: sent,
        receivedPackets: received,
        lostPackets: lost,
        joinMs: spread(bots.flatMap(({ joinMs }) => joinMs ?? [])),
        firstTrackMs: spread(bots.flatMap(({ firstTrackMs }) => firstTrackMs ?? [])),
      };
    }
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
    await entering;
    await Promise.all(runs);
    await media.stop();
  }
}

const LOOK_MS = 5;

/** Resolves once a bot has joined, so that no more than a few enter at once. */
async function joined(bot: Bot, clock: Clock, signal: AbortSignal): Promise<void> {
  while (bot.joinMs === null && !signal.aborted) await sleep(clock, LOOK_MS, signal);
}

function spread(values: readonly number[]): BotsReport['joinMs'] {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
  return { p50: at(0.5), p95: at(0.95) };
}
