import { expect, test } from 'vitest';
import { VirtualClock } from '../platform/memory/clock.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { Judges } from './judges.ts';
import { moderationMigrations } from './migrations.ts';

const [ines, odin] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

function opened() {
  const db = openDatabase(':memory:', moderationMigrations);
  const clock = new VirtualClock(1_000_000);
  return { db, clock, judges: new Judges(db, clock) };
}

test('[J29] who disagrees twice and too often is not trusted any more, from that moment on', async () => {
  const { db, clock, judges } = opened();
  expect(judges.of(ines)).toBeNull();
  for (let n = 0; n < 3; n++) expect(judges.sampled(ines, true)).toBe(false);
  expect(judges.sampled(ines, false)).toBe(false);
  expect(judges.of(ines)).toMatchObject({ sampled: 4, disagreed: 1, distrustedAt: null });
  await clock.pass(500);
  expect(judges.sampled(ines, false)).toBe(true);
  await clock.pass(500);
  expect(judges.sampled(ines, false)).toBe(false);
  const record = { key: ines, choice: null, sampled: 6, disagreed: 3, distrustedAt: 1_000_500 };
  expect(judges.of(ines)).toEqual(record);
  expect(new Judges(db, clock).of(ines)).toEqual(record);
});

test('[J29] two of very many that disagree are too few', () => {
  const { judges } = opened();
  for (let n = 0; n < 600; n++) judges.sampled(ines, true);
  judges.sampled(ines, false);
  expect(judges.sampled(ines, false)).toBe(false);
});

test('the choice of the sysop counts from then on, and earlier samples no more', () => {
  const { db, clock, judges } = opened();
  for (const _ of [1, 2]) judges.sampled(ines, false);
  expect(judges.of(ines)!.distrustedAt).not.toBeNull();
  const none = { key: ines, sampled: 0, disagreed: 0, distrustedAt: null };
  for (const choice of ['always', 'never', null] as const) {
    judges.choose(ines, choice);
    expect(judges.of(ines)).toEqual({ ...none, choice });
    expect(new Judges(db, clock).of(ines)).toEqual({ ...none, choice });
  }
});

test('[J28] the items that a person judged are found in order, until another judgement comes', () => {
  const { db, clock, judges } = opened();
  judges.forget(1);
  for (const n of [5, 3, 9]) judges.judged(n, ines);
  judges.judged(4, odin);
  expect(judges.list().map(({ key, taken }) => [key, taken])).toEqual([
    [ines, 3],
    [odin, 1],
  ]);
  expect([
    judges.itemsOf(ines, 0, 2),
    judges.itemsOf(ines, 3, 9),
    judges.itemsOf(new Uint8Array(32), 0, 9),
  ]).toEqual([[3, 5], [5, 9], []]);
  judges.judged(5, null);
  judges.judged(3, odin);
  judges.forget(4);
  const again = new Judges(db, clock);
  again.forget(9);
  expect([again.itemsOf(ines, 0, 9), again.itemsOf(odin, 0, 9)]).toEqual([[], [3]]);
});

test('after a transaction that was rolled back, what was stored counts', () => {
  const { db, judges } = opened();
  expect(() =>
    db.transaction(() => {
      judges.sampled(odin, true);
      judges.judged(1, odin);
      throw new Error('disk full');
    }),
  ).toThrow('disk full');
  judges.reload();
  expect([judges.of(odin), judges.list()]).toEqual([null, []]);
  judges.judged(1, odin);
  expect(judges.itemsOf(odin, 0, 1)).toEqual([1]);
});
