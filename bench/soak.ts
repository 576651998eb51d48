import { openMembers, withMembers } from './lib/fleet.ts';
import { slopeOf } from './lib/numbers.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const MB = 1024 ** 2;
const SAMPLE_MS = 10_000;
const POSTS_PER_SECOND = 5;
/** Posts held before the run, so that the database's cache is full at its start. */
const POSTS_BEFORE = 50_000;
/** The ratio of the run that is left out at its start, while caches fill. */
const WARM_UP = 0.2;

interface Sample {
  readonly rss: number;
  readonly heapUsed: number;
}

/** Two nodes that post, disconnect and reconnect for a long time; memory is measured. */
export async function soak({ minutes }: { minutes: number }): Promise<Report> {
  const samples: { hours: number; rss: number; heap: number }[] = [];
  await withScratch((scratch) =>
    withMembers(2, async (members) => {
      const [host, other] = [members[0]!, members[1]!];
      await openMembers(members, scratch);
      await host.ask({ kind: 'fill', count: POSTS_BEFORE, textBytes: 200 });
      await other.ask({ kind: 'joinToFirstPage', link: await host.ask<string>({ kind: 'invite', uses: 1 }) });
      const address = await host.ask<string>({ kind: 'address' });
      const startedAt = performance.now();
      for (let turn = 0; performance.now() - startedAt < minutes * 60_000; turn++) {
        const seconds = SAMPLE_MS / 1000;
        const posting = [host, other].map((member) =>
          member.ask({ kind: 'post', perSecond: POSTS_PER_SECOND, seconds }),
        );
        if (turn % 3 === 2) {
          // Closing a laptop lid: the process stops, then its connections are made again.
          other.signal('SIGSTOP');
          await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS / 4));
          other.signal('SIGCONT');
          await other.ask({ kind: 'resumed' });
          await other.ask({ kind: 'dial', address }).catch(() => {});
        }
        await Promise.all(posting);
        const { rss, heapUsed } = await host.ask<Sample>({ kind: 'sample' });
        samples.push({
          hours: (performance.now() - startedAt) / 3_600_000,
          rss: rss / MB,
          heap: heapUsed / MB,
        });
      }
    }),
  );
  const counted = samples.slice(Math.floor(samples.length * WARM_UP));
  const rss = slopeOf(counted.map(({ hours, rss: y }) => ({ x: hours, y })));
  const heap = slopeOf(counted.map(({ hours, heap: y }) => ({ x: hours, y })));
  return {
    figures: [
      { name: 'resident memory, slope', value: rss.slope, unit: 'MB/h' },
      { name: 'resident memory, 95 % interval ±', value: rss.plusMinus, unit: 'MB/h' },
      { name: 'heap, slope', value: heap.slope, unit: 'MB/h' },
      { name: 'heap, 95 % interval ±', value: heap.plusMinus, unit: 'MB/h' },
      { name: 'resident memory at the end', value: samples.at(-1)?.rss ?? Number.NaN, unit: 'MB' },
    ],
    notes: [
      `${minutes} minutes, a community of ${POSTS_BEFORE.toLocaleString('en-US')} posts, two processes, ${POSTS_PER_SECOND} posts per second each, one stopped and resumed twice a minute; ${counted.length} samples of the host, without the first fifth as warm-up.`,
    ],
  };
}
