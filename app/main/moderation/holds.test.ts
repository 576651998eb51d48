import { expect, test } from 'vitest';
import { openDatabase } from '../platform/sqlite/database.ts';
import { Holds } from './holds.ts';
import { moderationMigrations } from './migrations.ts';
import type { ItemSource, Rulings } from './ports.ts';

const noRulings: Rulings = {
  of: () => null,
  appealed: () => false,
  appeal: () => {
    throw new Error('nobody appeals here');
  },
  onChange: () => {},
};

const source = (kind: ItemSource['kind'], code: number): ItemSource => ({
  kind,
  code,
  kinds: [`${kind}.create`],
  read: () => null,
  show: () => null,
  around: () => [],
});

test('[J11] held items of a feature that is off stay held, and are neither judged nor in the queue until it is on', () => {
  const db = openDatabase(':memory:', moderationMigrations);
  db.exec('CREATE TABLE event (seq INTEGER PRIMARY KEY, id BLOB, kind TEXT, author INTEGER, time INTEGER)');
  db.exec('CREATE TABLE author (n INTEGER PRIMARY KEY, key BLOB)');
  const [posts, lines] = [source('post', 0), source('chat', 1)];
  const open = (sources: readonly ItemSource[]) =>
    new Holds({ db, sources, rulings: noRulings, now: () => 1000 });
  const both = open([posts, lines]);
  for (const [n, kind] of [
    [1, 'post'],
    [2, 'chat'],
    [3, 'chat'],
  ] as const) {
    both.arrived({ n, kind, own: false, live: true, time: n });
  }
  both.settle([{ n: 3, kind: 'chat', decision: 'queue', worst: 0.7, labels: 1, board: null }]);
  const seen = (holds: Holds) => ({
    waiting: holds.waiting(10).map(({ n }) => n),
    counts: [holds.countWaiting(), holds.countOpen()],
    queue: holds.openSince(),
  });
  expect(seen(open([posts]))).toEqual({ waiting: [1], counts: [1, 0], queue: [] });
  expect(seen(open([posts, lines]))).toEqual({ waiting: [2, 1], counts: [2, 1], queue: [1000] });
});
