import { expect, test } from 'vitest';
import { chatKinds } from '../chat/kinds.ts';
import { boardKinds } from '../boards/kinds.ts';
import { TestCommunity } from '../node/test-community.ts';
import { roundedDown } from './update-notices.ts';

test('[L18] the sysop reads how many entries need a newer release, and of which kinds', async () => {
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
  expect(notice()).toBe('At least 1 entry of this community needs a newer release to be shown (chat.say).');
  for (let turn = 0; turn < 11; turn++) await mara.chat.say(`Ahoy ${turn}`);
  mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' });
  await world.clock.pass(3000);
  expect(notice()).toBe(
    'At least 10 entries of this community need a newer release to be shown (board.create, chat.say).',
  );
  expect(world.notices.has('mara opaque-events')).toBe(false);
  await ines.stop();
  await ines.transport.stop();
  await world.person('ines', { db });
  expect(notice()).toBeUndefined();
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
