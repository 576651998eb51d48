import { openMembers, withMembers, type Member } from './lib/fleet.ts';
import { percentile } from './lib/numbers.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const HONEST = 3;
const PER_SECOND_EACH = 5;
const FLOOD_PER_SECOND = 5000;
const SECONDS = 20;
const SETTLE_MS = 5000;
const SAMPLE_MS = 250;

interface Seen {
  readonly sentAt: number;
  readonly id: string;
  readonly at: number;
}

/** One member's node sends far more posts than anybody can write, while three others post and are watched. */
export async function flood(): Promise<Report> {
  return withScratch((scratch) => withMembers(HONEST + 1, (members) => run(members, scratch)));
}

async function run(members: Member[], scratch: string): Promise<Report> {
  await openMembers(members, scratch);
  const [host, ...others] = members as [Member, ...Member[]];
  await host.ask({ kind: 'fill', count: 100, textBytes: 200 });
  const link = await host.ask<string>({ kind: 'invite', uses: HONEST });
  for (const member of others) await member.ask({ kind: 'joinToFirstPage', link });
  const addresses = await Promise.all(members.map((member) => member.ask<string>({ kind: 'address' })));
  for (const [index, member] of members.entries()) {
    for (const address of addresses.slice(0, index))
      await member.ask({ kind: 'dial', address }).catch(() => {});
  }
  const honest = members.slice(0, HONEST);
  const flooder = members[HONEST]!;
  for (const member of honest) await member.ask({ kind: 'watch' });
  await pause(5000);

  const flooding = flooder.ask<number>({
    kind: 'flood',
    perSecond: FLOOD_PER_SECOND,
    seconds: SECONDS,
  });
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
  const last = new Map<string, { ms: number; count: number }>();
  for (const { id, sentAt, at } of seen.flat()) {
    const post = last.get(id) ?? { ms: 0, count: 0 };
    last.set(id, { ms: Math.max(post.ms, at - sentAt), count: post.count + 1 });
  }
  const everywhere = [...last.values()].filter(({ count }) => count === HONEST).map(({ ms }) => ms);
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

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
