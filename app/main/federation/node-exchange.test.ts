import { beforeEach, expect, test } from 'vitest';
import { decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import type { Channel } from '../log/transport.ts';
import { createTestWorld, FOUNDER, personOf, type TestWorld } from '../sim/test-world.ts';
import type { SealedRecord } from './node-record.ts';
import { connect, exchangingNode, type ExchangingNode } from './test-exchange.ts';
import { recordOf, type RecordWish } from './test-records.ts';

const NODES_PROTOCOL = '/impulse/nodes/1';
let world: TestWorld;
beforeEach(() => {
  world = createTestWorld();
});

const record = (wish: Omit<RecordWish, 'community' | 'time'> & { time?: number }) =>
  recordOf({ community: world.community, time: world.clock.now(), ...wish });

async function pair() {
  const host = await exchangingNode(world, FOUNDER);
  host.admit('ada');
  const ada = await exchangingNode(world, 'ada');
  return { host, ada };
}
/** Speaks the protocol as any peer could; resolves to the answer. */
async function speak(name: string, to: string, messages: readonly unknown[]): Promise<SealedRecord[]> {
  const transport = world.network.transport(name);
  await transport.start();
  await connect(world, transport, to);
  const heard: SealedRecord[] = [];
  const talk = async (channel: Channel) => {
    const answers = channel.receive();
    for (const message of messages) {
      await channel.send(encodeCanonical(message));
      const { value } = await answers.next();
      if (value === undefined) return;
      heard.push(...(decodeCbor(value) as [string, SealedRecord[]])[1]);
    }
  };
  transport
    .open(to, NODES_PROTOCOL)
    .then(talk)
    .catch(() => {});
  await world.clock.pass(15_000);
  return heard;
}

/** A record whose signatures are missing. */
const unsigned = (wish: Parameters<typeof record>[0]): SealedRecord => [
  record(wish).sealed[0],
  new Uint8Array(64),
  new Uint8Array(64),
];

test('[N4] two members exchange the records they know once in five minutes', async () => {
  const { host, ada } = await pair();
  for (const name of ['bob', 'cy']) host.admit(name);
  host.book.put(record({ peer: 'bob' }));
  ada.book.put(record({ peer: 'cy' }));
  await connect(world, ada.transport, FOUNDER);
  let opened = 0;
  const open = ada.transport.open.bind(ada.transport);
  ada.transport.open = (...args) => {
    opened++;
    return open(...args);
  };
  for (let turn = 0; turn < 9; turn++) {
    void ada.exchange.meet(FOUNDER);
    void host.exchange.meet('ada');
    await world.clock.pass(30_000);
  }
  const known = ({ book }: ExchangingNode) =>
    book
      .list()
      .map(({ peer }) => peer)
      .toSorted();
  expect(known(host)).toEqual(['ada', 'bob', 'cy', FOUNDER]);
  expect(known(ada)).toEqual(known(host));
  expect(opened).toBe(1);
});

test('[N4] strangers, impostors and peers without a record are told nothing', async () => {
  const { host } = await pair();
  host.book.put(record({ peer: 'ada' }));
  const forged = unsigned({ peer: 'eve', member: 'ada' });
  const tries: unknown[] = [
    ['nodes', []],
    ['nodes', [record({ peer: 'eve' }).sealed]],
    ['nodes', [record({ peer: 'ada' }).sealed]],
    ['nodes', [forged]],
    'junk',
  ];
  for (const first of tries) expect(await speak('eve', FOUNDER, [first, first])).toEqual([]);
  expect(await speak('eve', FOUNDER, [])).toEqual([]);
  expect(host.book.get('eve')).toBeNull();
});

test('[N4] a stranger with an unsigned record from the future in a member’s name is told nothing', async () => {
  const { host } = await pair();
  host.book.put(record({ peer: 'ada' }));
  const forged = unsigned({ peer: 'eve', member: 'ada', time: world.clock.now() + 3_600_000 });
  expect(await speak('eve', FOUNDER, [['nodes', [forged]]])).toEqual([]);
});

test('[N4] a banned member with an unsigned old record in another member’s name is told nothing', async () => {
  const { host } = await pair();
  host.admit('eve');
  for (const peer of ['ada', 'eve']) host.book.put(record({ peer }));
  world.people.ban(personOf(FOUNDER).publicKey, personOf('eve').publicKey);
  const forged = unsigned({ peer: 'eve', member: 'ada', sequence: 0 });
  expect(await speak('eve', FOUNDER, [['nodes', [forged]]])).toEqual([]);
});

test('[N4] a message holds at most 64 records; a longer one is aborted and nothing of it is stored', async () => {
  const { host } = await pair();
  host.exchange.tell([], false);
  const names = Array.from({ length: 100 }, (_, index) => `member-${index}`);
  for (const name of names) host.admit(name);
  const own = record({ peer: 'ada' }).sealed;
  const sealed = names.map((name) => record({ peer: name }).sealed);
  expect(await speak('ada', FOUNDER, [['nodes', [own, ...sealed]]])).toEqual([]);
  expect(host.book.list()).toHaveLength(1);
  await speak('ada', FOUNDER, [
    ['nodes', [own, ...sealed.slice(0, 63)]],
    ['nodes', sealed.slice(63)],
  ]);
  expect(host.book.list()).toHaveLength(102);
  const newer = record({ peer: 'ada', sequence: world.clock.now() + 1 }).sealed;
  expect(await speak('ada', FOUNDER, [['nodes', [newer]]])).toHaveLength(64);
});

test('[N4] the exchange with a peer that sends a forged record is aborted', async () => {
  const { host } = await pair();
  for (const name of ['bob', 'cy']) host.admit(name);
  const [bytes, ofMember] = record({ peer: 'bob' }).sealed;
  const list = [
    record({ peer: 'ada' }).sealed,
    [bytes, ofMember, new Uint8Array(64)],
    record({ peer: 'cy' }).sealed,
  ];
  expect(await speak('ada', FOUNDER, [['nodes', list]])).toEqual([]);
  expect(host.book.get('bob') ?? host.book.get('cy')).toBeNull();
});

test('[N4] after a malformed or missing answer the exchange is tried again later', async () => {
  const ada = await exchangingNode(world, 'ada');
  const host = world.network.transport(FOUNDER);
  await host.start();
  let asked = 0;
  host.handle(NODES_PROTOCOL, async (channel) => {
    if (++asked === 1) return new Promise(() => {});
    await channel.send(encodeCanonical('junk'));
  });
  await connect(world, ada.transport, FOUNDER);
  for (let turn = 0; turn < 3; turn++) {
    void ada.exchange.meet(FOUNDER);
    await world.clock.pass(11_000);
  }
  expect(asked).toBe(3);
});

test('[N4] the channel of a failed exchange is aborted', async () => {
  const ada = await exchangingNode(world, 'ada');
  const host = world.network.transport(FOUNDER);
  await host.start();
  let end = 'open';
  host.handle(NODES_PROTOCOL, async (channel) => {
    const messages = channel.receive();
    await messages.next();
    await channel.send(encodeCanonical('junk'));
    await messages.next().catch(() => {
      end = 'broken';
    });
  });
  await connect(world, ada.transport, FOUNDER);
  void ada.exchange.meet(FOUNDER);
  await world.clock.pass(1000);
  expect(end).toBe('broken');
});
