import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Random } from '../../kernel/clock.ts';
import type { PeerChange } from '../../log/transport.ts';
import { VirtualClock } from './clock.ts';
import { createMemoryNetwork, type MemoryNetwork } from './network.ts';

const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
const text = (value: Uint8Array): string => new TextDecoder().decode(value);

/** Random bytes from a seed. */
function seeded(seed: string): Random {
  let turn = 0;
  return {
    bytes: (length) =>
      new Uint8Array(createHash('sha512').update(`${seed} ${turn++}`).digest().subarray(0, length)),
  };
}

interface World {
  clock: VirtualClock;
  network: MemoryNetwork;
  heard: Map<string, string[]>;
}

async function world(names: string[], seed = 'seed'): Promise<World> {
  const clock = new VirtualClock(0);
  const network = createMemoryNetwork({ clock, random: seeded(seed) });
  const heard = new Map<string, string[]>();
  for (const name of names) {
    const node = network.transport(name);
    await node.start();
    const messages: string[] = [];
    heard.set(name, messages);
    node.subscribe('t', async (data, from) => {
      messages.push(`${clock.now()} ${text(data)} from ${from}`);
      return 'accept';
    });
  }
  return { clock, network, heard };
}

async function join({ clock, network }: World, pairs: [string, string][]): Promise<void> {
  const dials = pairs.map(([from, to]) => network.transport(from).dial(`/memory/${to}`));
  await clock.pass(1_000);
  await Promise.all(dials);
}

test('the same seed gives the same run, with every fault enabled', async () => {
  const run = async (seed: string): Promise<string[]> => {
    const made = await world(['a', 'b', 'c'], seed);
    made.network.shape({ delayMs: 20, jitterMs: 30, loss: 0.3, duplication: 0.3, reordering: 0.3 });
    await join(made, [
      ['a', 'b'],
      ['b', 'c'],
    ]);
    for (let count = 0; count < 40; count++) {
      await made.network.transport('a').publish('t', bytes(`m${count}`));
      await made.clock.pass(5);
    }
    await made.clock.pass(1_000);
    return [...made.heard.values()].flat();
  };
  const first = await run('one');
  expect(await run('one')).toEqual(first);
  expect(await run('two')).not.toEqual(first);
});

test('a line loses, delays and reorders gossip as configured', async () => {
  const made = await world(['a', 'b']);
  const { clock, network, heard } = made;
  await join(made, [['a', 'b']]);
  network.shape({ delayMs: 50 }, ['a', 'b']);
  const start = clock.now();
  await network.transport('a').publish('t', bytes('late'));
  await clock.pass(49);
  expect(heard.get('b')).toEqual([]);
  await clock.pass(1);
  expect(heard.get('b')).toEqual([`${start + 50} late from a`]);

  network.shape({ loss: 1 }, ['a', 'b']);
  await network.transport('a').publish('t', bytes('lost'));
  network.shape({ loss: 0, reordering: 0.5, jitterMs: 20 }, ['a', 'b']);
  const sent = Array.from({ length: 30 }, (_, index) => `m${index}`);
  for (const message of sent) await network.transport('a').publish('t', bytes(message));
  await clock.pass(1_000);
  const arrived = (heard.get('b') ?? []).slice(1).map((line) => line.split(' ')[1]);
  expect(arrived).not.toContain('lost');
  expect(arrived.toSorted()).toEqual(sent.toSorted());
  expect(arrived).not.toEqual(sent);
});

test('channels keep their order over a line that loses and delays', async () => {
  const made = await world(['a', 'b']);
  const { clock, network } = made;
  network.shape({ delayMs: 10, jitterMs: 100, loss: 0.5 });
  await join(made, [['a', 'b']]);
  const received: string[] = [];
  network.transport('b').handle('p', async (channel) => {
    for await (const message of channel.receive()) received.push(text(message));
    received.push('end');
  });
  const opening = network.transport('a').open('b', 'p');
  await clock.pass(1_000);
  const channel = await opening;
  const sent = Array.from({ length: 50 }, (_, index) => String(index));
  for (const message of sent) await channel.send(bytes(message));
  await channel.close();
  await clock.pass(10_000);
  expect(received).toEqual([...sent, 'end']);
});

test('a partition breaks links and makes dials time out; after healing dials succeed', async () => {
  const made = await world(['a', 'b', 'c']);
  const { clock, network, heard } = made;
  await join(made, [
    ['a', 'b'],
    ['b', 'c'],
  ]);
  const changes: PeerChange[] = [];
  network.transport('b').onPeer((change) => changes.push(change));
  network.partition([['a', 'b'], ['c']]);
  await clock.pass(0);
  expect(changes).toEqual([{ kind: 'lost', peer: 'c' }]);
  const dial = expect(network.transport('c').dial('/memory/b')).rejects.toMatchObject({
    code: 'dial-timeout',
  });
  await clock.pass(10_000);
  await dial;
  network.heal();
  await join(made, [['c', 'b']]);
  await network.transport('a').publish('t', bytes('together'));
  await clock.pass(100);
  expect(heard.get('c')?.at(-1)).toMatch(/together from b$/);
});

test('a crashed node loses its links and channels, and restarts without them', async () => {
  const made = await world(['a', 'b']);
  const { clock, network, heard } = made;
  network.shape({ delayMs: 10 });
  await join(made, [['a', 'b']]);
  const before = network.transport('b');
  before.handle('p', async (channel) => {
    await channel.receive().next();
    await new Promise(() => {});
  });
  const opening = network.transport('a').open('b', 'p');
  await clock.pass(100);
  const channel = await opening;
  await network.transport('a').publish('t', bytes('in flight'));
  network.crash('b');
  await expect(channel.send(bytes('x'))).rejects.toMatchObject({ code: 'channel-broken' });
  await clock.pass(100);
  expect(network.transport('a').peers()).toEqual([]);
  expect(heard.get('b')).toEqual([]);
  expect(await before.publish('t', bytes('a ghost'))).toBe(0);

  const after = network.transport('b');
  expect(after).not.toBe(before);
  await after.start();
  await join(made, [['a', 'b']]);
  expect(after.peers().map(({ peer }) => peer)).toEqual(['a']);
});

test('injected garbage reaches the validator and lowers the sender’s score', async () => {
  const made = await world(['a', 'b']);
  const { clock, network } = made;
  await join(made, [['a', 'b']]);
  const seen: string[] = [];
  network.transport('b').subscribe('t', async (data) => {
    seen.push(text(data));
    return 'reject';
  });
  network.inject('b', 't', bytes('garbage'), 'a');
  await clock.pass(1);
  expect(seen).toEqual(['garbage']);
  expect(network.transport('b').peers()[0]?.score).toBeLessThan(0);
});
