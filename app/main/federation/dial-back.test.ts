import { beforeEach, expect, test } from 'vitest';
import { decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import { createTestWorld, type TestWorld } from '../sim/test-world.ts';
import { DIAL_BACK_PROTOCOL, DialBackAnswer, type DialBackOutcome } from './dial-back-wire.ts';
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
const connect = (from: Place, to: string) => connectAt(world, from, to);
/** Asks a node to dial back, as any peer could. */
async function ask(
  place: Place,
  to: string,
  message: unknown,
): Promise<readonly DialBackOutcome[] | 'cut off'> {
  const answer = (async () => {
    const channel = await place.transport.open(to, DIAL_BACK_PROTOCOL);
    await channel.send(encodeCanonical(message));
    const { value } = await channel.receive().next();
    return value === undefined ? 'cut off' : DialBackAnswer.parse(decodeCbor(value))[1];
  })().catch(() => 'cut off' as const);
  await world.clock.pass(100);
  return answer;
}

const dial = (...addresses: string[]) => ['dial', addresses];

test('[D2] a member dials an address of the asker back and reports the outcome', async () => {
  const bob = await node('bob');
  const ada = await node('ada');
  await connect(ada, 'bob');
  internet.open('ada', ADA);
  expect(await ask(ada, 'bob', dial(ADA, `${ADA}/p2p/ada`, '/ip4/8.8.0.2/tcp/4001'))).toEqual([
    'reached',
    'reached',
    'failed',
  ]);
  expect(bob.dialBacks).toHaveLength(3);
});

test('[D2] only members are answered', async () => {
  const bob = await node('bob', { isMember: () => false });
  const eve = await node('eve');
  await connect(eve, 'bob');
  expect(await ask(eve, 'bob', dial(ADA))).toBe('cut off');
  expect(bob.dialBacks).toEqual([]);
});

test('[D2] only addresses on the internet are dialled, never through a relay, for another peer or in this network', async () => {
  const bob = await node('bob');
  const ada = await node('ada');
  await connect(ada, 'bob');
  bob.around.listening = ['/ip4/8.8.7.7/tcp/4001'];
  bob.around.observed = ['8.8.6.6'];
  internet.names.set('inside.example', ['10.0.0.1', '127.0.0.1']);
  internet.names.set('half.example', ['8.8.0.1', '10.0.0.1']);
  internet.names.set('home.example', ['8.8.6.6']);
  const refused = [
    '/ip4/127.0.0.1/tcp/22',
    '/ip4/192.168.1.1/tcp/80',
    '/ip4/0.0.0.0/tcp/80',
    `/ip4/8.8.0.3/tcp/4001/p2p/relay/p2p-circuit/p2p/ada`,
    '/ip4/8.8.0.3/tcp/4001/p2p/victim',
    '/ip4/8.8.7.7/tcp/80',
    '/ip4/8.8.6.6/tcp/80',
    '/dns/inside.example/tcp/80',
    '/dns/half.example/tcp/4001',
    '/dns/home.example/tcp/80',
    'junk',
    '/ip4/',
  ];
  for (const address of refused) expect(await ask(ada, 'bob', dial(address))).toEqual(['refused']);
  expect(await ask(ada, 'bob', dial('/dns/unknown.example/tcp/80'))).toEqual(['failed']);
  expect(bob.dialBacks).toEqual([]);
});

test('[D2] a name is dialled at each of its IP addresses; one at which the asker answers is enough', async () => {
  const bob = await node('bob');
  const ada = await node('ada');
  await connect(ada, 'bob');
  internet.names.set('ada.example', ['2600::7', '8.8.0.1', '8.8.0.2']);
  internet.open('ada', ADA);
  expect(await ask(ada, 'bob', dial('/dns/ada.example/tcp/4001'))).toEqual(['reached']);
  expect(bob.dialBacks).toHaveLength(3);
  expect(bob.dialBacks).toContain(ADA);
});

test('[D2] a member in the network of an address refuses to dial it, since it cannot test from outside', async () => {
  const bob = await node('bob');
  const ada = await node('ada');
  await connect(ada, 'bob');
  bob.around.neighbours = (host) => host.startsWith('2600:1:2:3:');
  bob.around.listening = ['/ip6/2600:1:2:3::b/tcp/1'];
  internet.open('ada', '/ip6/2600:1:2:3::a/tcp/1');
  expect(await ask(ada, 'bob', dial('/ip6/2600:1:2:3::a/tcp/1'))).toEqual(['refused']);
});

test('[D2] requests that are too long, empty or malformed are aborted and cause no dial', async () => {
  const bob = await node('bob');
  const eve = await node('eve');
  await connect(eve, 'bob');
  const five = Array.from({ length: 5 }, (_, index) => `/ip4/8.8.0.${index + 1}/tcp/1`);
  const wrong = [
    dial(...five),
    dial(),
    dial(''),
    dial('x'.repeat(401)),
    ['dial'],
    ['call', [ADA]],
    ['dial', ADA],
    7,
    null,
  ];
  for (const message of wrong) expect(await ask(eve, 'bob', message)).toBe('cut off');
  expect(bob.dialBacks).toEqual([]);
});

test('[D2] a peer gets twelve dials per minute, and all peers together sixty', async () => {
  const bob = await node('bob');
  const count = async (name: string) => {
    const peer = await node(name);
    await connect(peer, 'bob');
    const before = bob.dialBacks.length;
    for (let turn = 0; turn < 20; turn++) await ask(peer, 'bob', dial(`/ip4/8.8.${turn}.1/tcp/1`));
    return bob.dialBacks.length - before;
  };
  const counts: number[] = [];
  for (const name of ['p1', 'p2', 'p3', 'p4', 'p5', 'p6']) counts.push(await count(name));
  expect(counts).toEqual([12, 12, 12, 12, 12, 0]);
  await world.clock.pass(MINUTE_MS);
  expect(await count('p7')).toBe(12);
});

test('[D2] four dials of a member run at a time; more are refused, not queued, and others are served', async () => {
  const slow = await node('slow');
  const [ada, eve] = [await node('ada'), await node('eve')];
  await connect(ada, 'slow');
  await connect(eve, 'slow');
  world.network.shape({ delayMs: 1000 }, ['slow', 'ada']);
  const addresses = [1, 2, 3, 4].map((port) => `/ip4/8.8.0.1/tcp/${port}`);
  internet.open('ada', ...addresses);
  const asked = ask(ada, 'slow', dial(...addresses));
  const fifth = ask(ada, 'slow', dial('/ip4/8.8.0.9/tcp/1'));
  await world.clock.pass(3500);
  expect(slow.dialBacks).toHaveLength(4);
  expect(await ask(eve, 'slow', dial('/ip4/8.8.0.9/tcp/1'))).toEqual(['failed']);
  await world.clock.pass(5000);
  expect(await asked).toEqual(['reached', 'reached', 'reached', 'reached']);
  expect(await fifth).toEqual(['refused']);
});
