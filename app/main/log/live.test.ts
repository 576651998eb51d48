import { expect, test } from 'vitest';
import { toHex, utf8 } from '../kernel/bytes.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { topicOf } from './live.ts';
import { createTestWorld, FOUNDER, personOf, type TestNode, type TestWorld } from '../sim/test-world.ts';
import { sealEvent } from './event.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';

/** Founder and members, connected in a row and caught up. */
async function row(world: TestWorld, ...names: string[]): Promise<TestNode[]> {
  const founder = await world.node(FOUNDER);
  for (const name of names) founder.admit(name);
  const nodes = [founder];
  for (const name of names) {
    const node = await world.node(name);
    await world.connect(node, nodes.at(-1)!);
    nodes.push(node);
  }
  return nodes;
}

const scoreAt = (node: TestNode) => node.transport.peers()[0]?.score ?? 0;

test('[G1] an event of one node reaches all others within a moment, also over a node in between', async () => {
  const world = createTestWorld();
  const nodes = await row(world, 'ada', 'bob');
  nodes[0]!.write('one', 'two');
  nodes[2]!.write('three');
  await world.clock.pass(10);
  for (const node of nodes) expect(node.texts.toSorted()).toEqual(['one', 'three', 'two']);
});

test('[G2] events that arrive while others are judged are stored together, in one commit', async () => {
  const world = createTestWorld();
  const [founder, ada] = await row(world, 'ada');
  const commits: number[] = [];
  ada!.log.onCommit((batch) => commits.push(batch.length));
  // Judging takes a while, as if signatures were checked on other threads.
  const vet = ada!.log.vet.bind(ada!.log);
  ada!.log.vet = async (sealed, takes) => {
    await new Promise<void>((resolve) => void world.clock.after(5, resolve));
    return vet(sealed, takes);
  };
  for (let count = 0; count < 40; count++) founder!.write(`note ${count}`);
  await world.clock.pass(20);
  expect(ada!.texts).toHaveLength(40);
  expect(commits).toEqual([1, 39]);
});

test('[G2] a genuine event is passed on before it is judged and stored; one that breaks a rule is not', async () => {
  const world = createTestWorld();
  const [founder, ada, ben] = await row(world, 'ada', 'ben');
  const prepared = ada!.log.prepared.bind(ada!.log);
  ada!.log.prepared = async (candidates, origin) => {
    await new Promise<void>((resolve) => void world.clock.after(500, resolve));
    return prepared(candidates, origin);
  };
  founder!.write('note');
  await world.clock.pass(100);
  expect([ada!.texts, ben!.texts]).toEqual([[], ['note']]);
  await world.clock.pass(500);
  expect(ada!.texts).toEqual(['note']);
});

test.each([
  ['garbage', () => new Uint8Array([0xff, 0, 1]), true],
  ['a message of another shape', () => encodeCanonical(['event', 'text']), true],
  ['a broken signature', (world: TestWorld) => signed(world, FOUNDER, new Uint8Array(64)), true],
  ['bytes that are no event', () => encodeCanonical(['event', utf8('x'), new Uint8Array(64)]), true],
  ['an event of a stranger', (world: TestWorld) => signed(world, 'eve'), false],
  ['an event of the far future', (world: TestWorld) => signed(world, FOUNDER, null, 300_000), false],
])('[G2] %s is not stored, and costs score only if a rule was broken', async (_what, make, costs) => {
  const world = createTestWorld();
  const [, ada] = await row(world, 'ada');
  world.network.inject('ada', topicOf(world.community), make(world), FOUNDER);
  await world.clock.pass(10);
  expect(ada!.texts).toEqual([]);
  expect(scoreAt(ada!) < 0).toBe(costs);
});

function signed(
  world: TestWorld,
  name: string,
  signature: Uint8Array | null = null,
  aheadMs = 0,
): Uint8Array {
  const signer = personOf(name);
  const time = ticksOf(world.clock.now() + aheadMs);
  const fields = { community: world.community, author: signer.publicKey, time, parents: [] };
  const event = sealEvent({ ...fields, kind: 'test.note', body: { text: 'injected' } }, signer);
  return encodeCanonical(['event', event.bytes, signature ?? event.signature]);
}

test('[G3] a large import is not published event by event, and is everywhere within seconds', async () => {
  const world = createTestWorld();
  const nodes = await row(world, 'ada', 'bob');
  let published = 0;
  const { transport } = nodes[0]!;
  const publish = transport.publish.bind(transport);
  transport.publish = (topic, data) => {
    published++;
    return publish(topic, data);
  };
  nodes[0]!.write(...Array.from({ length: 3000 }, (_, n) => `mail ${n}`));
  await world.clock.pass(5000);
  expect(published).toBe(1);
  for (const node of nodes) expect(node.texts).toHaveLength(3000);
  expect(new Set(nodes.map((node) => toHex(node.log.digest()))).size).toBe(1);
});

test('[G4] an event that gossip lost is fetched when the next one shows the gap', async () => {
  const world = createTestWorld();
  const [founder, ada] = await row(world, 'ada');
  world.network.shape({ loss: 1 });
  founder!.write('lost');
  await world.clock.pass(10);
  world.network.shape({ loss: 0 });
  founder!.write('heard');
  await world.clock.pass(10);
  expect(ada!.texts).toEqual(['heard']);
  await world.clock.pass(2000);
  expect(ada!.texts).toEqual(['heard', 'lost']);
});

/** The peers with which a node opens channels from now on. */
function asked(node: TestNode): string[] {
  const peers: string[] = [];
  const open = node.transport.open.bind(node.transport);
  node.transport.open = (peer, ...rest) => {
    peers.push(peer);
    return open(peer, ...rest);
  };
  return peers;
}

test('[G3] [G4] hints and events that strangers pass on make a node ask nobody; a member’s do, within a share', async () => {
  const world = createTestWorld();
  const [, ada] = await row(world, 'ada', 'bob');
  ada!.transport.reserveFor((peer) => (peer === 'eve' ? null : peer));
  const peers = asked(ada!);
  const tell = (message: Uint8Array, from: string) =>
    world.network.inject('ada', topicOf(world.community), message, from);
  const head = (n: number) => encodeCanonical(['head', new Uint8Array(32).fill(n), n, 'eve']);
  for (let n = 1; n <= 20; n++) {
    tell(head(n), 'eve');
    tell(signed(world, 'mallory', null, n), 'eve');
    await world.clock.pass(200);
  }
  expect(peers).toEqual([]);
  tell(head(99), FOUNDER);
  await world.clock.pass(10);
  expect(peers).toEqual([FOUNDER]);
  peers.length = 0;
  for (let n = 1; n <= 20; n++) {
    tell(signed(world, 'mallory', null, 1000 + n), FOUNDER);
    await world.clock.pass(1100);
  }
  // Five at once and two more in 22 seconds; each time, this node's peers are asked.
  const times = peers.filter((peer) => peer === 'bob').length;
  expect(times).toBeGreaterThanOrEqual(5);
  expect(times).toBeLessThanOrEqual(8);
});
