import { expect, test } from 'vitest';
import { encodeCanonical } from '../kernel/canonical.ts';
import { toHex } from '../kernel/bytes.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { createTestWorld, FOUNDER, personOf, type TestNode, type TestWorld } from '../sim/test-world.ts';
import { sealEvent } from './event.ts';
import { topicOf } from './live.ts';

/** Ada's node with the members who are named; it is connected to the founder. */
async function members(...names: string[]) {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  for (const name of ['ada', ...names]) founder.admit(name);
  const ada = await world.node('ada');
  await world.connect(ada, founder);
  await world.clock.pass(2000);
  // Vetting takes a while, as if signatures were checked on other threads.
  const vet = ada.log.vet.bind(ada.log);
  ada.log.vet = async (sealed, takes) => {
    await new Promise<void>((resolve) => void world.clock.after(1, resolve));
    return vet(sealed, takes);
  };
  return { world, ada, founder };
}

/** Events of one author, each of its own. */
function events(world: TestWorld, name: string, count: number, textBytes = 0): [Uint8Array, Uint8Array][] {
  const signer = personOf(name);
  const fields = { community: world.community, author: signer.publicKey, parents: [], kind: 'test.note' };
  return Array.from({ length: count }, (_, n) => {
    const body = { text: `${name} ${n} ${'x'.repeat(textBytes)}`.trim() };
    const { bytes, signature } = sealEvent({ ...fields, time: ticksOf(world.clock.now()) + n, body }, signer);
    return [bytes, signature!];
  });
}

function send(world: TestWorld, from: string, sealed: readonly [Uint8Array, Uint8Array][]): void {
  for (const one of sealed) {
    world.network.inject('ada', topicOf(world.community), encodeCanonical(['event', ...one]), from);
  }
}

/** The number of events that a node dropped, by source. */
function dropped({ floods }: TestNode): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const source of floods) {
    const name = 'peer' in source ? `peer ${source.peer}` : `author ${toHex(source.author)}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const by = ({ texts }: TestNode, name: string) => texts.filter((text) => text.startsWith(`${name} `)).length;

test('[G5] a peer that floods fills its own place alone: an event of another is in the next batch', async () => {
  const { world, ada } = await members('eve', 'ben');
  const commits: number[][] = [];
  ada.log.onCommit((batch) => commits.push([batch.length, by(ada, 'ben')]));
  send(world, 'eve', events(world, 'eve', 5000));
  send(world, 'ben', events(world, 'ben', 1));
  await world.clock.pass(10);
  // The first event is judged alone; ben's is among the next.
  expect(commits.slice(0, 2)).toEqual([
    [1, 0],
    [100, 1],
  ]);
  expect(dropped(ada)['peer eve']).toBeGreaterThan(4400);
  expect(dropped(ada)['peer ben']).toBeUndefined();
});

test('[G5] large events of one peer are bounded by their bytes', async () => {
  const { world, ada } = await members('eve');
  send(world, 'eve', events(world, 'eve', 100, 100_000));
  await world.clock.pass(10);
  expect(by(ada, 'eve')).toBeLessThan(45);
  expect(by(ada, 'eve') + dropped(ada)['peer eve']!).toBe(100);
});

test('[G5] an author has a share, whoever passes the events on; the relays are not blamed', async () => {
  const { world, ada, founder } = await members('eve', 'ben', 'cem');
  const all = events(world, 'eve', 800);
  send(world, 'ben', all.slice(0, 400));
  await world.clock.pass(10);
  send(world, 'cem', all.slice(400));
  send(world, FOUNDER, events(world, 'ben', 1));
  await world.clock.pass(10);
  const author = `author ${toHex(personOf('eve').publicKey)}`;
  const taken = by(ada, 'eve');
  // The burst, and what grew back within these milliseconds.
  expect(taken).toBeGreaterThanOrEqual(100);
  expect(taken).toBeLessThan(103);
  expect(dropped(ada)).toEqual({ [author]: 800 - taken });
  expect(by(ada, 'ben')).toBe(1);
  // Dropped events are not passed on; the others are.
  expect(by(founder, 'eve')).toBe(taken);
  expect(ada.transport.peers().map(({ score }) => score < 0)).not.toContain(true);
  await world.clock.pass(1000);
  send(world, 'ben', events(world, 'eve', 300));
  await world.clock.pass(10);
  // The share grew back by 50 events a second.
  expect(by(ada, 'eve') - taken).toBeGreaterThanOrEqual(50);
  expect(by(ada, 'eve') - taken).toBeLessThan(53);
});

test('[G5] forged events of an author do not use up the share of the author', async () => {
  const { world, ada } = await members('eve', 'ben');
  const forged = events(world, 'ben', 2000).map(([bytes]): [Uint8Array, Uint8Array] => [
    bytes,
    new Uint8Array(64),
  ]);
  for (let sent = 0; sent < forged.length; sent += 400) {
    send(world, 'eve', forged.slice(sent, sent + 400));
    await world.clock.pass(10);
  }
  send(world, FOUNDER, events(world, 'ben', 100));
  await world.clock.pass(10);
  expect(by(ada, 'ben')).toBe(100);
});

test('[G5] dropped events come by catch-up from a node that has them', async () => {
  const { world, ada } = await members('eve');
  const eve = await world.node('eve');
  await world.connect(eve, ada);
  for (let turn = 0; turn < 20; turn++)
    eve.write(...Array.from({ length: 50 }, (_, n) => `eve ${turn} ${n}`));
  await world.clock.pass(10);
  expect(by(ada, 'eve')).toBeLessThan(1000);
  // Every peer is asked once a minute [S8].
  await world.clock.pass(61_000);
  expect(by(ada, 'eve')).toBe(1000);
});

test('[G5] a chain that is sent newest first counts like other events: none is stored by ancestry alone', async () => {
  const { world, ada } = await members('eve');
  const signer = personOf('eve');
  const fields = { community: world.community, author: signer.publicKey, kind: 'test.note' };
  const chain: [Uint8Array, Uint8Array][] = [];
  let parents: Uint8Array[] = [];
  for (let n = 0; n < 400; n++) {
    const event = sealEvent(
      { ...fields, parents, time: ticksOf(world.clock.now()) + n, body: { text: `eve ${n}` } },
      signer,
    );
    parents = [event.id];
    chain.unshift([event.bytes, event.signature!]);
  }
  send(world, 'eve', chain);
  await world.clock.pass(10);
  expect(by(ada, 'eve')).toBeLessThan(103);
});
