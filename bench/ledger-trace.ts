import { availableParallelism } from 'node:os';
import { withMembers } from './lib/fleet.ts';
import { agreed, form, loaded, type Load } from './lib/ledger-fleet.ts';
import type { Mark } from './lib/ledger-trace.ts';
import { percentile } from './lib/numbers.ts';
import type { Figure, Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

/** Two or more validators, under a configurable load. */
const VALIDATORS = Number(process.env['VALIDATORS'] ?? 4);
const LOAD: Load = {
  perSecond: Number(process.env['PER_SECOND'] ?? 100),
  seconds: Number(process.env['SECONDS'] ?? 15),
};

interface Traced {
  readonly marks: readonly Mark[];
  readonly cpuMs: number;
}

/** Where the time of a slot goes: the steps of each validator, from the beginning of its proposal. */
export async function ledgerTrace(): Promise<Report> {
  return withScratch((scratch) =>
    withMembers(VALIDATORS, async (members) => {
      await form(members, scratch, true);
      await loaded(members, { perSecond: LOAD.perSecond, seconds: 3 });
      const before = await agreed(members);
      const all = <T>(order: { kind: 'trace' } | { kind: 'traced' }) =>
        Promise.all(members.map((member) => member.ask<T>({ kind: 'ledger', order })));
      const cpuBefore = await all<Traced>({ kind: 'traced' });
      await all({ kind: 'trace' });
      const load = await loaded(members, LOAD);
      const traced = await all<Traced>({ kind: 'traced' });
      const after = await agreed(members);
      const cpuMs = traced.reduce((total, one, n) => total + one.cpuMs - cpuBefore[n]!.cpuMs, 0);
      return {
        figures: [
          { name: 'submit to final, p50', value: percentile(load.latencies, 0.5), unit: 'ms' },
          { name: 'submit to final, p99', value: percentile(load.latencies, 0.99), unit: 'ms' },
          {
            name: 'blocks',
            value: ((after.height - before.height) * 1000) / load.elapsedMs,
            unit: 'a second',
          },
          {
            name: 'transactions',
            value: ((after.transactions - before.transactions) * 1000) / load.elapsedMs,
            unit: 'a second',
          },
          { name: 'cores in use', value: cpuMs / load.elapsedMs, unit: `of ${availableParallelism()}` },
          { name: 'refused', value: load.refused, unit: 'transactions' },
          ...sinceProposal(traced),
          ...durations(traced),
        ],
        notes: [
          `${VALIDATORS} validators, ${LOAD.perSecond} transactions per second for ${LOAD.seconds} s. The environment variables VALIDATORS, PER_SECOND and SECONDS change this.`,
        ],
      };
    }),
  );
}

/** Times of the steps, from the moment at which the leader began to make the block. */
function sinceProposal(traced: readonly Traced[]): Figure[] {
  const begin = new Map<number, number>();
  for (const { marks } of traced) {
    for (const { what, slot, from } of marks) if (what === 'propose') begin.set(slot, from);
  }
  const times = new Map<string, number[]>();
  const push = (name: string, value: number) => {
    const known = times.get(name);
    if (known) known.push(value);
    else times.set(name, [value]);
  };
  for (const { marks } of traced) {
    const first = new Set<string>();
    for (const { what, slot, from, to } of marks) {
      const start = begin.get(slot);
      if (start === undefined || first.has(`${what} ${slot}`)) continue;
      first.add(`${what} ${slot}`);
      push(`${what}: begins`, from - start);
      if (to > from) push(`${what}: ends`, to - start);
    }
  }
  const starts = [...begin].sort(([a], [b]) => a - b);
  times.set(
    'next proposal begins',
    starts.flatMap(([slot, at], n) => (starts[n + 1]?.[0] === slot + 1 ? [starts[n + 1]![1] - at] : [])),
  );
  return [...times]
    .map(([name, list]) => ({
      name: `since proposal, first of the slot: ${name} (${list.length})`,
      value: percentile(list, 0.5),
      unit: 'ms',
      beside: { name: 'p90', value: percentile(list, 0.9) },
    }))
    .sort((a, b) => a.value - b.value);
}

function durations(traced: readonly Traced[]): Figure[] {
  const times = new Map<string, number[]>();
  for (const { marks } of traced) {
    for (const { what, from, to } of marks) {
      if (to - from < 0.001) continue;
      {
        const l = times.get(what);
        if (l) l.push(to - from);
        else times.set(what, [to - from]);
      }
    }
  }
  return [...times].map(([what, list]) => ({
    name: `takes: ${what} (${list.length}, ${Math.round(list.reduce((a, b) => a + b, 0))} ms in all)`,
    value: percentile(list, 0.5),
    unit: 'ms',
    beside: { name: 'p90', value: percentile(list, 0.9) },
  }));
}
