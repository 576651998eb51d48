import { expect, test } from 'vitest';
import { ReviewFilter } from '../../contract/review.ts';
import { digestOf } from '../kernel/cid.ts';
import { TestCommunity, type TestNode } from './test-community.ts';

const DAY_MS = 86_400_000;
const POSTS = 40;

/** Mara's community, in which Eve claims that others wrote what she signs; Ines moderates. */
async function community() {
  const world = new TestCommunity();
  const mara = await world.person('mara');
  const { id: board } = mara.boards.create({
    slug: 'harbour',
    name: 'Harbour',
    description: '',
    postRole: 'member',
  });
  await world.admit(mara, 'ines', 'moderator');
  await world.admit(mara, 'eve');
  await world.admit(mara, 'paul');
  const [ines, eve, paul] = [
    await world.person('ines'),
    await world.person('eve'),
    await world.person('paul'),
  ];
  for (const node of [ines, eve, paul]) await world.link(node, mara);
  /** Signs a post that names a sender and a date. */
  const claim = async (
    who: TestNode,
    name: string,
    date: number,
    text = `A tale of ${name} from ${date}`,
  ) => {
    const { id } = who.log.append(who.signer, 'thread.start', {
      board: digestOf(board),
      subject: 'Tale',
      text,
      format: 'plain',
      attachments: [],
      source: { name, date, messageId: `${date}@x` },
    });
    await world.clock.pass(200);
    return id;
  };
  const importMany = async (who: TestNode) => {
    for (let n = 0; n < POSTS; n++) await claim(who, 'Rolf', n * DAY_MS);
    await world.clock.pass(5000);
  };
  return { clock: world.clock, mara, ines, eve, paul, claim, importMany };
}

const MINUTE_MS = 60_000;
/** With what only moderators see. */
const listed = (node: TestNode) => node.boards.threads({ unreadOnly: false, limit: 200 }).items;
const shown = (node: TestNode) => listed(node).filter(({ held }) => held === null);

test('[J31] a member cannot flood others by posts that claim to be old mail', async () => {
  const { paul, eve, mara, importMany } = await community();
  await importMany(eve);
  const { perMinuteNew } = paul.moderation.rules();
  for (const node of [mara, paul]) {
    expect(node.log.count('content')).toBe(POSTS);
    expect(shown(node).length).toBeLessThanOrEqual(perMinuteNew);
  }
  expect(paul.moderation.holds.countOpen()).toBeGreaterThanOrEqual(POSTS - perMinuteNew);
  expect(paul.moderation.metrics().imported).toBe(POSTS);
  const { hours } = paul.moderation.dashboard({ hours: 2 });
  expect(hours.reduce((all, { imported }) => all + imported, 0)).toBe(POSTS);
});

test('[J31] her own node takes them as an import, and so does every node that lets members import', async () => {
  const { paul, eve, mara, importMany } = await community();
  paul.moderation.setRules({ importRole: 'member' });
  await importMany(eve);
  expect(shown(eve)).toHaveLength(POSTS);
  expect(shown(paul)).toHaveLength(POSTS);
  expect(shown(mara).length).toBeLessThan(POSTS);
});

test('[J31] a moderator may import in bulk', async () => {
  const { paul, ines, importMany } = await community();
  await importMany(ines);
  expect(shown(paul)).toHaveLength(POSTS);
});

test('[B11] a claimed date in the future does not keep a thread at the top', async () => {
  const { paul, eve, mara, clock, claim } = await community();
  await claim(eve, 'Rolf', clock.now() + 3650 * DAY_MS);
  await clock.pass(MINUTE_MS);
  const { id: board } = mara.boards.list()[0]!;
  await mara.boards.startThread({ board, subject: 'Boats', text: 'A fine morning', attachments: [] });
  await clock.pass(3000);
  expect(listed(paul).map(({ subject }) => subject)).toEqual(['Boats', 'Tale']);
  expect(listed(paul)[1]!.lastActivityAt).toBeLessThan(clock.now());
});

test('[B12] the claimed name never stands alone: lists, search, threads and the queue name who signed', async () => {
  const { paul, eve, ines, claim } = await community();
  await claim(eve, 'mara', 0, 'A kraken rises [spam 0.7]');
  const thread = { author: { handle: 'eve' }, sourceName: 'mara', lastAuthor: 'eve', lastSourceName: 'mara' };
  expect(listed(ines)[0]).toMatchObject(thread);
  const { items: queue } = await ines.review.list({ filter: ReviewFilter.parse({}), limit: 10 });
  expect(queue).toMatchObject([{ author: { handle: 'eve' }, sourceName: 'mara' }]);
  ines.review.rule({ ids: [queue[0]!.id], ruling: 'publish', labels: [], note: '' });
  await claim(eve, 'mara', 1, 'Another kraken');
  expect(paul.boards.search({ query: 'another', limit: 10 }).items).toMatchObject([
    { author: 'eve', sourceName: 'mara' },
  ]);
});
