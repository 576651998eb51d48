import { expect, test } from 'vitest';
import { VirtualClock } from '../platform/memory/clock.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { Figures } from './figures.ts';
import { LABELS, type Scores } from './labels.ts';
import { areaUnderCurve, share } from './metrics.ts';
import { moderationMigrations } from './migrations.ts';

const HOUR_MS = 3_600_000;
const scores = (spam: number): Scores => ({
  ...(Object.fromEntries(LABELS.map((label) => [label, 0])) as Scores),
  spam,
});

function counting() {
  const clock = new VirtualClock(100 * 24 * HOUR_MS);
  const db = openDatabase(':memory:', moderationMigrations);
  const figures = new Figures(db, clock);
  const count = (changes: Partial<Parameters<Figures['count']>[0]> = {}, on = figures) =>
    on.count({
      decision: 'publish',
      latencyMs: null,
      scores: null,
      imported: false,
      nowMs: clock.now(),
      ...changes,
    });
  const written = () => db.prepare('SELECT hour FROM moderation_hour ORDER BY hour').all();
  return { clock, db, figures, count, written };
}

test('judgements are counted by hour, the oldest hour first, also before they are written', async () => {
  const { clock, db, figures, count, written } = counting();
  count({ decision: 'queue', latencyMs: 8 });
  count({ decision: 'queue', imported: true, latencyMs: 64 });
  await clock.pass(2 * HOUR_MS);
  count({ decision: 'quarantine' });
  const now = clock.now();
  const expected = [
    {
      at: now - 3 * HOUR_MS,
      publish: 0,
      queue: 0,
      quarantine: 0,
      imported: 0,
      latencyP50: null,
      latencyP99: null,
    },
    {
      at: now - 2 * HOUR_MS,
      publish: 0,
      queue: 2,
      quarantine: 0,
      imported: 1,
      latencyP50: 8,
      latencyP99: 64,
    },
    {
      at: now - HOUR_MS,
      publish: 0,
      queue: 0,
      quarantine: 0,
      imported: 0,
      latencyP50: null,
      latencyP99: null,
    },
    { at: now, publish: 0, queue: 0, quarantine: 1, imported: 0, latencyP50: null, latencyP99: null },
  ];
  expect(figures.hours(4, now + HOUR_MS - 1)).toEqual(expected);
  expect(written()).toHaveLength(1);
  await clock.pass(1000);
  expect(written()).toHaveLength(2);
  expect(figures.hours(4, now)).toEqual(expected);
  count({ decision: 'publish' });
  figures.write();
  figures.write();
  expect(new Figures(db, clock).hours(1, now)).toMatchObject([{ publish: 1, quarantine: 1 }]);
  expect(figures.totals).toEqual({ publish: 1, queue: 2, quarantine: 1 });
  expect(figures.imported).toBe(1);
});

test('sixty days are kept', async () => {
  const { clock, figures, count, written } = counting();
  count();
  figures.write();
  await clock.pass(60 * 24 * HOUR_MS);
  count();
  figures.write();
  expect(written()).toHaveLength(2);
  await clock.pass(HOUR_MS);
  count();
  figures.write();
  expect(written()).toHaveLength(2);
});

test('latencies are those of the latest thousand messages', () => {
  const { figures, count } = counting();
  expect(figures.latency()).toBeNull();
  count({ latencyMs: 5000 });
  expect(figures.latency()).toEqual({ p50Ms: 5000, p99Ms: 5000 });
  for (let ms = 1; ms <= 1000; ms++) count({ latencyMs: ms });
  expect(figures.latency()).toEqual({ p50Ms: 501, p99Ms: 991 });
});

test('latencies beyond the classes count in the last one, and those below a millisecond in the first', () => {
  const { clock, figures, count } = counting();
  count({ latencyMs: 0 });
  expect(figures.hours(1, clock.now())).toMatchObject([{ latencyP50: 1, latencyP99: 1 }]);
  count({ latencyMs: 1e9 });
  expect(figures.hours(1, clock.now())).toMatchObject([{ latencyP50: 1, latencyP99: Math.round(2 ** 19.5) }]);
});

test('drift compares the scores of the last day with those of the four weeks before', async () => {
  const { clock, figures, count } = counting();
  const drift = () => figures.drift(clock.now()).find(({ label }) => label === 'spam')!.index;
  for (let n = 0; n < 50; n++) count({ scores: scores(n % 2 === 0 ? 0.05 : 1) });
  await clock.pass(24 * HOUR_MS);
  for (let n = 0; n < 49; n++) count({ scores: scores(0.05) });
  expect(drift()).toBeNull();
  count({ scores: scores(0.05) });
  const index = (1 - 0.5) * Math.log(1 / 0.5) + (0.001 - 0.5) * Math.log(0.001 / 0.5);
  expect(drift()).toBeCloseTo(index, 9);
  expect(figures.drift(clock.now()).find(({ label }) => label === 'toxic')!.index).toBe(0);
  await clock.pass(28 * 24 * HOUR_MS - 24 * HOUR_MS);
  for (let n = 0; n < 50; n++) count({ scores: scores(0.05) });
  expect(drift()).not.toBeNull();
  await clock.pass(24 * HOUR_MS);
  for (let n = 0; n < 50; n++) count({ scores: scores(0.05) });
  expect(drift()).toBe(0);
});

test('a share comes with the interval of Wilson', () => {
  expect(share(0, 0)).toEqual({ value: Number.NaN, low: 0, high: 1 });
  const half = share(5, 10);
  expect([half.value, half.low, half.high].map((one) => one.toFixed(4))).toEqual([
    '0.5000',
    '0.2366',
    '0.7634',
  ]);
  const all = share(10, 10);
  expect([all.value, all.low.toFixed(4), all.high]).toEqual([1, '0.7225', 1]);
  const none = share(0, 10);
  expect([none.value, none.low, none.high.toFixed(4)]).toEqual([0, 0, '0.2775']);
});

test('the area under the curve counts ties half, and comes with the interval of Hanley and McNeil', () => {
  const of = (scores: number[], truth: number[]) => areaUnderCurve(scores, truth.map(Boolean));
  expect(of([0.1, 0.2], [1, 1])).toEqual({ value: Number.NaN, low: 0, high: 1 });
  expect(of([0.1, 0.2], [0, 0])).toEqual({ value: Number.NaN, low: 0, high: 1 });
  expect(of([0.9, 0.1, 0.8, 0.2], [1, 0, 1, 0])).toEqual({ value: 1, low: 1, high: 1 });
  expect(of([0.5, 0.5, 0.5], [1, 0, 0]).value).toBe(0.5);
  const { value, low, high } = of([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
  expect([value, low.toFixed(4), high]).toEqual([0.75, '0.2085', 1]);
});
