import { expect, test } from 'vitest';
import { chatKinds } from '../chat/kinds.ts';
import { boardKinds } from '../boards/kinds.ts';
import { sealEvent } from '../log/event.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import { TestCommunity } from '../node/test-community.ts';
import { roundedDown, UpdateNotices } from './update-notices.ts';

test('[L18] [S11] the sysop reads how many entries need a newer release, and of which kinds', async () => {
  const world = new TestCommunity();
  const mara = await world.person('mara');
  const lacks = [chatKinds.say.name, boardKinds.create.name];
  await world.admit(mara, 'ines');
  const db = world.database();
  const ines = await world.person('ines', { db, lacks });
  await world.link(ines, mara);
  const notice = () => world.notices.get('ines opaque-events');
  expect(notice()).toBeUndefined();
  await mara.chat.say('Ahoy');
  await world.clock.pass(3000);
  expect(notice()).toBe(
    'At least 1 entry of this community needs a newer release to be shown (chat.say). Some peers know them.',
  );
  for (let turn = 0; turn < 11; turn++) await mara.chat.say(`Ahoy ${turn}`);
  mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' });
  await world.clock.pass(3000);
  expect(notice()).toBe(
    'At least 10 entries of this community need a newer release to be shown (board.create, chat.say). Some peers know them.',
  );
  expect(world.notices.has('mara opaque-events')).toBe(false);
  await ines.stop();
  await ines.transport.stop();
  await world.person('ines', { db });
  expect(notice()).toBeUndefined();
});

test('[L18] [S11] kinds that no peer knows are named as such', async () => {
  const world = new TestCommunity();
  const mara = await world.person('mara');
  const event = { community: mara.log.community, author: mara.signer.publicKey, parents: [], body: {} };
  const kinds = ['a.one', 'b.two', 'c.three', 'd.four', 'e.five', 'f.six'];
  await mara.log.admit(
    kinds.map((kind) => sealEvent({ ...event, time: mara.log.now, kind }, mara.signer)),
    'live',
  );
  await world.clock.pass(3000);
  expect(world.notices.get('mara opaque-events')).toBe(
    'At least 6 entries of this community need a newer release to be shown (a.one, b.two, c.three, d.four, e.five, …). No peer met so far knows them.',
  );
});

test('[L18] entries of a feature that is off need no newer release', () => {
  const put: string[] = [];
  const counts = [
    { kind: 'chat.say', count: 3 },
    { kind: 'poll.open', count: 2 },
  ];
  const updates = new UpdateNotices({
    log: { opaque: () => counts, knows: () => false, onStored: () => () => {} },
    isOff: (kind) => kind === 'chat.say',
    clock: new VirtualClock(0),
    notices: { put: ({ message }) => void put.push(message), remove: () => {} },
  });
  updates.start();
  expect(put).toEqual([
    'At least 2 entries of this community need a newer release to be shown (poll.open). No peer met so far knows them.',
  ]);
});

test('[S12] a peer without a common version is named once, until it has one', () => {
  const put: string[] = [];
  const removed: string[] = [];
  const updates = new UpdateNotices({
    log: { opaque: () => [], knows: () => true, onStored: () => () => {} },
    isOff: () => false,
    clock: new VirtualClock(0),
    notices: { put: ({ id }) => void put.push(id), remove: (id) => void removed.push(id) },
  });
  const reason = { code: 'peer-outdated', message: 'The peer is old.', remedy: null };
  for (let peer = 0; peer < 200; peer++) updates.outdated(`p${peer}`, reason);
  updates.outdated('p0', reason);
  expect(new Set(put).size).toBe(100);
  expect(put.at(-1)).toBe('release-of-p0');
  updates.introduced({ peer: 'p0', kinds: [] });
  updates.introduced({ peer: 'p500', kinds: ['poll.open'] });
  expect(removed).toEqual(['release-of-p0']);
});

test.each([
  [1, 1],
  [9, 9],
  [10, 10],
  [19, 10],
  [999, 900],
  [123_456, 100_000],
])('%i is shown as at least %i', (count, shown) => {
  expect(roundedDown(count)).toBe(shown);
});
