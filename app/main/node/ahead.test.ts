import { expect, test } from 'vitest';
import { digestOf as digest } from '../kernel/cid.ts';
import type { LogEvent } from '../log/event.ts';
import { memoryClassifiers } from '../platform/memory/classifiers.ts';
import { TestCommunity, type TestNode } from './test-community.ts';

const SPAM = 'Buy now [spam 0.95]';
const everything = { unreadOnly: false, limit: 50 };

/** Mara's community with members Ines and Paul; Paul knows both and is no longer connected. */
async function community() {
  const world = new TestCommunity();
  const mara = await world.person('mara');
  const board = mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' });
  const people: TestNode[] = [];
  for (const name of ['ines', 'paul']) {
    await world.admit(mara, name);
    people.push(await world.person(name));
    await world.link(people.at(-1)!, mara);
  }
  const [ines, paul] = people as [TestNode, TestNode];
  await world.clock.pass(3000);
  const apart = async () => {
    await paul.transport.stop();
    await world.clock.pass(1000);
  };
  return { world, clock: world.clock, mara, ines, paul, board, apart };
}

const eventsOf = ({ log }: TestNode): LogEvent[] =>
  [...log.store.batches(1000, 'content')].flat().map(({ event }) => log.store.event(event.id)!.event);

/** Receives events as gossip brings them. */
async function receive({ log }: TestNode, events: readonly LogEvent[]): Promise<void> {
  const vetted = await log.vet(events);
  // Signed themselves, as all events in gossip are.
  expect(log.genuine(vetted)).toHaveLength(events.length);
  log.keep(vetted, 'live', await log.prepared(log.genuine(vetted), 'live'));
}

const start = (who: TestNode, board: { id: string }, text: string) =>
  who.boards.startThread({ board: board.id, subject: 'Boats', text, attachments: [], askReview: true });
const waits = ({ db }: TestNode) => db.prepare<{ n: number }>('SELECT COUNT(*) AS n FROM hold').get()!.n;
const subjects = ({ boards }: TestNode) => boards.threads(everything).items.map(({ subject }) => subject);

test('[J11] a live post is stored with its judgement: shown at once, without a hold', async () => {
  const { ines, paul, board, clock } = await community();
  const seen: [string[], number][] = [];
  paul.log.onCommit((batch) => {
    if (batch.some(({ event }) => event.kind === 'thread.start')) seen.push([subjects(paul), waits(paul)]);
  });
  const told: number[] = [];
  paul.boards.onChange(({ newPosts }) => told.push(newPosts));
  await start(ines, board, 'A fine morning');
  await clock.pass(3000);
  expect(seen).toEqual([[['Boats'], 0]]);
  expect(told.reduce((sum, count) => sum + count, 0)).toBe(1);
  expect(paul.boards.counts()).toMatchObject({ posts: 1, unread: 1 });
  expect(paul.moderation.metrics().decisions).toMatchObject({ publish: 1 });
});

test('[J11] a live post that is held back is stored with its hold, and nothing shows it', async () => {
  const { ines, paul, mara, board, clock } = await community();
  const { id } = await start(ines, board, SPAM);
  await clock.pass(3000);
  expect(subjects(paul)).toEqual([]);
  expect(paul.boards.counts()).toMatchObject({ posts: 0, unread: 0 });
  expect(mara.boards.thread({ id, limit: 10 }).posts.items[0]!.held).toMatchObject({
    state: 'quarantined',
    reasons: [{ code: 'spam' }],
  });
});

test('[J11] [J15] a post whose edit arrived before it is judged by its edited text', async () => {
  const { ines, paul, board, clock, apart } = await community();
  await apart();
  const { id } = await start(ines, board, 'A fine morning');
  await start(ines, board, 'Another morning');
  await ines.boards.edit({ id, text: SPAM, askReview: true });
  const [post, between, edit] = eventsOf(ines).filter(({ kind }) =>
    ['thread.start', 'post.edit'].includes(kind),
  );
  expect([post!.kind, between!.kind, edit!.kind]).toEqual(['thread.start', 'thread.start', 'post.edit']);
  // In one batch, so that the edit is unknown when the models see the post; it does not follow the post directly.
  await receive(paul, [edit!, post!]);
  expect(subjects(paul)).toEqual([]);
  await clock.pass(3000);
  expect(subjects(paul)).toEqual([]);
  expect(paul.moderation.holds.countWaiting()).toBe(0);
  expect(paul.moderation.holds.countOpen()).toBe(1);
});

test('[J11] a reply is judged by the bounds of its thread’s board, whatever board it names', async () => {
  const { ines, paul, mara, board, apart, clock } = await community();
  const lax = mara.boards.create({ slug: 'lax', name: 'Lax', description: '', postRole: 'member' });
  const { id } = await start(ines, board, 'A fine morning');
  await clock.pass(3000);
  await apart();
  const tolerant = { spam: { queue: 0.99, quarantine: 1 } };
  const { id: replay } = await paul.moderation.tryBounds({ board: lax.id, bounds: tolerant });
  paul.moderation.apply({ replay });
  const thread = eventsOf(ines).find(({ kind }) => kind === 'thread.start')!;
  const body = { text: SPAM, format: 'plain', attachments: [], thread: thread.id };
  const lying = ines.log.append(ines.signer, 'post.reply', { ...body, board: digest(lax.id) });
  await receive(paul, [lying]);
  expect(paul.boards.thread({ id, limit: 10 }).posts.items.map(({ text }) => text)).toEqual([
    'A fine morning',
    null,
  ]);
});

test('[J11] while the classifiers do not answer, a live post is stored with a hold after half a second', async () => {
  const world = new TestCommunity();
  const mara = await world.person('mara');
  const board = mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' });
  await world.admit(mara, 'ines');
  const silent = { ...memoryClassifiers(), judge: () => new Promise<never>(() => {}) };
  const ines = await world.person('ines', { classifiers: silent });
  await world.link(ines, mara);
  await start(mara, board, 'A fine morning');
  await world.clock.pass(400);
  expect([ines.log.count('content'), waits(ines)]).toEqual([0, 0]);
  await world.clock.pass(400);
  expect([ines.log.count('content'), waits(ines)]).toEqual([1, 1]);
  expect(subjects(ines)).toEqual([]);
});

test('[J11] [J12] catch-up does not wait for the models, and what they are judging is not judged twice', async () => {
  const { world, mara, ines, board, clock } = await community();
  await start(ines, board, 'A fine morning');
  const { id } = await start(ines, board, 'Perhaps a storm');
  await clock.pass(3000);
  const judged: string[] = [];
  const waiting: (() => void)[] = [];
  const own = memoryClassifiers();
  const slow = {
    ...own,
    judge: async (texts: readonly string[]) => {
      judged.push(...texts);
      await new Promise<void>((go) => waiting.push(go));
      return own.judge(texts);
    },
  };
  await world.admit(mara, 'ute');
  const ute = await world.person('ute', { classifiers: slow });
  await world.copy(ines, ute);
  expect([ute.log.count('content'), waits(ute)]).toEqual([2, 2]);
  // The text of the second changes before the models answered.
  await ines.boards.edit({ id, text: 'Perhaps a breeze' });
  await world.copy(ines, ute);
  for (let round = 0; round < 5; round++) {
    for (const go of waiting.splice(0)) go();
    await clock.pass(1000);
  }
  expect(waits(ute)).toBe(0);
  expect(subjects(ute)).toEqual(['Boats', 'Boats']);
  const texts = ['A fine morning', 'Perhaps a storm', 'Perhaps a breeze'];
  const times = texts.map((text) => judged.filter((one) => one.endsWith(text)).length);
  expect(times).toEqual([1, 1, 1]);
});
