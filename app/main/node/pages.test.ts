import { beforeAll, describe, expect, test } from 'vitest';
import { ReviewFilter } from '../../contract/index.ts';
import { didOf } from '../kernel/did.ts';
import { TestCommunity, type TestNode } from './test-community.ts';

interface Page {
  readonly items: readonly unknown[];
  readonly next: string | null;
}
interface Asking {
  readonly cursor?: string;
  readonly limit: number;
}

const COUNT = 6;
let world: TestCommunity;
let mara: TestNode;
let paul: TestNode;
let board: string;
let thread: string;

const settle = () => world.clock.pass(5000);

beforeAll(async () => {
  world = new TestCommunity();
  mara = await world.person('mara');
  board = mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' }).id;
  await world.admit(mara, 'paul');
  paul = await world.person('paul');
  await world.link(paul, mara);
  for (let n = 0; n < COUNT; n++) {
    const started = await paul.boards.startThread({
      board,
      subject: `Boat ${n}`,
      text: `Perhaps buy boat ${n} [spam 0.7]`,
      attachments: [],
    });
    await settle();
    mara.review.rule({ ids: [started.id], ruling: 'publish' });
    await mara.chat.say(`Boat ${n}`);
    await mara.members.setHandle(`Mara ${n}`);
    thread = started.id;
    const held = await paul.chat.say(`Perhaps buy oar ${n} [spam 0.7]`);
    await settle();
    mara.review.purge({ id: held.id, reason: 'advertising' });
  }
  for (let n = 0; n < COUNT; n++) await paul.chat.say(`Perhaps buy rope ${n} [spam 0.7]`);
  for (let n = 1; n < COUNT; n++) await mara.boards.reply({ thread, text: `Reply ${n}`, attachments: [] });
  await settle();
}, 60_000);

/** All lists that are read page by page. */
const lists: Record<string, (asking: Asking) => Page> = {
  'threads of all boards': (asking) => mara.boards.threads({ unreadOnly: false, ...asking }),
  'threads of a board': (asking) => mara.boards.threads({ board, unreadOnly: false, ...asking }),
  'unread threads': (asking) => mara.boards.threads({ board, unreadOnly: true, ...asking }),
  'posts of a thread': (asking) => mara.boards.thread({ id: thread, ...asking }).posts,
  'posts that search finds': (asking) => mara.boards.search({ query: 'boat', ...asking }),
  'posts of a board that search finds': (asking) => mara.boards.search({ query: 'boat', board, ...asking }),
  'lines of the chat': (asking) => mara.chat.lines(asking),
  blocks: (asking) => mara.ledger.blocks(asking),
  transactions: (asking) => mara.ledger.transactions(asking),
  'transactions of an account': (asking) =>
    mara.ledger.transactions({ account: didOf(mara.signer.publicKey), ...asking }),
  'transactions of a kind': (asking) => mara.ledger.transactions({ kind: 'handle.register', ...asking }),
  'items to review': (asking) =>
    mara.review.list({ filter: ReviewFilter.parse({ state: 'all' }), ...asking }),
  'items to review with a word': (asking) =>
    mara.review.list({ filter: ReviewFilter.parse({ state: 'all', words: 'boat' }), ...asking }),
  'own items that are held': (asking) => paul.review.mine(asking),
  'requests to purge': (asking) => mara.review.purges(asking),
  'acts of review': (asking) => mara.review.audit({ by: null, item: null, ...asking }),
};

describe.each(Object.keys(lists))('the pages of %s', (name) => {
  const list = lists[name]!;

  test('hold each item once, and the last one has items and no successor', () => {
    const all = list({ limit: 200 });
    expect(all.next).toBeNull();
    expect(all.items.length).toBeGreaterThanOrEqual(COUNT);
    const { length } = all.items;
    // Of the sizes some divide the list, so that its last page is full, and some do not.
    for (const limit of [1, 2, 3, length - 1, length, length + 1]) {
      const pages: Page[] = [];
      let next: string | null | undefined;
      while (next !== null) {
        pages.push(list({ limit, ...(next === undefined ? {} : { cursor: next }) }));
        ({ next } = pages.at(-1)!);
        expect(pages.length).toBeLessThanOrEqual(length);
      }
      expect(pages).toHaveLength(Math.ceil(length / limit));
      // The chat begins with its newest lines, each page with the oldest of its own.
      const items = (name === 'lines of the chat' ? pages.toReversed() : pages).flatMap((page) => page.items);
      expect(items).toEqual(all.items);
    }
  });
});
