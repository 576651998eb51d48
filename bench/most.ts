import { withMembers } from './lib/fleet.ts';
import { everybodyPosts, meet, timesUntilLast } from './lib/meeting.ts';
import { percentile } from './lib/numbers.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const NODES = 10;
const SECONDS = 15;
/** Posts a second of each node: the first step, and how much is added. */
const FIRST_EACH = 5;
const STEP_EACH = 2.5;
/** Nodes keep up if all is shown, and 99 of 100 posts within this time. */
const KEEPS_UP_MS = 1000;
const SETTLE_MS = 5000;
const TARGET = 250;

/** Ten nodes post ever more, until they fall behind. */
export async function most(): Promise<Report> {
  const steps = await withScratch((scratch) =>
    withMembers(NODES, async (members) => {
      await meet(members, scratch);
      const done: { rate: number; p50: number; p99: number }[] = [];
      for (let each = FIRST_EACH; ; each += STEP_EACH) {
        const seen = await everybodyPosts(members, each, SECONDS, SETTLE_MS);
        const times = timesUntilLast(seen);
        const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
        const isAll = times.length >= Math.floor(each * SECONDS) * NODES;
        process.stderr.write(
          `${each * NODES} posts/s: p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, all ${isAll}\n`,
        );
        if (!isAll || p99 > KEEPS_UP_MS) return done;
        done.push({ rate: each * NODES, p50, p99 });
      }
    }),
  );
  const best = steps.at(-1) ?? { rate: 0, p50: Number.NaN, p99: Number.NaN };
  return {
    figures: [
      { name: 'the most that ten nodes carry', value: best.rate, unit: 'posts/s', target: { least: TARGET } },
      { name: 'then written to shown at all, p50', value: best.p50, unit: 'ms' },
      { name: 'the same, p99', value: best.p99, unit: 'ms' },
    ],
    notes: [
      `${NODES} processes on 127.0.0.1, ${FIRST_EACH * NODES} posts a second for ${SECONDS} s, then ${STEP_EACH * NODES} more, and so on. They carry a rate if every post is shown at all nodes, and 99 of 100 within ${KEEPS_UP_MS} ms.`,
    ],
  };
}
