import { openMembers, withMembers, type Member } from './lib/fleet.ts';
import { percentile } from './lib/numbers.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const POSTS = 20_000;
const JOINS = 5;
const ASLEEP_MS = 10_000;
const IDLE_MS = 6000;
const AWAKE_DEADLINE_MS = 60_000;

/** From the invite to the first page of posts, and from waking up to the first missed post. */
export async function join(): Promise<Report> {
  return withScratch((scratch) =>
    withMembers(JOINS + 1, async (members) => {
      await openMembers(members, scratch);
      const host = members[0]!;
      await host.ask({ kind: 'fill', count: POSTS, textBytes: 200 });
      const link = await host.ask<string>({ kind: 'invite', uses: JOINS });
      const joins: number[] = [];
      for (const member of members.slice(1)) joins.push(await member.ask({ kind: 'joinToFirstPage', link }));
      const awake = await sleepAndWake(host, members[1]!);
      return {
        figures: [
          {
            name: 'invite to first page of newest posts, median',
            value: percentile(joins, 0.5),
            unit: 'ms',
            target: { most: 1000 },
          },
          {
            name: 'invite to first page, first newcomer (nobody else catching up)',
            value: joins[0]!,
            unit: 'ms',
            target: { most: 1000 },
          },
          { name: 'invite to first page of newest posts, slowest', value: percentile(joins, 1), unit: 'ms' },
          { name: 'waking up to the first missed post', value: awake, unit: 'ms', target: { most: 5000 } },
        ],
        notes: [
          `A community of ${POSTS} posts, ${JOINS} newcomers one after another on 127.0.0.1; their nodes already run when the clock starts, and earlier ones may still be catching up; the sleeper’s process was stopped for ${ASLEEP_MS / 1000} s while a post was written, then resumed.`,
        ],
      };
    }),
  );
}

async function sleepAndWake(host: Member, sleeper: Member): Promise<number> {
  const expected = (await host.ask<number>({ kind: 'posts' })) + 1;
  for (
    const deadline = Date.now() + AWAKE_DEADLINE_MS;
    (await sleeper.ask<number>({ kind: 'posts' })) < expected - 1;
  ) {
    if (Date.now() > deadline) throw new Error('The newcomer did not catch up.');
    await pause(100);
  }
  // A machine that goes to sleep is idle: its search index is complete.
  await pause(IDLE_MS);
  sleeper.signal('SIGSTOP');
  await pause(ASLEEP_MS / 2);
  await host.ask({ kind: 'say' });
  await pause(ASLEEP_MS / 2);
  const startedAt = performance.now();
  sleeper.signal('SIGCONT');
  await sleeper.ask({ kind: 'resumed' });
  while ((await sleeper.ask<number>({ kind: 'posts' })) < expected) {
    if (performance.now() - startedAt > AWAKE_DEADLINE_MS) throw new Error('The sleeper did not catch up.');
    await pause(10);
  }
  return performance.now() - startedAt;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
