import { postItems } from '../boards/items.ts';
import { chatItems } from '../chat/items.ts';
import { expect, test } from 'vitest';
import { ReviewFilter } from '../../contract/index.ts';
import { cidOf } from '../kernel/cid.ts';
import { migrations } from '../node/community.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { withPlans } from '../platform/sqlite/test-plans.ts';
import { Queue } from './queue.ts';

const board = cidOf(new Uint8Array(32).fill(7));
const filters: Partial<ReviewFilter>[] = [
  {},
  { order: 'newest' },
  { order: 'worst' },
  { state: 'ruled' },
  { state: 'all' },
  { board },
  { labels: ['spam'], kinds: ['post'] },
  { claimed: 'nobody' },
];

test.each(filters)('[R10] a page of %o is found along an index, without sorting', (more) => {
  const db = openDatabase(':memory:', migrations);
  const plans: string[] = [];
  const queue = new Queue(
    withPlans(db, (plan) => void plans.push(plan)),
    [postItems(db, { isMe: () => false, since: 0 }), chatItems(db)],
  );
  plans.length = 0; // The constructor looks through the holds once.
  const asking = { filter: ReviewFilter.parse(more), me: 1, nowMs: 1, author: null };
  for (const cursor of [undefined, more.order === 'worst' ? '0.5_7' : '1000_7']) {
    queue.page(asking, cursor, 50, () => true);
  }
  const held = plans.filter((plan) => plan.startsWith('SEARCH h') || plan.startsWith('SCAN h'));
  expect(held.length).toBeGreaterThan(0);
  for (const plan of held) {
    expect(plan).toMatch(/^(?:SCAN|SEARCH) (?:h|hold) USING (?:COVERING )?INDEX hold_/);
    expect(plan).not.toContain('TEMP B-TREE');
  }
});

test('[R10] held items of a feature that is off are neither listed nor counted', () => {
  const db = openDatabase(':memory:', migrations);
  const [posts, lines] = [postItems(db, { isMe: () => false, since: 0 }), chatItems(db)];
  db.exec(`INSERT INTO author (n, key) VALUES (1, x'01');
    INSERT INTO event (seq, id, author, time, kind, stratum, proved, bytes) VALUES (7, x'07', 1, 1, 'chat.message', 1, 1, x'');
    INSERT INTO hold (n, state, hidden, kind, own, live, time, since) VALUES (7, 1, 1, ${lines.code}, 0, 1, 1, 5)`);
  const asking = { filter: ReviewFilter.parse({}), me: 1, nowMs: 9, author: null };
  const seen = (queue: Queue) => [
    queue.page(asking, undefined, 10, () => true).places.length,
    queue.counts(1, 9).open,
  ];
  expect(seen(new Queue(db, [posts, lines]))).toEqual([1, 1]);
  expect(seen(new Queue(db, [posts]))).toEqual([0, 0]);
});
