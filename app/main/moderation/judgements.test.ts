import { expect, test } from 'vitest';
import { logMigrations } from '../log/migrations.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { Judgements, KEPT_PUBLISHED, type KeptJudgement } from './judgements.ts';
import { LABELS, type Scores } from './labels.ts';
import { moderationMigrations } from './migrations.ts';

const scores = Object.fromEntries(LABELS.map((label, at) => [label, at / 7])) as Scores;
const published: Omit<KeptJudgement, 'n' | 'time'> = {
  at: 0,
  board: null,
  decision: 'publish',
  stage: 'first',
  scrutiny: 'full',
  found: 'publish',
  cut: false,
  language: 'en',
  scores,
  detail: null,
  key: null,
};

function setUp() {
  const db = openDatabase(':memory:', [...logMigrations, ...moderationMigrations]);
  return { db, judgements: new Judgements(db) };
}

test('[J20] the judgements of all held items are kept, and of published ones the latest 20,000', () => {
  const { db, judgements } = setUp();
  const detail = { confidence: 1, labels: [], reasons: [], spans: [] };
  const trimmedAt = KEPT_PUBLISHED * 1.25 + 1;
  db.transaction(() => {
    for (let n = 1; n <= 10; n++) judgements.keep({ ...published, n, time: n, decision: 'queue', detail });
    for (let n = 11; n <= trimmedAt + 10; n++) judgements.keep({ ...published, n, time: n });
  });
  const kept = judgements.page(0, 0, 100_000);
  expect(kept.filter(({ decision }) => decision === 'queue')).toHaveLength(10);
  const latest = kept.filter(({ decision }) => decision === 'publish').map(({ time }) => time);
  const oldest = trimmedAt + 10 - KEPT_PUBLISHED + 1;
  expect(latest.filter((time) => time >= oldest)).toHaveLength(KEPT_PUBLISHED);
  expect(latest.length).toBeLessThan(KEPT_PUBLISHED * 1.01);
  judgements.keep({ ...published, n: 1_000_000, time: 11 });
  expect(judgements.of(1_000_000)).toBeNull();
  judgements.keep({ ...published, n: 1_000_001, time: 11, decision: 'queue', detail });
  expect(judgements.of(1_000_001)).not.toBeNull();
});

test('[J20] a judgement contains probabilities of 16 bits and no text', () => {
  const { db, judgements } = setUp();
  judgements.keep({ ...published, n: 1, time: 1 });
  const { scores: kept } = judgements.of(1)!;
  for (const label of LABELS)
    expect(Math.abs(kept![label] - scores[label])).toBeLessThanOrEqual(0.5 / 65_535);
  const row = db.prepare<Record<string, unknown>>('SELECT * FROM judgement').get()!;
  expect((row['scores'] as Uint8Array).length).toBe(LABELS.length * 2);
  expect(Object.entries(row).filter(([, value]) => typeof value === 'string')).toEqual([['language', 'en']]);
});
