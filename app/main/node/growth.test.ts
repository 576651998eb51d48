import { expect, test } from 'vitest';
import { ReviewFilter } from '../../contract/index.ts';
import { withPlans } from '../platform/sqlite/test-plans.ts';
import { TestCommunity } from './test-community.ts';

/** Tables that grow with every message. */
const GROWS = /SCAN (?:event|e|post|p|thread|t|chat_line|c|hold|h|judgement|j)\b/;

test('a page costs the same however much there is: what grows is searched, or followed along an index for a page', async () => {
  const world = new TestCommunity();
  const scans: string[] = [];
  let reads = 0;
  const db = withPlans(world.database(), (plan, sql) => {
    reads += 1;
    if (GROWS.test(plan) && !/LIMIT \?/.test(sql)) scans.push(`${plan} << ${sql}`);
  });
  const mara = await world.person('mara', { db });
  const board = mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' });
  const { id } = await mara.boards.startThread({
    board: board.id,
    subject: 'Boats',
    text: 'Hello',
    attachments: [],
  });
  await mara.chat.say('Hello');
  await world.clock.pass(5000);
  scans.length = 0;
  reads = 0;
  await mara.boards.reply({ thread: id, text: 'Agreed', attachments: [] });
  mara.boards.list();
  mara.boards.threads({ unreadOnly: false, limit: 20 });
  mara.boards.threads({ board: board.id, unreadOnly: true, limit: 20 });
  mara.boards.thread({ id, limit: 20 });
  mara.boards.thread({ id, cursor: '1', limit: 20 });
  mara.boards.search({ query: 'hello', limit: 20 });
  mara.boards.markRead({ thread: id });
  mara.boards.counts();
  mara.chat.lines({ limit: 20 });
  mara.review.list({ filter: ReviewFilter.parse({}), limit: 20 });
  mara.ledger.blocks({ limit: 20 });
  expect(reads).toBeGreaterThan(30);
  expect(scans).toEqual([]);
});
