import { withMembers, type CoreTimes, type Member } from './lib/fleet.ts';
import { everybodyPosts, meet, timesUntilLast, type Seen } from './lib/meeting.ts';
import { percentile } from './lib/numbers.ts';
import type { Figure, Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';
import { STAGES, type Stage, type Stages } from './lib/stages.ts';

const SECONDS = 20;
const SETTLE_DEADLINE_MS = 30_000;

/** How many processes post, and how often each. */
interface Setting {
  readonly nodes: number;
  readonly perSecondEach: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const SETTINGS: readonly Setting[] = [
  { nodes: 3, perSecondEach: 33, p50Ms: 5, p99Ms: 25 },
  { nodes: 10, perSecondEach: 10, p50Ms: 60, p99Ms: 250 },
];
/** The processor time of a node for one post, in milliseconds. */
const WORK_MS = 0.6;

/** Processes post at a steady pace; each post is timed until the last of them shows it. */
export async function live(): Promise<Report> {
  const figures: Figure[] = [];
  for (const setting of SETTINGS) figures.push(...(await figuresOf(setting)));
  return {
    figures,
    notes: [
      `Processes on 127.0.0.1 for ${SECONDS} s; the clock is the machine’s own, shared by all processes. A post counts once it is judged and shown, not when it is stored. Memory classifiers judge; the limits on how much one person writes are off, since a few people write as much as many would. “Work” is the processor time of the main thread, one in three or in ten of the posts being its own.`,
    ],
  };
}

async function figuresOf(setting: Setting): Promise<Figure[]> {
  const { nodes, perSecondEach, p50Ms, p99Ms } = setting;
  const { seen, cores, stages } = await withScratch((scratch) =>
    withMembers(nodes, (members) => run(members, scratch, setting)),
  );
  const everywhere = timesUntilLast(seen);
  const total = nodes * perSecondEach * SECONDS;
  const named = `${nodes} nodes, ${nodes * perSecondEach} posts/s: `;
  return [
    {
      name: `${named}written to shown at all, p50`,
      value: percentile(everywhere, 0.5),
      unit: 'ms',
      target: { most: p50Ms },
    },
    {
      name: `${named}the same, p99`,
      value: percentile(everywhere, 0.99),
      unit: 'ms',
      target: { most: p99Ms },
    },
    { name: `${named}shown at all`, value: everywhere.length, unit: 'posts', target: { least: total } },
    ...(cores
      ? [
          {
            name: `${named}work of a node for one post`,
            value: cores.runMs,
            unit: 'ms',
            target: { most: WORK_MS },
          },
          { name: `${named}wait of a node for a free core`, value: cores.waitMs, unit: 'ms' },
        ]
      : []),
    ...stageFigures(named, stages),
  ];
}

/** The average of a stage over all nodes, for one post. */
function stageFigures(named: string, all: readonly Stages[]): Figure[] {
  return STAGES.flatMap((name) => {
    const sum = (of: keyof Stage) => all.reduce((total, stages) => total + stages[name][of], 0);
    const figure = (what: string, of: 'runMs' | 'tookMs') => ({
      name: `${named}stage ${name}, ${what}`,
      value: sum(of) / sum('posts'),
      unit: 'ms',
    });
    const took = figure('mean time', 'tookMs');
    return name === 'wire' ? [took] : [took, figure('processor time', 'runMs')];
  });
}

async function run(
  members: Member[],
  scratch: string,
  { nodes, perSecondEach }: Setting,
): Promise<{ seen: Seen[][]; cores: CoreTimes | null; stages: Stages[] }> {
  await meet(members, scratch);
  const before = await coreTimes(members);
  const seen = await everybodyPosts(members, perSecondEach, SECONDS, SETTLE_DEADLINE_MS);
  const total = nodes * perSecondEach * SECONDS;
  const after = await coreTimes(members);
  const perPost = (of: keyof CoreTimes) => (after![of] - before![of]) / nodes / total;
  const stages = await Promise.all(members.map((member) => member.ask<Stages>({ kind: 'stages' })));
  return {
    seen,
    stages,
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
