import { beforeEach, expect, test } from 'vitest';
import { decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import type { Channel } from '../log/transport.ts';
import { createTestWorld, type TestWorld } from '../sim/test-world.ts';
import { DIAL_BACK_PROTOCOL, DialBackRequest, type DialBackOutcome } from './dial-back-wire.ts';
import { connectAt, dialBackNode } from './test-dial-back.ts';
import { Internet, type Place } from './test-internet.ts';

const ADA = '/ip4/8.8.0.1/tcp/4001';
const MINUTE_MS = 60_000;
let world: TestWorld;
let internet: Internet;

beforeEach(() => {
  world = createTestWorld();
  internet = new Internet(world);
});

const node = (name: string, views: Parameters<typeof dialBackNode>[3] = {}) =>
  dialBackNode(world, internet, name, views);
const connect = (from: Place, to: string, seenAt?: string) => connectAt(world, from, to, seenAt);

/** A peer that answers each request with the next outcome. */
async function answering(name: string, answer: (asked: readonly string[]) => unknown) {
  const place = internet.place(name);
  await place.transport.start();
  const asked: string[][] = [];
  place.transport.handle(DIAL_BACK_PROTOCOL, async (channel) => {
    const { value } = await channel.receive().next();
    const [, addresses] = DialBackRequest.parse(decodeCbor(value!));
    asked.push(addresses);
    await channel.send(encodeCanonical(answer(addresses)));
  });
  return { ...place, name, asked };
}

const all = (outcome: DialBackOutcome) => (asked: readonly string[]) => ['dialled', asked.map(() => outcome)];

async function asker(...testers: { name: string }[]) {
  const ada = await node('ada');
  for (const { name } of testers) await connect(ada, name);
  ada.dialBack.watch([ADA]);
  await world.clock.pass(1000);
  return ada;
}

test('[D3] an address is untested until a member outside tested it', async () => {
  const bob = await node('bob');
  internet.open('ada', ADA);
  const ada = await asker();
  expect([ada.dialBack.hasTester(), ada.dialBack.stateOf(ADA), ada.dialBack.testedAt()]).toEqual([
    false,
    'untested',
    null,
  ]);
  await connect(ada, bob.name);
  ada.dialBack.look();
  await world.clock.pass(1000);
  expect([ada.dialBack.hasTester(), ada.dialBack.stateOf(ADA)]).toEqual([true, 'reached']);
});

test('[D2] members in the same network, behind relays and strangers are not asked', async () => {
  const near = await answering('near', all('failed'));
  const relayed = await answering('relayed', all('failed'));
  const eve = await answering('eve', all('failed'));
  const ada = await node('ada', { isMember: (peer) => peer !== 'eve' });
  await connect(ada, 'near', '/ip4/192.168.1.9/tcp/4001');
  await connect(ada, 'relayed');
  ada.around.links.set('relayed', { address: '/ip4/9.9.9.9/tcp/1', via: 'relay' });
  await connect(ada, 'eve');
  ada.dialBack.watch([ADA]);
  await world.clock.pass(5 * MINUTE_MS);
  expect([...near.asked, ...relayed.asked, ...eve.asked]).toEqual([]);
  expect(ada.dialBack.stateOf(ADA)).toBe('untested');
});

test.each([
  ['failed', 'reached', 'reached', 'reached'],
  ['reached', 'failed', 'failed', 'unreachable'],
] as const)('[D3] a liar who says “%s” is outvoted by two others', async (lie, one, two, state) => {
  const ada = await asker(
    await answering('liar', all(lie)),
    await answering('bob', all(one)),
    await answering('cy', all(two)),
  );
  expect(ada.dialBack.stateOf(ADA)).toBe(state);
});

test('[D3] three outcomes are enough; they are requested again after fifteen minutes and expire after thirty', async () => {
  const testers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => answering(name, all('reached'))));
  const ada = await asker(...testers);
  const total = () => testers.reduce((sum, { asked }) => sum + asked.length, 0);
  await world.clock.pass(14 * MINUTE_MS);
  expect(total()).toBeLessThanOrEqual(4);
  await world.clock.pass(2 * MINUTE_MS);
  expect(total()).toBeGreaterThanOrEqual(6);
  for (const { name } of testers) await ada.transport.disconnect(name);
  await world.clock.pass(20 * MINUTE_MS);
  expect(ada.dialBack.stateOf(ADA)).toBe('reached');
  await world.clock.pass(15 * MINUTE_MS);
  expect([ada.dialBack.stateOf(ADA), ada.dialBack.testedAt()]).toEqual(['untested', null]);
});

test('[D3] a removed address keeps no outcome, not even a pending one, and a request holds at most four', async () => {
  const bob = await answering('bob', all('reached'));
  const ada = await asker(bob);
  const many = Array.from({ length: 10 }, (_, index) => `/ip4/8.8.1.${index}/tcp/1`);
  ada.dialBack.again();
  ada.dialBack.watch(many);
  await world.clock.pass(5 * MINUTE_MS);
  expect(bob.asked.every((addresses) => addresses.length <= 4)).toBe(true);
  expect(new Set(bob.asked.flat())).toEqual(new Set([ADA, ...many]));
  expect(ada.dialBack.stateOf(ADA)).toBe('untested');
});

test('[D2] “refused” says nothing about an address', async () => {
  const ada = await asker(await answering('bob', all('refused')));
  expect([ada.dialBack.stateOf(ADA), ada.dialBack.testedAt()]).toEqual(['untested', null]);
});

test.each([
  ['junk', () => 'junk'],
  ['an unknown word', () => ['dialled', ['perhaps']]],
  ['too many outcomes', () => ['dialled', ['failed', 'failed', 'failed', 'failed', 'failed']]],
  ['too few outcomes', () => ['dialled', []]],
])('[D2] a tester that answers with %s changes nothing and stops nobody else', async (_what, answer) => {
  internet.open('ada', ADA);
  const ada = await asker(await answering('junk', answer), await node('bob'));
  expect(ada.dialBack.stateOf(ADA)).toBe('reached');
});

test('[D2] a tester that refuses is asked again after a minute, however often this node looks', async () => {
  const bob = await answering('bob', all('refused'));
  const ada = await asker(bob);
  for (let second = 0; second < 57; second++) {
    ada.dialBack.look();
    await world.clock.pass(1000);
  }
  expect(bob.asked).toHaveLength(1);
  await world.clock.pass(MINUTE_MS);
  expect(bob.asked).toHaveLength(2);
});

test('[D2] a tester that never answers times out after twelve seconds and is asked again after a minute', async () => {
  const silent = await answering('silent', all('refused'));
  const opened: Channel[] = [];
  silent.transport.handle(DIAL_BACK_PROTOCOL, (channel) => {
    opened.push(channel);
    return new Promise(() => {});
  });
  const ada = await asker(silent);
  const messages = opened[0]!.receive();
  await messages.next();
  const ended = messages.next().catch(() => 'broken');
  await world.clock.pass(12_000);
  expect(await ended).toBe('broken');
  expect(opened).toHaveLength(1);
  await world.clock.pass(MINUTE_MS + 30_000);
  expect(opened).toHaveLength(2);
  expect(ada.dialBack.stateOf(ADA)).toBe('untested');
});

test('[D3] the nodes of one member share one outcome', async () => {
  const memberOf = (peer: string) => (peer.startsWith('box-') ? 'eve' : peer);
  const ada = await node('ada', { memberOf });
  for (const name of ['box-1', 'box-2', 'box-3'])
    await connect(ada, (await answering(name, all('failed'))).name);
  for (const name of ['bob', 'cy']) await connect(ada, (await answering(name, all('reached'))).name);
  ada.dialBack.watch([ADA]);
  for (let turn = 0; turn < 10; turn++) {
    await world.clock.pass(MINUTE_MS);
    ada.dialBack.again();
  }
  expect(ada.dialBack.stateOf(ADA)).toBe('reached');
});
