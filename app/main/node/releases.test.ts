import { expect, test } from 'vitest';
import { boardKinds } from '../boards/kinds.ts';
import { chatKinds } from '../chat/kinds.ts';
import { toHex } from '../kernel/bytes.ts';
import { digestOf } from '../kernel/cid.ts';
import { examineEvents, Faults } from '../maintenance/examine.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { memoryClassifiers } from '../platform/memory/classifiers.ts';
import { TestCommunity, type TestNode } from './test-community.ts';

const digests = ({ log }: TestNode) => [toHex(log.digest()), toHex(log.stateDigest())];
const LACKED = [chatKinds.say.name, boardKinds.reply.name, boardKinds.react.name, boardKinds.update.name];

/** Mara with a board, and Ines, whose node lacks some kinds. */
async function found(lacks: readonly string[]) {
  const world = new TestCommunity();
  const mara = await world.person('mara');
  const board = mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' });
  await world.admit(mara, 'ines');
  const db = world.database();
  const old = await world.person('ines', { db, lacks });
  await world.link(old, mara);
  const { id } = await mara.boards.startThread({
    board: board.id,
    subject: 'Boats',
    text: 'Oars',
    attachments: [],
  });
  return { world, mara, old, db, board, thread: id };
}

test('[L15] [L17] a node that gets a release with more kinds shows the messages that it kept, once it has judged them', async () => {
  const { world, mara, old, db, board, thread } = await found(LACKED);
  const reply = await mara.boards.reply({ thread, text: 'A new keel', attachments: [] });
  await mara.chat.say('Ahoy');
  mara.boards.react({ id: reply.id, emoji: '👍', on: true });
  mara.boards.update({ id: board.id, name: 'Old harbour' });
  await world.clock.pass(3000);
  expect(digests(old)[0]).toBe(digests(mara)[0]);
  expect(old.boards.thread({ id: thread, limit: 9 }).posts.items).toHaveLength(1);
  expect(old.chat.lines({ limit: 9 }).items).toEqual([]);
  expect(old.log.opaque().map(({ kind, count }) => `${kind} ${count}`)).toEqual(
    LACKED.toSorted().map((kind) => `${kind} 1`),
  );
  await expect(old.chat.say('Hello')).rejects.toMatchObject({ code: 'unknown-kind' });

  await old.stop();
  await old.transport.stop();
  let judged = 0;
  const classifiers = memoryClassifiers();
  const updated = await world.person('ines', {
    db,
    classifiers: { ...classifiers, judge: (texts) => ((judged += texts.length), classifiers.judge(texts)) },
  });
  // [J11] Nothing is shown before it was judged.
  const textsOf = () => updated.boards.thread({ id: thread, limit: 9 }).posts.items.map(({ text }) => text);
  expect([judged, textsOf()]).toEqual([0, ['Oars', null]]);
  expect(updated.log.opaque()).toEqual([]);
  expect(digests(updated)).toEqual(digests(mara));
  await world.clock.pass(3000);
  expect(judged).toBe(2);
  expect(textsOf()).toEqual(['Oars', 'A new keel']);
  expect(updated.chat.lines({ limit: 9 }).items.map(({ text }) => text)).toEqual(['Ahoy']);
  expect(updated.boards.list()[0]).toMatchObject({ name: 'Old harbour', posts: 2 });
  expect(updated.boards.search({ query: 'keel', limit: 5 }).items).toHaveLength(1);
  const faults = new Faults();
  await examineEvents(updated.log, db, immediateVerifier, faults);
  expect(faults.list()).toEqual([]);
});

test('[R13] a purge of an event of an unknown kind is carried out and answered after the update', async () => {
  const { world, mara, old, db, thread } = await found([boardKinds.reply.name]);
  const { id } = await mara.boards.reply({ thread, text: 'A secret', attachments: [] });
  await world.clock.pass(3000);
  const purging = mara.review.purge({ id, reason: 'private' });
  await world.clock.pass(10_000);
  await purging;
  const answers = () =>
    mara.review.purges({ limit: 1 }).items[0]!.answers.map(({ who, answer }) => `${who.handle} ${answer}`);
  const textAt = ({ log }: TestNode) => (log.store.event(digestOf(id))!.event.body as { text: string }).text;
  expect(answers().toSorted()).toEqual(['ines silent', 'mara gone']);
  expect([textAt(mara), textAt(old)]).toEqual(['', 'A secret']);
  await old.stop();
  await old.transport.stop();
  const updated = await world.person('ines', { db });
  await world.link(updated, mara);
  await world.clock.pass(10_000);
  expect(answers().toSorted()).toEqual(['ines gone', 'mara gone']);
  expect(textAt(updated)).toBe('');
  expect(digests(updated)).toEqual(digests(mara));
});

/** Ines, whose node is opened again as one release after another, and Paul, who writes. */
async function changing() {
  const { world, mara, old, db, board } = await found([]);
  await world.admit(mara, 'paul');
  const paul = await world.person('paul');
  await world.link(paul, mara);
  let ines = old;
  const closed = async () => {
    await ines.stop();
    await ines.transport.stop();
  };
  const opened = async (lacks: readonly string[]) => {
    ines = await world.person('ines', { db, lacks });
  };
  const start = (text: string) =>
    paul.boards.startThread({
      board: board.id,
      subject: 'Weather',
      text,
      attachments: [],
      askReview: true,
    });
  const shows = () =>
    ines.boards.threads({ unreadOnly: false, limit: 9 }).items.some(({ subject }) => subject === 'Weather');
  const link = () => world.link(ines, mara);
  return { world, paul, closed, opened, start, shows, link, open: () => ines.moderation.holds.countOpen() };
}

test('[J11] [L17] a text that an edit replaced is judged before a release without edits shows it', async () => {
  const { world, paul, closed, opened, start, shows, link, open } = await changing();
  await closed();
  const { id } = await start('A fine morning [spam 0.95]');
  await paul.boards.edit({ id, text: 'A fine morning' });
  await opened([]);
  await link();
  expect([shows(), open()]).toEqual([true, 0]);
  await closed();
  await opened(['post.edit']);
  expect(shows()).toBe(false);
  await world.clock.pass(3000);
  expect([shows(), open()]).toEqual([false, 1]);
  await closed();
  await opened([]);
  await world.clock.pass(3000);
  expect([shows(), open()]).toEqual([true, 0]);
});

test('[J11] [L17] an edit that was held back is held back again after a release without edits', async () => {
  const { world, paul, closed, opened, start, shows } = await changing();
  const { id } = await start('A fine morning');
  await world.clock.pass(3000);
  expect(shows()).toBe(true);
  await paul.boards.edit({ id, text: 'A fine morning [spam 0.95]', askReview: true });
  await world.clock.pass(3000);
  expect(shows()).toBe(false);
  for (const [lacks, isShown] of [
    [['post.edit'], true],
    [[], false],
  ] as const) {
    await closed();
    await opened(lacks);
    expect(shows()).toBe(false);
    await world.clock.pass(3000);
    expect(shows()).toBe(isShown);
  }
});
