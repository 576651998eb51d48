import type { BotCounts, BotLine, BotMedia } from '../../app/main/calls/ports.ts';
import { Bot, type BotInit } from '../../app/main/calls/bot.ts';
import type { CommunityClient } from '../../app/contract/index.ts';
import { systemClock } from '../../app/main/kernel/clock.ts';

const AT_ONCE = 4;
const JOIN_DEADLINE_MS = 240_000;

export const pause = (ms: number) => new Promise<void>((go) => setTimeout(go, ms));

/** The calls of a client, as a bot uses them: through the contract, as a console does. */
export const throughContract = ({ calls }: CommunityClient): BotInit['calls'] => ({
  async *enter(input, signal) {
    yield* await calls.enter(input, { signal });
  },
  ask: (input) => calls.ask(input),
});

export interface CrowdInit {
  readonly client: CommunityClient;
  readonly media: BotMedia;
  readonly room: string;
  readonly count: number;
  /** How many send pictures, which all then receive. */
  readonly cameras?: number;
  /** How many count what arrives. */
  readonly counted?: number;
}

/** Synthetic participants in a room, who stay until `leave`. */
export class Crowd {
  readonly bots: readonly Bot[];
  readonly #leaving = new AbortController();
  readonly #runs: Promise<void>[] = [];

  /** Resolves once all have joined and receive all tracks. */
  static async enter(init: CrowdInit): Promise<Crowd> {
    const crowd = new Crowd(init);
    await crowd.#fill();
    const { count, cameras = 0 } = init;
    const each = count - 1 + cameras;
    const until = performance.now() + JOIN_DEADLINE_MS;
    while (crowd.tracks < count * each - cameras) {
      if (performance.now() > until)
        throw new Error(`Only ${crowd.tracks} of ${count * each - cameras} tracks arrived.`);
      await pause(50);
    }
    return crowd;
  }

  private constructor({ client, media, room, count, cameras = 0, counted = count }: CrowdInit) {
    const calls = throughContract(client);
    this.bots = Array.from(
      { length: count },
      (_, at) =>
        new Bot({
          calls,
          media,
          clock: systemClock,
          room,
          // Pictures would flow while the others join.
          shows: at >= count - cameras,
          sees: cameras > 0,
          counted: at < counted,
        }),
    );
  }

  get tracks(): number {
    return this.bots.reduce((sum, { tracks }) => sum + tracks, 0);
  }

  get lines(): BotLine[] {
    return this.bots.flatMap(({ line }) => line ?? []);
  }

  /** So many speak at the same time from now on. */
  talk(speakers: number): void {
    for (const [at, line] of this.lines.entries()) line.talk(at < speakers);
  }

  async leave(): Promise<void> {
    this.#leaving.abort();
    await Promise.all(this.#runs);
  }

  async #fill(): Promise<void> {
    const todo = [...this.bots];
    const lane = async () => {
      for (let bot = todo.shift(); bot; bot = todo.shift()) {
        const run = bot.run(this.#leaving.signal);
        run.catch(() => {});
        this.#runs.push(run);
        while (bot.joinMs === null) await Promise.race([run, pause(5)]);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  }
}

/** The share of packets that were lost between two counts. */
export function lossBetween(before: BotCounts, after: BotCounts): number {
  const [received, lost] = [after.received - before.received, after.lost - before.lost];
  return received + lost === 0 ? 0 : Math.max(0, lost) / (received + lost);
}
