import { beforeEach, expect, test } from 'vitest';
import { TestCommunity, type TestNode } from './test-community.ts';

let world: TestCommunity;
let mara: TestNode;
let paul: TestNode;
let boards: string[];
/** Two threads on the first board, one on the second. */
let threads: string[];

const settle = () => world.clock.pass(5000);

beforeEach(async () => {
  world = new TestCommunity();
  mara = await world.person('mara');
  boards = ['harbour', 'market'].map(
    (slug) => mara.boards.create({ slug, name: slug, description: '', postRole: 'member' }).id,
  );
  await world.admit(mara, 'paul');
  paul = await world.person('paul');
  await world.link(paul, mara);
  threads = [];
  for (const [n, board] of [boards[0]!, boards[0]!, boards[1]!].entries()) {
    const started = await mara.boards.startThread({
      board,
      subject: `Boat ${n}`,
      text: `Boat ${n} is free`,
      attachments: [],
    });
    threads.push(started.id);
    await settle();
    await mara.boards.reply({ thread: started.id, text: `Boat ${n} is still free`, attachments: [] });
    await settle();
  }
});

/** The unread posts of a node: counts by board and by thread, and the posts of each thread. */
function unread({ boards: service }: TestNode) {
  return {
    boards: boards.map((id) => service.list().find((one) => one.id === id)!.unread),
    threads: threads.map((id) => service.thread({ id, limit: 50 }).thread.unread),
    posts: threads.map(
      (id) => service.thread({ id, limit: 50 }).posts.items.filter((post) => post.unread).length,
    ),
    lists: service.threads({ unreadOnly: true, limit: 50 }).items.length,
  };
}

const nothing = { boards: [0, 0], threads: [0, 0, 0], posts: [0, 0, 0], lists: 0 };

test.each<[string, () => { thread?: string; board?: string }, ReturnType<typeof unread>]>([
  [
    'a thread',
    () => ({ thread: threads[0]! }),
    { boards: [2, 2], threads: [0, 2, 2], posts: [0, 2, 2], lists: 2 },
  ],
  [
    'a board',
    () => ({ board: boards[0]! }),
    { boards: [0, 2], threads: [0, 0, 2], posts: [0, 0, 2], lists: 1 },
  ],
  ['everything', () => ({}), nothing],
])(
  '%s that was read stays read after a rebuild and a restart, and nothing else is',
  async (_, what, left) => {
    expect(unread(paul)).toEqual({ boards: [4, 2], threads: [2, 2, 2], posts: [2, 2, 2], lists: 3 });
    paul.boards.markRead(what());
    expect(unread(paul)).toEqual(left);
    paul.log.rebuild();
    expect(unread(paul)).toEqual(left);
    await paul.stop();
    paul = await world.person('paul', { db: paul.db });
    expect(unread(paul)).toEqual(left);
    paul.log.rebuild();
    expect(unread(paul)).toEqual(left);
  },
);

test('what comes after the mark is unread, also after a rebuild', async () => {
  paul.boards.markRead({});
  await mara.boards.reply({ thread: threads[1]!, text: 'Sold', attachments: [] });
  await settle();
  const one = { boards: [1, 0], threads: [0, 1, 0], posts: [0, 1, 0], lists: 1 };
  expect(unread(paul)).toEqual(one);
  paul.log.rebuild();
  expect(unread(paul)).toEqual(one);
  paul.boards.markRead({ thread: threads[1]! });
  expect(unread(paul)).toEqual(nothing);
  paul.log.rebuild();
  expect(unread(paul)).toEqual(nothing);
});

test('own posts are never unread, and a mark is on its own node alone', async () => {
  await paul.boards.reply({ thread: threads[0]!, text: 'Mine', attachments: [] });
  await settle();
  paul.boards.markRead({});
  paul.log.rebuild();
  expect(unread(paul)).toEqual(nothing);
  expect(unread(mara)).toEqual({ boards: [1, 0], threads: [1, 0, 0], posts: [1, 0, 0], lists: 1 });
  mara.log.rebuild();
  expect(unread(mara)).toEqual({ boards: [1, 0], threads: [1, 0, 0], posts: [1, 0, 0], lists: 1 });
});
