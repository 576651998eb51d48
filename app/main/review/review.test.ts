import { describe, expect, test } from 'vitest';
import { ReviewFilter, type Inputs } from '../../contract/index.ts';
import { toHex } from '../kernel/bytes.ts';
import { didOf } from '../kernel/did.ts';
import type { Role } from '../kernel/roles.ts';
import { handBlocks, TestCommunity, type TestNode } from '../node/test-community.ts';
import { CLAIM_MS } from './standing.ts';

const DOUBTFUL = 'Perhaps buy [spam 0.7]';
const code = (wanted: string) => expect.objectContaining({ code: wanted });
const filter = (more: Partial<ReviewFilter> = {}) => ReviewFilter.parse(more);

/** Mara's community of a board and some members with their roles, all linked to her. */
async function community(members: Readonly<Record<string, Role>>) {
  const world = new TestCommunity();
  const mara = await world.person('mara');
  const board = mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' });
  const people: TestNode[] = [];
  for (const [name, role] of Object.entries(members)) {
    await world.admit(mara, name, role);
    people.push(await world.person(name));
    await world.link(people.at(-1)!, mara);
  }
  return { world, clock: world.clock, mara, people, board };
}

const start = async (who: TestNode, board: { id: string }, text: string, subject = 'Boats') =>
  (await who.boards.startThread({ board: board.id, subject, text, attachments: [], askReview: true })).id;
const list = (who: TestNode, more: Partial<ReviewFilter> = {}, limit = 50, cursor?: string) =>
  who.review.list({ filter: filter(more), limit, ...(cursor === undefined ? {} : { cursor }) });
const ids = (who: TestNode, more: Partial<ReviewFilter> = {}) => list(who, more).items.map(({ id }) => id);
const heldOf = (who: TestNode, id: string) => who.boards.post({ id }).held?.state ?? null;
const me = (who: TestNode) => didOf(who.signer.publicKey);
const rule = (who: TestNode, id: string, ruling: Inputs['review']['rule']['ruling']) =>
  who.review.rule({ ids: [id], ruling, labels: [], note: '' });

describe('the queue', () => {
  test('[R10] holds what waits for a person, oldest first, with reasons and context', async () => {
    const { mara, people, clock, board } = await community({ ines: 'member' });
    const ines = people[0]!;
    const thread = await start(ines, board, 'A fine morning');
    const reply = (text: string) =>
      ines.boards.reply({ thread, text, attachments: [], askReview: true }).then(({ id }) => id);
    const first = await reply(DOUBTFUL);
    await clock.pass(3000);
    const second = await reply('Buy now [spam 0.95]');
    await reply('See you tomorrow');
    await clock.pass(3000);
    expect(ids(mara)).toEqual([first, second]);
    expect(ids(mara, { order: 'newest' })).toEqual([second, first]);
    expect(ids(mara, { order: 'worst' })).toEqual([second, first]);
    expect(ids(mara, { held: ['quarantined'] })).toEqual([second]);
    expect(ids(mara, { words: 'PERHAPS' })).toEqual([first]);
    expect(ids(mara, { author: me(mara) })).toEqual([]);
    expect(ids(mara, { author: me(ines), board: board.id, labels: ['spam'], kinds: ['post'] })).toHaveLength(
      2,
    );
    expect(mara.review.counts()).toMatchObject({ open: 2, quarantined: 1, mine: 0, waiting: 0 });
    const { item, before, after } = mara.review.item({ id: first });
    expect(item).toMatchObject({ text: DOUBTFUL, held: 'queued', boardName: 'Harbour', subject: 'Boats' });
    expect(item.verdict?.reasons.map(({ code: reason }) => reason)).toEqual(['spam']);
    expect(before.map(({ text }) => text)).toEqual(['A fine morning']);
    expect(after.map(({ text }) => text)).toEqual(['Buy now [spam 0.95]', 'See you tomorrow']);
    expect(mara.review.author({ did: me(ines) })).toMatchObject({ held: 2, removed: 0, banned: false });
  });

  test('[R10] shows the judgement of every picture', async () => {
    const { mara, people, clock, board } = await community({ ines: 'member' });
    const ines = people[0]!;
    const put = async (bytes: string, name: string) =>
      (await ines.files.put(Buffer.from(bytes), name, 'image/png')).cid;
    const attachments = [await put('waves', 'sea.png'), await put('[nsfw 0.7]', 'beach.png')];
    await ines.boards.startThread({
      board: board.id,
      subject: 'Sea',
      text: 'Look',
      attachments,
      askReview: true,
    });
    await clock.pass(3000);
    const fetching = Promise.all(attachments.map((cid) => mara.files.get(cid)));
    await clock.pass(3000);
    await fetching;
    expect(list(mara).items[0]!.media.map(({ name, nsfw }) => [name, nsfw])).toEqual([
      ['sea.png', expect.closeTo(0, 1)],
      ['beach.png', 0.7],
    ]);
  });

  test('[R10] is read in pages that end', async () => {
    const { mara, people, clock, board } = await community({ ines: 'member' });
    const all: string[] = [];
    for (let n = 0; n < 5; n++) {
      all.push(await start(people[0]!, board, `${n} ${DOUBTFUL}`));
      await clock.pass(70_000);
    }
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = list(mara, {}, 2, cursor);
      found.push(...page.items.map(({ id }) => id));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(found).toEqual(all);
    expect(() => list(mara, {}, 2, 'nonsense')).toThrow(code('bad-cursor'));
  });

  test('is for moderators only', async () => {
    const { people } = await community({ ines: 'member' });
    expect(() => people[0]!.review.counts()).toThrow(code('out-of-role'));
    expect(() => people[0]!.review.claim({ ids: ['bafy'] })).toThrow(code('out-of-role'));
  });

  test('reports changes in batches', async () => {
    const { mara, people, clock, board } = await community({ ines: 'member' });
    const heard: { open: number; items: number }[] = [];
    mara.review.onChange(({ counts, items }) => heard.push({ open: counts.open, items: items.length }));
    await start(people[0]!, board, DOUBTFUL);
    await start(people[0]!, board, `Once more: ${DOUBTFUL}`);
    await clock.pass(3000);
    expect(heard.at(-1)).toEqual({ open: 2, items: expect.any(Number) });
    expect(heard.length).toBeLessThanOrEqual(2);
  });
});

describe('acts', () => {
  test('[R5] a claim reserves an item for a quarter of an hour', async () => {
    const { mara, people, clock, board } = await community({
      ines: 'moderator',
      paul: 'moderator',
      otto: 'member',
    });
    const [ines, paul, otto] = people as [TestNode, TestNode, TestNode];
    const id = await start(otto, board, DOUBTFUL);
    await clock.pass(5000);
    expect(ines.review.claim({ ids: [id] }).acts).toHaveLength(1);
    await clock.pass(5000);
    expect(list(paul).items[0]!.claim).toMatchObject({ by: { handle: 'ines' }, mine: false });
    expect(paul.review.claim({ ids: [id] }).failed).toEqual([
      { id, code: 'claimed', message: expect.stringContaining('ines') },
    ]);
    expect(rule(paul, id, 'publish').failed.map((one) => one.code)).toEqual(['claimed']);
    expect(ids(paul, { claimed: 'nobody' })).toEqual([]);
    expect(ids(ines, { claimed: 'me' })).toEqual([id]);
    expect(ines.review.counts().mine).toBe(1);
    // Someone with a higher role can decide all the same.
    expect(rule(mara, id, 'quarantine').failed).toEqual([]);
    await clock.pass(CLAIM_MS);
    expect(paul.review.claim({ ids: [id] }).failed).toEqual([]);
  });

  test('[R11] items that cannot be decided are named and do not stop the others', async () => {
    const { mara, people, clock, board } = await community({ ines: 'member' });
    const id = await start(people[0]!, board, DOUBTFUL);
    await clock.pass(3000);
    const { acts, failed } = mara.review.rule({
      ids: [id, 'nonsense', board.id],
      ruling: 'publish',
      labels: [],
      note: 'fine',
    });
    expect(acts).toHaveLength(1);
    expect(failed.map((one) => [one.id, one.code])).toEqual([
      ['nonsense', 'bad-id'],
      [board.id, 'item-unknown'],
    ]);
    expect(ids(mara)).toEqual([]);
    expect(ids(mara, { state: 'ruled' })).toEqual([id]);
  });

  test('[R4] a ruling that is taken back restores the one before', async () => {
    const { mara, people, clock, board } = await community({ ines: 'moderator', otto: 'member' });
    const [ines, otto] = people as [TestNode, TestNode];
    const id = await start(otto, board, DOUBTFUL);
    await clock.pass(5000);
    const { acts } = rule(mara, id, 'publish');
    expect(heldOf(mara, id)).toBeNull();
    await clock.pass(5000);
    expect(ines.review.undo({ acts }).failed.map((one) => one.code)).toEqual(['not-yours']);
    expect(mara.review.undo({ acts }).failed).toEqual([]);
    expect(mara.review.undo({ acts }).failed.map((one) => one.code)).toEqual(['already-undone']);
    expect([heldOf(mara, id), ids(mara)]).toEqual(['queued', [id]]);
    const audited = mara.review.audit({ by: null, item: id, limit: 10 }).items;
    expect(audited.map(({ act, undone }) => [act, undone])).toEqual([
      ['undo', false],
      ['rule', true],
    ]);
  });

  test('[R6] an appeal by the author and a report by anybody bring an item back to a person', async () => {
    const { mara, people, clock, board } = await community({ ines: 'member', otto: 'member' });
    const [ines, otto] = people as [TestNode, TestNode];
    const id = await start(ines, board, 'A fine morning');
    await clock.pass(5000);
    otto.review.report({ id, note: 'rude' });
    expect(() => otto.review.report({ id, note: 'rude' })).toThrow(code('already-reported'));
    expect(() => otto.review.appeal({ id, text: 'please' })).toThrow(code('not-yours'));
    expect(() => ines.review.appeal({ id, text: 'please' })).toThrow(code('not-held'));
    await clock.pass(5000);
    expect(list(mara).items).toMatchObject([{ id, held: null, reports: [{ note: 'rude' }] }]);
    rule(mara, id, 'remove');
    await clock.pass(5000);
    expect([ids(mara), heldOf(ines, id)]).toEqual([[], 'removed']);
    expect(ines.review.mine({ limit: 10 }).items.map((item) => item.id)).toEqual([id]);
    ines.review.appeal({ id, text: 'It was a fine morning.' });
    await clock.pass(5000);
    expect(list(mara, { raised: true }).items).toMatchObject([
      { id, appeal: { text: 'It was a fine morning.' }, ruling: { ruling: 'remove' } },
    ]);
    expect(mara.review.counts()).toMatchObject({ open: 1, raised: 1 });
    mara.review.escalate({ ids: [id], to: 'sysop', note: 'hard' });
    expect(mara.review.item({ id }).item.escalated).toMatchObject({ to: 'sysop', note: 'hard' });
    rule(mara, id, 'publish');
    await clock.pass(5000);
    expect([ids(mara), heldOf(ines, id)]).toEqual([[], null]);
  });

  test('filters are saved under a name', async () => {
    const { mara } = await community({});
    const saved = mara.review.saveFilter({ name: 'Worst', filter: filter({ order: 'worst' }) });
    mara.review.saveFilter({ ...saved, name: 'Worst first' });
    expect(mara.review.filters()).toEqual([{ ...saved, name: 'Worst first' }]);
    mara.review.removeFilter({ id: saved.id });
    expect(mara.review.filters()).toEqual([]);
  });
});

describe('whose decisions count', () => {
  test('[R7] [R8] a node follows moderators until it is told not to, and its own person ranks above all', async () => {
    const { people, clock, board } = await community({ ines: 'moderator', otto: 'member', paul: 'member' });
    const [ines, otto, paul] = people as [TestNode, TestNode, TestNode];
    const id = await start(otto, board, 'A fine morning');
    const other = await start(otto, board, DOUBTFUL);
    await clock.pass(5000);
    rule(ines, id, 'quarantine');
    rule(ines, other, 'publish');
    await clock.pass(5000);
    expect([heldOf(paul, id), heldOf(paul, other)]).toEqual(['quarantined', null]);
    paul.review.follow({ did: me(ines), following: false });
    expect([heldOf(paul, id), heldOf(paul, other)]).toEqual([null, 'queued']);
    expect(paul.review.moderators().find(({ person }) => person.handle === 'ines')).toMatchObject({
      following: false,
      rulings: 2,
    });
    paul.review.follow({ did: me(ines), following: true });
    expect([heldOf(paul, id), heldOf(paul, other)]).toEqual(['quarantined', null]);
    paul.review.override({ id, show: 'show' });
    paul.review.override({ id: other, show: 'hide' });
    expect([heldOf(paul, id), heldOf(paul, other)]).toEqual([null, 'quarantined']);
    expect([heldOf(otto, id), heldOf(otto, other)]).toEqual(['quarantined', null]);
    paul.review.override({ id, show: null });
    expect(heldOf(paul, id)).toBe('quarantined');
    expect(() => paul.review.follow({ did: me(paul), following: false })).toThrow(code('yourself'));
  });

  test('[R8] thousands of rulings are recomputed in steps, which continue after a restart', async () => {
    const { world, mara, people, clock, board } = await community({ ines: 'moderator' });
    const ines = people[0]!;
    await ines.transport.stop();
    const posts: string[] = [];
    for (let n = 0; n < 700; n++) posts.push(await start(mara, board, `Number ${n}`));
    await world.copy(mara, ines);
    await clock.pass(5000);
    ines.review.rule({ ids: posts, ruling: 'remove', labels: [], note: '' });
    await world.copy(ines, mara);
    const shown = (who: TestNode) => posts.filter((id) => heldOf(who, id) === null).length;
    expect(shown(mara)).toBe(0);
    mara.review.follow({ did: me(ines), following: false });
    expect(shown(mara)).toBe(300);
    await mara.stop();
    await mara.transport.stop();
    const again = await world.person('mara', { db: mara.db });
    await clock.pass(1000);
    expect(shown(again)).toBe(700);
  });

  test('[R7] nothing of it leaves the node', async () => {
    const { people, clock, board } = await community({ ines: 'moderator', paul: 'member' });
    const [ines, paul] = people as [TestNode, TestNode];
    const id = await start(ines, board, 'A fine morning');
    await clock.pass(5000);
    const before = paul.log.count();
    paul.review.follow({ did: me(ines), following: false });
    paul.review.override({ id, show: 'hide' });
    expect(paul.log.count()).toBe(before);
  });

  test('[R9] decisions before a ban stand, and a banned moderator decides nothing', async () => {
    const { mara, people, clock, board } = await community({
      ines: 'moderator',
      otto: 'member',
      paul: 'member',
    });
    const [ines, otto, paul] = people as [TestNode, TestNode, TestNode];
    const [one, two] = [await start(otto, board, 'One'), await start(otto, board, 'Two')];
    await clock.pass(5000);
    rule(ines, one, 'remove');
    await clock.pass(5000);
    mara.members.ban({ did: me(ines), reason: 'cross', until: null });
    // Ines does not know yet.
    rule(ines, two, 'remove');
    await clock.pass(70_000);
    expect([heldOf(paul, one), heldOf(paul, two)]).toEqual(['removed', null]);
    expect(() => rule(ines, two, 'remove')).toThrow(code('out-of-role'));
  });

  test('[R9] [L11] a ban that arrives late takes back the rulings after it', async () => {
    const { mara, people, clock, board } = await community({
      ines: 'moderator',
      otto: 'member',
      paul: 'member',
    });
    const [ines, otto, paul] = people as [TestNode, TestNode, TestNode];
    const id = await start(otto, board, 'One');
    await clock.pass(5000);
    await mara.transport.stop();
    const banned = mara.members.ban({ did: me(ines), reason: 'cross', until: null });
    await clock.pass(1000);
    await banned;
    await world(ines, paul, clock);
    rule(ines, id, 'remove');
    await clock.pass(5000);
    expect(heldOf(paul, id)).toBe('removed');
    await handBlocks(mara, paul);
    expect(heldOf(paul, id)).toBeNull();
    expect(paul.review.audit({ by: null, item: null, limit: 10 }).items).toEqual([]);
  });

  test('agreement counts items that both decided', async () => {
    const { mara, people, clock, board } = await community({ ines: 'moderator', otto: 'member' });
    const [ines, otto] = people as [TestNode, TestNode];
    for (const [mine, hers] of [
      ['publish', 'publish'],
      ['remove', 'quarantine'],
      ['publish', 'remove'],
      ['remove', 'publish'],
    ] as const) {
      const id = await start(otto, board, `${mine} ${hers}`);
      await clock.pass(5000);
      rule(ines, id, hers);
      rule(mara, id, mine);
      await clock.pass(65_000);
    }
    expect(mara.review.moderators().find(({ person }) => person.handle === 'ines')).toMatchObject({
      rulings: 4,
      undone: 0,
      agreement: 0.5,
    });
  });
});

test('[R2] [L12] a rebuild leads to the same rulings and the same visibility', async () => {
  const { mara, people, clock, board } = await community({ ines: 'moderator', otto: 'member' });
  const [ines, otto] = people as [TestNode, TestNode];
  const id = await start(otto, board, DOUBTFUL);
  await clock.pass(5000);
  rule(ines, id, 'publish');
  const { acts } = rule(mara, id, 'remove');
  mara.review.undo({ acts });
  await clock.pass(5000);
  const seen = (who: TestNode) => [
    toHex(who.log.stateDigest()),
    heldOf(who, id),
    who.review.counts(),
    who.boards.counts(),
  ];
  for (const who of [mara, ines, otto].slice(0, 2)) {
    const before = seen(who);
    who.log.rebuild();
    expect(seen(who)).toEqual(before);
  }
  expect(toHex(mara.log.stateDigest())).toBe(toHex(otto.log.stateDigest()));
});

async function world(from: TestNode, to: TestNode, clock: TestCommunity['clock']): Promise<void> {
  const dialled = from.federation.dial(`/memory/${to.name}`);
  await clock.pass(3000);
  await dialled;
}
