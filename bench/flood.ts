import { withMembers, type Member } from './lib/fleet.ts';
import { meet, pause, timesUntilLast, type Seen } from './lib/meeting.ts';
import { percentile } from './lib/numbers.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const HONEST = 3;
const PER_SECOND_EACH = 5;
const FLOOD_PER_SECOND = 5000;
const SECONDS = 20;
const SETTLE_MS = 5000;
const SAMPLE_MS = 250;

/** One member's node sends far more posts than anybody can write, while three others post and are watched. */
export async function flood(): Promise<Report> {
  return withScratch((scratch) => withMembers(HONEST + 1, (members) => run(members, scratch)));
}

async function run(members: Member[], scratch: string): Promise<Report> {
  await meet(members, scratch, HONEST);
  const honest = members.slice(0, HONEST);
  const flooder = members[HONEST]!;

  await flooder.ask({ kind: 'prepareFlood', count: FLOOD_PER_SECOND * SECONDS });
  await pause(SETTLE_MS);
  const flooding = flooder.ask<number>({ kind: 'flood', perSecond: FLOOD_PER_SECOND });
  const posting = honest.map((member) =>
    member.ask<number>({ kind: 'post', perSecond: PER_SECOND_EACH, seconds: SECONDS + SETTLE_MS / 1000 }),
  );
  let most = 0;
  const sampling = setInterval(() => {
    for (const member of honest) {
      void member.ask<{ rss: number }>({ kind: 'sample' }).then(({ rss }) => (most = Math.max(most, rss)));
    }
  }, SAMPLE_MS);
  const sent = await flooding;
  await Promise.all(posting);
  await pause(SETTLE_MS);
  clearInterval(sampling);

  const seen = await Promise.all(honest.map((member) => member.ask<Seen[]>({ kind: 'seen' })));
  const notices = await Promise.all(honest.map((member) => member.ask<string[]>({ kind: 'notices' })));
  const stored = await Promise.all(honest.map((member) => member.ask<number>({ kind: 'posts' })));
  const everywhere = timesUntilLast(seen);
  const written = HONEST * PER_SECOND_EACH * (SECONDS + SETTLE_MS / 1000);
  const named = notices.filter((told) => told.some((message) => message.includes(`n${HONEST}`))).length;
  return {
    figures: [
      { name: 'sent by the flooder', value: sent / SECONDS, unit: 'posts/s' },
      {
        name: 'posts of others, written to shown at all, p50',
        value: percentile(everywhere, 0.5),
        unit: 'ms',
      },
      {
        name: 'the slowest of these',
        value: percentile(everywhere, 1),
        unit: 'ms',
        target: { most: 1000 },
      },
      {
        name: 'posts of others shown at all',
        value: everywhere.length,
        unit: 'posts',
        target: { least: written },
      },
      {
        name: 'memory of a node, at most',
        value: most / 2 ** 20,
        unit: 'MiB',
        target: { most: 400 },
      },
      {
        name: 'nodes that name the flooder',
        value: named,
        unit: 'nodes',
        target: { least: HONEST },
      },
      {
        name: 'posts of the flooder kept by a node, at most',
        value: Math.max(...stored) - written - 100,
        unit: 'posts',
      },
    ],
    notes: [
      `${HONEST} nodes and a flooder on 127.0.0.1; the flooder is a member, and its posts are genuine. It starts at the same moment as ${HONEST * PER_SECOND_EACH} posts a second by the others, and sends for ${SECONDS} s. The limits on how much one person writes are off, as in the benchmark of live.`,
    ],
  };
}
