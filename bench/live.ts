import { openMembers, withMembers, type CoreTimes, type Member } from './lib/fleet.ts';
import { percentile } from './lib/numbers.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const NODES = 10;
const PER_SECOND_EACH = 10;
const SECONDS = 20;
const SETTLE_DEADLINE_MS = 30_000;

interface Seen {
  readonly sentAt: number;
  readonly id: string;
  readonly at: number;
}

/** Ten processes post at a steady pace; each post is timed until the last of them shows it. */
export async function live(): Promise<Report> {
  const { seen, cores } = await withScratch((scratch) =>
    withMembers(NODES, (members) => run(members, scratch)),
  );
  const posts = new Map<string, { sentAt: number; last: number; count: number }>();
  const deliveries: number[] = [];
  for (const { id, sentAt, at } of seen.flat()) {
    const post = posts.get(id) ?? { sentAt, last: 0, count: 0 };
    posts.set(id, { sentAt, last: Math.max(post.last, at - sentAt), count: post.count + 1 });
    deliveries.push(at - sentAt);
  }
  const everywhere = [...posts.values()].filter(({ count }) => count === NODES).map(({ last }) => last);
  return {
    figures: [
      {
        name: 'publish to readable at all ten nodes, p50',
        value: percentile(everywhere, 0.5),
        unit: 'ms',
        target: { most: 15 },
      },
      {
        name: 'publish to readable at all ten nodes, p99',
        value: percentile(everywhere, 0.99),
        unit: 'ms',
        target: { most: 100 },
      },
      {
        name: 'publish to readable, each node separately, p50',
        value: percentile(deliveries, 0.5),
        unit: 'ms',
      },
      {
        name: 'publish to readable, each node separately, p99',
        value: percentile(deliveries, 0.99),
        unit: 'ms',
      },
      {
        name: 'posts readable at all ten nodes',
        value: everywhere.length,
        unit: 'posts',
        target: { least: NODES * PER_SECOND_EACH * SECONDS },
      },
      ...(cores
        ? [
            { name: 'work of a node for one post', value: cores.runMs, unit: 'ms' },
            { name: 'wait of a node for a free core, for one post', value: cores.waitMs, unit: 'ms' },
          ]
        : []),
    ],
    notes: [
      `${NODES} processes on 127.0.0.1, ${NODES * PER_SECOND_EACH} posts per second in all for ${SECONDS} s; the clock is the machine’s own, shared by all processes.`,
    ],
  };
}

async function run(members: Member[], scratch: string): Promise<{ seen: Seen[][]; cores: CoreTimes | null }> {
  await openMembers(members, scratch);
  const host = members[0]!;
  await host.ask({ kind: 'fill', count: 100, textBytes: 200 });
  const link = await host.ask<string>({ kind: 'invite', uses: NODES - 1 });
  for (const member of members.slice(1)) await member.ask({ kind: 'joinToFirstPage', link });
  const addresses = await Promise.all(members.map((member) => member.ask<string>({ kind: 'address' })));
  // Everyone knows everyone, as in a real community after a while.
  for (const [index, member] of members.entries()) {
    for (const address of addresses.slice(0, index))
      await member.ask({ kind: 'dial', address }).catch(() => {});
  }
  for (const member of members) await member.ask({ kind: 'watch' });
  // The mesh forms within a few heartbeats of gossipsub.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const before = await coreTimes(members);
  await Promise.all(
    members.map((member) => member.ask({ kind: 'post', perSecond: PER_SECOND_EACH, seconds: SECONDS })),
  );
  const total = NODES * PER_SECOND_EACH * SECONDS;
  const kept: Seen[][] = members.map(() => []);
  for (const deadline = Date.now() + SETTLE_DEADLINE_MS; Date.now() < deadline;) {
    for (const [index, member] of members.entries()) {
      kept[index]!.push(...(await member.ask<Seen[]>({ kind: 'seen' })));
    }
    if (kept.every((list) => list.length >= total)) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const after = await coreTimes(members);
  const perPost = (of: keyof CoreTimes) => (after![of] - before![of]) / NODES / total;
  return {
    seen: kept,
    cores: before && after ? { runMs: perPost('runMs'), waitMs: perPost('waitMs') } : null,
  };
}

/** The sum over all nodes; null if the system does not report it. */
async function coreTimes(members: readonly Member[]): Promise<CoreTimes | null> {
  const each = await Promise.all(members.map((member) => member.ask<CoreTimes | null>({ kind: 'cores' })));
  const known = each.filter((times) => times !== null);
  if (known.length < members.length) return null;
  const sum = (of: keyof CoreTimes) => known.reduce((total, times) => total + times[of], 0);
  return { runMs: sum('runMs'), waitMs: sum('waitMs') };
}
