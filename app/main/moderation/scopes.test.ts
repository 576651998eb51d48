import { expect, test } from 'vitest';
import { openDatabase } from '../platform/sqlite/database.ts';
import { dashboardOf } from './dashboard.ts';
import { DEFAULT_THRESHOLDS } from './decision.ts';
import { LABELS, type Scores } from './labels.ts';
import { moderationMigrations } from './migrations.ts';
import { calibrated, Scopes, type Learnt } from './scopes.ts';

const board = new Uint8Array(32).fill(5);
const other = new Uint8Array(32).fill(6);
const bounds = { spam: { queue: 0.1, quarantine: 0.2 } };
const learnt: Learnt = { samples: 40, labels: { spam: { scale: 2, shift: -1 } } };

test('a board has the bounds of the community until it has its own, and those of this program without either', () => {
  const db = openDatabase(':memory:', moderationMigrations);
  const scopes = new Scopes(db);
  const plain = { bounds: DEFAULT_THRESHOLDS, learnt: null, own: false, calibratedAt: null };
  expect([scopes.of(null), scopes.of(board)]).toEqual([
    { board: null, ...plain },
    { board, ...plain },
  ]);
  scopes.setBounds(null, bounds);
  expect([scopes.of(null).own, scopes.of(board)]).toEqual([true, { board, ...plain, bounds }]);
  const strict = { spam: { queue: 0, quarantine: 0.1 } };
  scopes.setBounds(board, strict);
  expect([scopes.of(board), scopes.of(other).bounds]).toEqual([
    { board, ...plain, bounds: strict, own: true },
    bounds,
  ]);
  expect(new Scopes(db).of(board).bounds).toEqual(strict);
  scopes.setBounds(board, null);
  expect(scopes.of(board)).toEqual({ board, ...plain, bounds });
});

test('[J22] what was learnt is that of the board, then of the community, until it is forgotten', () => {
  const db = openDatabase(':memory:', moderationMigrations);
  const scopes = new Scopes(db);
  scopes.setLearnt(null, learnt, 7);
  expect([scopes.of(null), scopes.of(board)]).toMatchObject([
    { learnt, calibratedAt: 7 },
    { learnt, calibratedAt: null },
  ]);
  const own: Learnt = { samples: 50, labels: {} };
  scopes.setLearnt(board, own, 8);
  scopes.setBounds(board, bounds);
  expect(new Scopes(db).of(board)).toEqual({ board, bounds, learnt: own, own: true, calibratedAt: 8 });
  scopes.setLearnt(board, null, 9);
  expect(scopes.of(board)).toMatchObject({ learnt, calibratedAt: null });
  scopes.forget();
  expect([scopes.of(null).learnt, scopes.of(board).learnt, scopes.of(board).bounds]).toEqual([
    null,
    null,
    bounds,
  ]);
});

test('settings that this program does not understand count as none', () => {
  const db = openDatabase(':memory:', moderationMigrations);
  const put = db.prepare(
    'INSERT OR REPLACE INTO moderation_scope (board, bounds, calibration, calibrated_at) VALUES (?, ?, ?, 3)',
  );
  for (const [one, calibration] of [
    ['{"spam":{"queue":0.9,"quarantine":0.1}}', '{"samples":-1,"labels":{}}'],
    ['{"spam":7}', '{"samples":1,"labels":{"spam":{"scale":101,"shift":0}}}'],
    ['[]', '{"samples":1,"labels":{"spam":{"scale":1,"shift":-101}}}'],
    ['1', '{"samples":1,"labels":{"odd":{"scale":1,"shift":1}}}'],
  ] as const) {
    put.run(board, one, calibration);
    expect(new Scopes(db).of(board)).toMatchObject({
      bounds: DEFAULT_THRESHOLDS,
      learnt: null,
      own: false,
      calibratedAt: null,
    });
  }
});

test('a calibration moves the probabilities of its labels alone', () => {
  const scores = Object.fromEntries(LABELS.map((label) => [label, 0.25])) as Scores;
  expect(calibrated(null, scores)).toBe(scores);
  const after = calibrated(learnt, scores);
  // The odds of a quarter are one third: squared, and divided by e.
  const odds = 1 / 9 / Math.E;
  expect(after.spam).toBeCloseTo(odds / (1 + odds), 12);
  expect({ ...after, spam: 0.25 }).toEqual(scores);
  expect(calibrated(learnt, { ...scores, spam: 0 }).spam).toBeCloseTo(1e-12 / Math.E, 15);
  expect(calibrated(learnt, { ...scores, spam: 1 }).spam).toBeCloseTo(1, 9);
});

test('the dashboard counts what waits by age, and what people cleared of each label', () => {
  const db = openDatabase(':memory:', moderationMigrations);
  const hour = 3_600_000;
  const now = 100 * 24 * hour;
  const figures = { hours: () => [], drift: () => [] };
  const ages = [
    0,
    hour - 1,
    hour,
    24 * hour - 1,
    24 * hour,
    7 * 24 * hour - 1,
    7 * 24 * hour,
    30 * 24 * hour,
  ];
  const openSince = ages.map((age) => now - age).toReversed();
  const shown = (since: readonly number[] = openSince) =>
    dashboardOf({ db, figures: figures as never, holds: { openSince: () => since } as never }, 1, now);
  expect(shown().queue).toEqual({ open: 8, oldestAt: now - 30 * 24 * hour, ages: [2, 2, 2, 2] });
  expect(shown([])).toMatchObject({
    queue: { open: 0, oldestAt: null, ages: [0, 0, 0, 0] },
    falsePositiveRate: null,
  });
  expect(shown().precision).toEqual(LABELS.map((label) => ({ label, estimate: null })));
});
