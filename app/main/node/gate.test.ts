import { describe, expect, test } from 'vitest';
import type { ImageClassifiers, Classifiers } from '../moderation/index.ts';
import type { VirtualClock } from '../platform/memory/clock.ts';
import { memoryClassifiers } from '../platform/memory/classifiers.ts';
import { TestCommunity, type TestNode } from './test-community.ts';

const SPAM = 'Buy now [spam 0.95]';
const DOUBTFUL = 'Perhaps buy [spam 0.7]';
const everything = { unreadOnly: false, limit: 50 };
const code = (wanted: string) => expect.objectContaining({ code: wanted });

/** Classifiers that answer only when told to. */
function manualClassifiers() {
  const own = memoryClassifiers();
  const waiting: (() => void)[] = [];
  const classifiers: Classifiers & ImageClassifiers = {
    ...own,
    judge: async (texts) => {
      await new Promise<void>((go) => waiting.push(go));
      return own.judge(texts);
    },
  };
  /** Answers all pending questions, and those that follow from the answers. */
  const answer = async (clock: VirtualClock) => {
    for (let round = 0; round < 5; round++) {
      for (const go of waiting.splice(0)) go();
      await clock.pass(1000);
    }
  };
  return { classifiers, answer };
}

/** Mara's community of a board and some members, all linked. */
async function community(
  members: Readonly<Record<string, Classifiers & ImageClassifiers>> = { ines: memoryClassifiers() },
) {
  const world = new TestCommunity();
  const mara = await world.person('mara');
  const board = mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' });
  const people: TestNode[] = [];
  for (const [name, classifiers] of Object.entries(members)) {
    await world.admit(mara, name);
    people.push(await world.person(name, { classifiers }));
    await world.link(people.at(-1)!, mara);
  }
  return { world, clock: world.clock, mara, people, board };
}

const start = (who: TestNode, board: { id: string }, text: string, subject = 'Boats') =>
  who.boards.startThread({ board: board.id, subject, text, attachments: [] });
const subjects = (who: TestNode) => who.boards.threads(everything).items.map(({ subject }) => subject);
const texts = (who: TestNode, thread: string) =>
  who.boards.thread({ id: thread, limit: 50 }).posts.items.map(({ text }) => text);

describe('a message by somebody else', () => {
  test('[J11] [B5] is shown nowhere until it was judged', async () => {
    const { classifiers, answer } = manualClassifiers();
    const { mara, people, clock, board } = await community({ ines: classifiers });
    const ines = people[0]!;
    const { id } = await start(mara, board, 'A fine morning');
    await mara.chat.say('Hello all');
    await clock.pass(3000);
    expect(ines.log.count('content')).toBe(2);
    expect(subjects(ines)).toEqual([]);
    expect(ines.boards.thread({ id, limit: 10 })).toMatchObject({
      thread: { subject: '…', held: { state: 'waiting' } },
      posts: { items: [{ text: null, held: { state: 'waiting' }, may: { reply: false, react: false } }] },
    });
    expect(ines.boards.search({ query: 'morning', limit: 10 }).items).toEqual([]);
    expect(ines.boards.counts()).toMatchObject({ posts: 0, unread: 0 });
    expect(ines.chat.lines({ limit: 10 }).items).toEqual([]);
    await answer(clock);
    expect(subjects(ines)).toEqual(['Boats']);
    expect(texts(ines, id)).toEqual(['A fine morning']);
    expect(ines.boards.search({ query: 'morning', limit: 10 }).items).toHaveLength(1);
    expect(ines.boards.counts()).toMatchObject({ posts: 1, unread: 1 });
    expect(ines.chat.lines({ limit: 10 }).items.map(({ text }) => text)).toEqual(['Hello all']);
    expect(ines.moderation.status().backlog.waiting).toBe(0);
  });

  test('[J11] keeps waiting across a restart, and is judged then', async () => {
    const { classifiers } = manualClassifiers();
    const { world, mara, people, clock, board } = await community({ ines: classifiers });
    const ines = people[0]!;
    await start(mara, board, 'A fine morning');
    await clock.pass(3000);
    await ines.stop();
    await ines.transport.stop();
    expect(ines.moderation.holds.countWaiting()).toBeGreaterThan(0);
    const again = await world.person('ines', { db: ines.db });
    await clock.pass(100);
    expect(subjects(again)).toEqual(['Boats']);
  });

  test('[J11] waits again when a ruling ends that preceded its judgement', async () => {
    const { classifiers, answer } = manualClassifiers();
    const { mara, people, clock, board } = await community({ ines: classifiers });
    const ines = people[0]!;
    const { id } = await start(mara, board, 'A fine morning');
    await clock.pass(3000);
    const { acts } = mara.review.rule({ ids: [id], ruling: 'remove', labels: [], note: '' });
    await clock.pass(3000);
    mara.review.undo({ acts });
    await clock.pass(3000);
    expect(subjects(ines)).toEqual([]);
    await answer(clock);
    expect(subjects(ines)).toEqual(['Boats']);
  });

  test('[J12] is judged newest first', async () => {
    const order: string[] = [];
    const own = memoryClassifiers();
    const classifiers: Classifiers & ImageClassifiers = {
      ...own,
      judge(texts) {
        order.push(...texts.filter((text) => text.startsWith('Boats')));
        return own.judge(texts);
      },
    };
    const { world, mara, people, clock, board } = await community({ ines: classifiers });
    const ines = people[0]!;
    await ines.transport.stop();
    for (const text of ['one', 'two', 'three']) {
      await start(mara, board, text);
      await clock.pass(1000);
    }
    await world.copy(mara, ines);
    await clock.pass(100);
    expect(order).toEqual(['Boats\nthree', 'Boats\ntwo', 'Boats\none']);
  });

  test('[J16] [B5] that is held back is an empty place for others, and moderators can read it', async () => {
    const { world, mara, people, clock, board } = await community({
      ines: memoryClassifiers(),
      paul: memoryClassifiers(),
    });
    const [ines, paul] = people as [TestNode, TestNode];
    const { id } = await start(ines, board, 'A fine morning');
    await clock.pass(3000);
    await ines.boards.reply({ thread: id, text: DOUBTFUL, attachments: [] });
    await clock.pass(3000);
    expect(texts(paul, id)).toEqual(['A fine morning', null]);
    expect(texts(mara, id)).toEqual(['A fine morning', DOUBTFUL]);
    expect(texts(ines, id)).toEqual(['A fine morning', DOUBTFUL]);
    expect(mara.boards.thread({ id, limit: 10 }).posts.items[1]!.held).toMatchObject({
      state: 'queued',
      reasons: [{ code: 'spam' }],
      appealed: false,
    });
    expect(paul.boards.thread({ id, limit: 10 }).thread).toMatchObject({ replies: 0, held: null });
    expect(world.notices.size).toBe(0);
  });

  test('[J10] is judged by each node separately, and no judgement leaves the node', async () => {
    const trusting = {
      ...memoryClassifiers(),
      judge: async (all: readonly string[]) => memoryClassifiers().judge(all.map(() => '')),
    };
    const { mara, people, clock, board } = await community({ ines: trusting, paul: memoryClassifiers() });
    const [ines, paul] = people as [TestNode, TestNode];
    expect(await start(ines, board, SPAM)).toMatchObject({ decision: 'publish' });
    await clock.pass(3000);
    expect(subjects(ines)).toEqual(['Boats']);
    expect(subjects(paul)).toEqual([]);
    expect(ines.moderation.holds.countOpen()).toBe(0);
    // The same events everywhere, and the message is the only content among them.
    for (const { log } of [mara, paul]) {
      expect(log.digest()).toEqual(ines.log.digest());
      expect(log.count('content')).toBe(1);
    }
  });

  test('[J14] a ruling overrides the models, for the text as it was at that time', async () => {
    const { mara, people, clock, board } = await community({
      ines: memoryClassifiers(),
      paul: memoryClassifiers(),
    });
    const [ines, paul] = people as [TestNode, TestNode];
    const { id } = await start(ines, board, 'A fine morning');
    const rule = async (ruling: 'publish' | 'quarantine' | 'remove') => {
      mara.review.rule({ ids: [id], ruling, labels: [], note: '' });
      await clock.pass(3000);
    };
    await clock.pass(3000);
    for (const ruling of ['quarantine', 'remove'] as const) {
      await rule(ruling);
      expect(subjects(paul)).toEqual([]);
    }
    await ines.boards.edit({ id, text: SPAM, askReview: true });
    await clock.pass(3000);
    await rule('publish');
    expect(texts(paul, id)).toEqual([SPAM]);
    await ines.boards.edit({ id, text: `${SPAM} again`, askReview: true });
    await clock.pass(3000);
    expect(subjects(paul)).toEqual([]);
  });

  test('[J15] is judged again when its author changes it', async () => {
    const { classifiers, answer } = manualClassifiers();
    const { mara, people, clock, board } = await community({ ines: memoryClassifiers(), paul: classifiers });
    const [ines, paul] = people as [TestNode, TestNode];
    const { id } = await start(ines, board, 'A fine morning');
    await clock.pass(3000);
    await answer(clock);
    expect(texts(paul, id)).toEqual(['A fine morning']);
    await ines.boards.edit({ id, text: SPAM, askReview: true });
    await clock.pass(3000);
    expect(texts(paul, id)).toEqual([null]);
    expect(subjects(paul)).toEqual([]);
    await answer(clock);
    expect(paul.boards.thread({ id, limit: 10 }).posts.items[0]!.held?.state).toBe('quarantined');
    expect(paul.boards.counts()).toMatchObject({ posts: 0, unread: 0 });
    await ines.boards.edit({ id, text: 'A fine evening' });
    await clock.pass(3000);
    await answer(clock);
    expect(texts(paul, id)).toEqual(['A fine evening']);
    expect(texts(mara, id)).toEqual(['A fine evening']);
    expect(paul.boards.history({ id }).map(({ text }) => text)).toEqual(['A fine evening']);
    expect(paul.boards.counts()).toMatchObject({ posts: 1, unread: 1 });
  });
});

describe('a message written here', () => {
  test('[J13] is signed and shown when nothing is found', async () => {
    const { mara, people, board } = await community();
    const ines = people[0]!;
    expect(await start(ines, board, 'A fine morning')).toMatchObject({ decision: 'publish' });
    expect(ines.db.prepare<{ n: number }>('SELECT COUNT(*) AS n FROM hold').get()!.n).toBe(0);
    expect(await mara.chat.say('Hello')).toMatchObject({ decision: 'publish' });
  });

  test('[J13] is not signed when it would be hidden, and the author is told why', async () => {
    const { people, board } = await community();
    const ines = people[0]!;
    await expect(start(ines, board, SPAM)).rejects.toEqual(code('held-back'));
    await expect(ines.chat.say(SPAM)).rejects.toEqual(code('held-back'));
    expect(ines.log.count('content')).toBe(0);
    expect(
      await ines.boards.startThread({
        board: board.id,
        subject: 'Boats',
        text: SPAM,
        attachments: [],
        askReview: true,
      }),
    ).toMatchObject({ decision: 'quarantine' });
    expect(subjects(ines)).toEqual(['Boats']);
  });

  test('[J13] is signed and held when a person should review it, here as everywhere', async () => {
    const { mara, people, clock, board } = await community({
      ines: memoryClassifiers(),
      paul: memoryClassifiers(),
    });
    const [ines, paul] = people as [TestNode, TestNode];
    const { id, decision } = await start(ines, board, DOUBTFUL);
    expect(decision).toBe('queue');
    await clock.pass(3000);
    expect(subjects(ines)).toEqual(['Boats']);
    expect(subjects(mara)).toEqual(['Boats']);
    expect(subjects(paul)).toEqual([]);
    expect(() => paul.boards.react({ id, emoji: '👍', on: true })).toThrow(code('post-held'));
  });
});

test('[J13] is signed, held and appealed in one transaction: all of it is stored, or nothing', async () => {
  const { people, clock, board } = await community();
  const ines = people[0]!;
  const batches: string[][] = [];
  ines.log.onCommit((batch) => batches.push(batch.map(({ event }) => event.kind)));
  const spam = (text: string) =>
    ines.boards.startThread({ board: board.id, subject: 'Pills', text, attachments: [], askReview: true });
  await spam(SPAM);
  expect(batches).toEqual([['thread.start', 'review.appeal']]);

  const events = ines.log.count();
  ines.db.exec("CREATE TRIGGER no_appeal BEFORE INSERT ON review_act BEGIN SELECT RAISE(ABORT, 'full'); END");
  await expect(spam(`${SPAM} again`)).rejects.toThrow(/full/);
  await clock.pass(1000);
  expect(ines.log.count()).toBe(events);
  expect(ines.moderation.holds.countOpen()).toBe(1);
});

test('[J13] an image is judged before it is signed, and one beyond the upper bound is held back', async () => {
  const { people, board } = await community();
  const ines = people[0]!;
  const put = async (bytes: string) => (await ines.files.put(Buffer.from(bytes), 'sea.png', 'image/png')).cid;
  const post = async (cid: string) =>
    ines.boards.startThread({ board: board.id, subject: 'Sea', text: 'Look', attachments: [cid] });
  expect(await post(await put('waves'))).toMatchObject({ decision: 'publish' });
  expect(await post(await put('[nsfw 0.7]'))).toMatchObject({ decision: 'queue' });
  await expect(post(await put('[nsfw 0.99]'))).rejects.toMatchObject({
    code: 'held-back',
    message: expect.stringContaining('sea.png: nsfw 0.99'),
  });
});

test('[J27] an image that arrives later is judged before it is served, with the posts that carry it', async () => {
  const careless = {
    ...memoryClassifiers(),
    judgeImage: (image: Uint8Array) => memoryClassifiers().judgeImage(new Uint8Array(image.length)),
  };
  const { world, people, board, clock } = await community({ ines: memoryClassifiers(), jonas: careless });
  const [ines, jonas] = people as [TestNode, TestNode];
  await world.link(ines, jonas);
  const put = async (bytes: string, name: string) =>
    (await jonas.files.put(Buffer.from(bytes), name, 'image/png')).cid;
  const [bad, good] = [await put('[nsfw 0.99]', 'bad.png'), await put('waves', 'sea.png')];
  for (const [subject, cid] of [
    ['Bad', bad],
    ['Sea', good],
  ] as const) {
    await jonas.boards.startThread({ board: board.id, subject, text: 'Look', attachments: [cid] });
  }
  await clock.pass(3000);
  expect(subjects(ines).toSorted()).toEqual(['Bad', 'Sea']);
  const asking = Promise.allSettled([ines.files.get(bad), ines.files.get(bad), ines.files.get(good)]);
  await clock.pass(3000);
  const asked = await asking;
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(asked[0]).toMatchObject({ reason: { code: 'held-back' } });
  expect(subjects(ines)).toEqual(['Sea']);
  expect(ines.db.prepare('SELECT COUNT(*) AS n FROM picture_unseen').get()).toEqual({ n: 0 });
});

test('[J19] a text under test is checked against lists too, with models and without', async () => {
  const { people } = await community();
  const { moderation } = people[0]!;
  moderation.importList({ name: 'ours', text: 'kraken', decision: 'quarantine' });
  expect(await moderation.judge({ text: 'the kraken wakes' })).toMatchObject({ decision: 'quarantine' });
  await moderation.setModels({ on: false });
  expect(await moderation.judge({ text: 'the kraken wakes' })).toMatchObject({ decision: 'quarantine' });
});

describe('a handle', () => {
  test('[J23] is judged before somebody is admitted under it or takes it', async () => {
    const { mara, people, clock } = await community();
    const ines = people[0]!;
    const key = new Uint8Array(32).fill(3);
    await expect(mara.members.admit({ key, handle: 'toxic 0.95', role: 'member' })).rejects.toEqual(
      code('held-back'),
    );
    await expect(ines.members.setHandle('toxic 0.95')).rejects.toEqual(code('held-back'));
    const taken = ines.members.setHandle('toxic 0.7');
    await clock.pass(5000);
    await taken;
    expect(ines.members.me().handle).toBe('toxic 0.7');
    await clock.pass(1000);
    expect(mara.members.list().map(({ handle }) => handle)).toContain('toxic 0.7');
  });

  test('[J23] [M12] that another node accepted is hidden by a node that does not', async () => {
    const { mara, people, clock } = await community();
    const ines = people[0]!;
    ines.moderation.setModels({ on: false });
    const taken = ines.members.setHandle('toxic 0.95');
    await clock.pass(5000);
    await taken;
    await clock.pass(3000);
    expect(ines.members.me().handle).toBe('toxic 0.95');
    expect(mara.members.person(ines.signer.publicKey).handle).toBe(ines.members.me().did.slice(-6));
  });
});
