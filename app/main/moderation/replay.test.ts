import { expect, test } from 'vitest';
import { logMigrations } from '../log/migrations.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { DEFAULT_THRESHOLDS, type Decision } from './decision.ts';
import { LABELS, type Scores } from './labels.ts';
import { Holds } from './holds.ts';
import { learn } from './learn.ts';
import { moderationMigrations } from './migrations.ts';
import type { RulingInEffect } from './ports.ts';
import { Replays } from './replay.ts';
import { calibrated, Scopes } from './scopes.ts';

const NOW_MS = Date.UTC(2030, 0, 11);
const DAY_MS = 86_400_000;
const code = (wanted: string) => expect.objectContaining({ code: wanted });

const scoresOf = (spam: number): Scores =>
  Object.fromEntries(LABELS.map((label) => [label, label === 'spam' ? spam : 0])) as Record<
    (typeof LABELS)[number],
    number
  >;

/** A node that judged messages of ten days; for each, the probability of spam and the ruling of people. */
function node(judged: readonly { spam: number; ruling?: RulingInEffect['ruling'] }[]) {
  const db = openDatabase(':memory:', [...logMigrations, ...moderationMigrations]);
  const holds = new Holds({
    db,
    sources: [],
    rulings: {
      of: () => null,
      appealed: () => false,
      appeal: (item) => ({ kind: 'review.appeal', body: { item } }),
      onChange: () => {},
    },
    now: () => NOW_MS,
  });
  const scopes = new Scopes(db);
  for (const [index, { spam, ruling }] of judged.entries()) {
    const n = index + 1;
    const decision: Decision = spam >= 0.9 ? 'quarantine' : spam >= 0.5 ? 'queue' : 'publish';
    const held = decision !== 'publish';
    holds.judgements.keep({
      n,
      at: NOW_MS - 10 * DAY_MS + index,
      time: n,
      board: null,
      decision,
      stage: 'first',
      scrutiny: 'full',
      found: 'publish',
      cut: false,
      language: null,
      scores: scoresOf(spam),
      detail: held ? { confidence: spam, labels: [], reasons: [], spans: [] } : null,
      key: null,
    });
    if (!held) continue;
    const ruled = ruling === undefined ? null : ['publish', 'quarantine', 'remove'].indexOf(ruling);
    db.prepare(
      'INSERT INTO hold (n, state, hidden, kind, own, live, time, since, ruling) VALUES (?, 1, 1, 0, 0, 0, ?, 1, ?)',
    ).run(n, n, ruled);
  }
  return { scopes, replays: new Replays({ db, holds, scopes, now: () => NOW_MS }) };
}

test('[J21] a replay reports what would have gone where, and the false alarms per day with an interval', async () => {
  const { replays } = node([
    ...Array.from({ length: 50 }, () => ({ spam: 0.1 })),
    ...Array.from({ length: 10 }, () => ({ spam: 0.6, ruling: 'publish' as const })),
    ...Array.from({ length: 30 }, () => ({ spam: 0.95, ruling: 'remove' as const })),
  ]);
  const replay = await replays.ofBounds(null, { spam: { queue: 0.8, quarantine: 0.9 } });
  expect(replay).toMatchObject({
    judged: 90,
    reviewed: 40,
    changed: [{ from: 'queue', to: 'publish', count: 10 }],
    caught: { now: 1, after: 1 },
  });
  // Of 40 held in ten days, people cleared a quarter; then none.
  expect(replay.days).toBeCloseTo(10, 3);
  expect(replay.falsePositives.now.expected).toBeCloseTo(1, 3);
  expect(replay.falsePositives.after.expected).toBe(0);
  expect(replay.falsePositives.after.high).toBeGreaterThan(0.2);
  expect(replay.falsePositives.now.low).toBeLessThan(1);
});

test('[J21] a replayed change takes effect once, and not after something else has changed', async () => {
  const { replays, scopes } = node([{ spam: 0.6 }]);
  const bounds = { spam: { queue: 0.8, quarantine: 0.9 } };
  const [one, other] = [await replays.ofBounds(null, bounds), await replays.ofBounds(null, null)];
  expect(scopes.of(null).bounds).toEqual(DEFAULT_THRESHOLDS);
  replays.apply(one.id);
  expect(scopes.of(null)).toMatchObject({ bounds, own: true });
  expect(() => replays.apply(one.id)).toThrow(code('replay-unknown'));
  expect(() => replays.apply(other.id)).toThrow(code('replay-unknown'));
  expect((await replays.ofBounds(null, null)).changed).toEqual([{ from: 'publish', to: 'queue', count: 1 }]);
});

test('[J22] calibration needs consent and decisions of both kinds, moves the probabilities, and can be reset', async () => {
  const cleared = Array.from({ length: 30 }, () => ({ spam: 0.6, ruling: 'publish' as const }));
  const few = node(cleared);
  await expect(few.replays.ofCalibration(null, false)).rejects.toEqual(code('no-consent'));
  await expect(few.replays.ofCalibration(null, true)).rejects.toEqual(code('too-few-decisions'));
  const { replays, scopes } = node([
    ...cleared,
    ...Array.from({ length: 10 }, () => ({ spam: 0.97, ruling: 'remove' as const })),
  ]);
  expect(replays.samples(null)).toEqual({ samples: 40, needed: 30 });
  const replay = await replays.ofCalibration(null, true);
  expect(replay.changed).toContainEqual({ from: 'queue', to: 'publish', count: 30 });
  expect(replay.caught.after).toBe(1);
  replays.apply(replay.id);
  expect(calibrated(scopes.of(null).learnt, scoresOf(0.6)).spam).toBeLessThan(0.5);
  expect(scopes.of(null).calibratedAt).toBe(NOW_MS);
  replays.apply((await replays.ofShipped(null)).id);
  expect(scopes.of(null)).toMatchObject({ learnt: null, calibratedAt: null });
});

test('[J22] decisions that people confirm stay as they are', () => {
  const decided = [
    ...Array.from({ length: 40 }, () => ({ scores: scoresOf(0.95), bad: true })),
    ...Array.from({ length: 40 }, () => ({ scores: scoresOf(0.12), bad: false })),
  ];
  const learnt = learn(decided, DEFAULT_THRESHOLDS);
  expect(calibrated(learnt, scoresOf(0.95)).spam).toBeGreaterThan(0.9);
  expect(calibrated(learnt, scoresOf(0.12)).spam).toBeLessThan(0.2);
  expect(learn(decided.slice(0, 41), DEFAULT_THRESHOLDS)).toBeNull();
});
