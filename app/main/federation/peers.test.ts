import { beforeEach, describe, expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { silentLogger } from '../kernel/logger.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { createTestWorld, personOf, seededRandom, type TestWorld } from '../sim/test-world.ts';
import { federationMigrations } from './index.ts';
import { NodeBook } from './node-book.ts';
import { Peers } from './peers.ts';
import { FederationStore } from './store.ts';
import { connect } from './test-exchange.ts';
import { Internet, type Place } from './test-internet.ts';
import { recordOf, type RecordWish } from './test-records.ts';

const MINUTE_MS = 60_000;
let world: TestWorld;
let internet: Internet;
let place: Place;
let book: NodeBook;
let peers: Peers;
let store: FederationStore;
const banned = new Set<string>();
/** Peers that were considered for a dial. */
const considered = new Set<string>();

beforeEach(async () => {
  world = createTestWorld();
  internet = new Internet(world);
  banned.clear();
  considered.clear();
  place = internet.place('ada');
  await place.transport.start();
  const db = openDatabase(':memory:', federationMigrations);
  book = new NodeBook(db, world.clock);
  store = new FederationStore(db);
  peers = new Peers({
    ...place,
    store,
    book,
    clock: world.clock,
    random: seededRandom('ada'),
    logger: silentLogger,
    isMember: (key) => !banned.has(toHex(key)),
    isMemberNode: (peer) => book.get(peer) !== null,
    shuns: (peer) => {
      considered.add(peer);
      return peer === 'liar';
    },
  });
  peers.start();
});

const record = (wish: Omit<RecordWish, 'community' | 'time'>) =>
  book.put(recordOf({ community: world.community, time: world.clock.now(), ...wish }));
const connected = () =>
  place.transport
    .peers()
    .map(({ peer }) => peer)
    .toSorted();
const hosts = () => place.dials.map(({ address }) => address.split('/')[2]);

/** A node that answers at an address of its own, and its record. */
async function member(peer: string, host: string, person = peer): Promise<void> {
  await world.network.transport(peer).start();
  internet.open(peer, `/ip4/${host}/tcp/4001`);
  record({ peer, member: person, addresses: [`/ip4/${host}/tcp/4001/p2p/${peer}`] });
}

describe('the nodes of the book', () => {
  test('[P5] eight connections are made if more nodes are known, to different members and networks first', async () => {
    peers.suspended();
    for (let index = 0; index < 4; index++) await member(`fleet-${index}`, `8.8.0.${index + 1}`, 'eve');
    for (let index = 0; index < 12; index++) await member(`node-${index}`, `9.${index}.0.1`);
    peers.resumed();
    await world.clock.pass(5000);
    expect(connected()).toHaveLength(8);
    expect(connected().filter((peer) => peer.startsWith('fleet-')).length).toBeLessThanOrEqual(1);
  });

  test('[P5] former members, peers that sent forged data and peers that a person disconnected are not dialled', async () => {
    banned.add(toHex(personOf('eve').publicKey));
    await member('eve', '8.8.0.1');
    await member('liar', '8.8.0.2');
    await member('bob', '8.8.0.3');
    await world.clock.pass(5000);
    expect(connected()).toEqual(['bob']);
    await peers.disconnect('bob');
    record({ peer: 'bob', addresses: ['/ip4/8.8.0.3/tcp/4001/p2p/bob'], sequence: world.clock.now() + 1 });
    await world.clock.pass(10 * MINUTE_MS);
    expect(hosts()).toEqual(['8.8.0.3']);
  });

  test('[P5] a node whose member was banned after it connected is not dialled again', async () => {
    await member('bob', '8.8.0.1');
    await world.clock.pass(1000);
    banned.add(toHex(personOf('bob').publicKey));
    world.network.cut('ada', 'bob');
    await world.clock.pass(10 * MINUTE_MS);
    expect(place.dials).toHaveLength(1);
  });

  test('[P5] eight strangers who dialled in do not take the place of members', async () => {
    for (let index = 0; index < 8; index++) {
      const stranger = world.network.transport(`stranger-${index}`);
      await stranger.start();
      await connect(world, stranger, 'ada');
    }
    await member('bob', '8.8.0.1');
    await world.clock.pass(1000);
    expect(connected()).toContain('bob');
  });

  test('[P2] the address that a person entered survives a handshake with eight others', async () => {
    await world.network.transport('bob').start();
    internet.open('bob', '/ip4/8.8.0.1/tcp/4001');
    const dialled = peers.dial('/ip4/8.8.0.1/tcp/4001/p2p/bob');
    await world.clock.pass(1000);
    await dialled;
    const others = Array.from({ length: 8 }, (_, index) => `/ip4/192.168.7.${index + 1}/tcp/1/p2p/bob`);
    peers.learn('bob', others, 'bob');
    world.network.cut('ada', 'bob');
    await world.clock.pass(MINUTE_MS);
    expect(connected()).toEqual(['bob']);
  });

  test('[P6] a lost peer whose address changed is dialled within a second of its new record', async () => {
    await member('bob', '8.8.0.1');
    await world.clock.pass(1000);
    internet.close('/ip4/8.8.0.1/tcp/4001');
    world.network.cut('ada', 'bob');
    await world.clock.pass(20 * MINUTE_MS);
    expect(connected()).toEqual([]);
    internet.open('bob', '/ip4/8.8.77.1/tcp/4001');
    record({ peer: 'bob', addresses: ['/ip4/8.8.77.1/tcp/4001/p2p/bob'] });
    await world.clock.pass(1000);
    expect(connected()).toEqual(['bob']);
  });

  test('[P1] [P6] connections cut by a partition are back within seconds of its end', async () => {
    await member('bob', '8.8.0.1');
    await member('cy', '8.9.0.1');
    await world.clock.pass(1000);
    world.network.partition([['ada'], ['bob', 'cy']]);
    await world.clock.pass(1000);
    expect(connected()).toEqual([]);
    world.network.heal();
    await world.clock.pass(15_000);
    expect(connected()).toEqual(['bob', 'cy']);
  });

  test('a relay of the book is dialled although there are enough connections', async () => {
    for (let index = 0; index < 8; index++) await member(`node-${index}`, `9.${index}.0.1`);
    await world.clock.pass(1000);
    await member('relay', '8.8.0.1');
    const reached = peers.reach('relay');
    await world.clock.pass(1000);
    expect(await reached).toBe(true);
    expect(await peers.reach('nobody')).toBe(false);
  });
});

describe('dialling', () => {
  const BOB = '/ip4/8.8.0.1/tcp/4001';
  /** When a node was dialled, in milliseconds since now. */
  const waits = (since: number) => place.dials.map(({ at }) => at - since);

  test('[P1] the waits after failures double from one second, less up to half, to five minutes', async () => {
    const since = world.clock.now();
    record({ peer: 'bob', addresses: [`${BOB}/p2p/bob`] });
    await world.clock.pass(60 * MINUTE_MS);
    const gaps = waits(since).map((at, index, all) => at - (all[index - 1] ?? 0) - 50);
    // Later ones also wait for the guard of [P7], which lets six dials a minute through.
    for (const [failures, gap] of [
      ...gaps.slice(1, 4).entries(),
      ...gaps.slice(-5).map((gap) => [9, gap] as const),
    ]) {
      const fullMs = Math.min(1000 * 2 ** failures, 300_000);
      expect(gap).toBeGreaterThanOrEqual(fullMs / 2 - 50);
      expect(gap).toBeLessThanOrEqual(fullMs);
    }
  });

  test('[P4] a node that sleeps dials nobody, and dials at once when it wakes', async () => {
    peers.suspended();
    await member('bob', '8.8.0.1');
    internet.close(BOB);
    await world.clock.pass(MINUTE_MS);
    expect(place.dials).toEqual([]);
    peers.resumed();
    await world.clock.pass(20 * MINUTE_MS);
    const before = place.dials.length;
    peers.suspended();
    await world.clock.pass(20 * MINUTE_MS);
    expect(place.dials).toHaveLength(before);
    internet.open('bob', BOB);
    peers.resumed();
    await world.clock.pass(100);
    expect(connected()).toEqual(['bob']);
  });

  test('a node that stopped dials nobody, also when it loses peers and hears of others', async () => {
    await member('bob', '8.8.0.1');
    await world.clock.pass(1000);
    peers.stop();
    world.network.cut('ada', 'bob');
    await member('cy', '8.9.0.1');
    await world.clock.pass(20 * MINUTE_MS);
    expect(hosts()).toEqual(['8.8.0.1']);
    peers.start();
    peers.start();
    await world.clock.pass(1000);
    expect(connected()).toEqual(['bob', 'cy']);
    expect(hosts()).toHaveLength(3);
  });

  test('[P2] what was proved, and what a handshake told, is known after a restart', async () => {
    await world.network.transport('bob').start();
    internet.open('bob', BOB);
    const dialled = peers.dial(`${BOB}/p2p/bob`);
    await world.clock.pass(1000);
    expect(await dialled).toBe('bob');
    peers.learn('bob', ['/ip4/9.9.9.9/tcp/1/p2p/bob', '/ip4/9.9.9.8/tcp/1/p2p/other'], 'Attic');
    peers.learn('ada', ['/ip4/9.9.9.7/tcp/1/p2p/ada'], null);
    expect(store.addresses().map(({ address, peer, name }) => [address, peer, name])).toEqual([
      [`${BOB}/p2p/bob`, 'bob', null],
      ['/ip4/9.9.9.9/tcp/1/p2p/bob', 'bob', 'Attic'],
    ]);
    peers.stop();
    world.network.cut('ada', 'bob');
    peers.start();
    await world.clock.pass(1000);
    expect(connected()).toEqual(['bob']);
  });

  test('a peer that a person disconnected is forgotten with its addresses, until it connects', async () => {
    await world.network.transport('bob').start();
    internet.open('bob', BOB);
    const dialled = peers.dial(`${BOB}/p2p/bob`);
    await world.clock.pass(1000);
    await dialled;
    await peers.disconnect('bob');
    expect([connected(), store.addresses()]).toEqual([[], []]);
    peers.learn('bob', [`${BOB}/p2p/bob`], 'bob');
    peers.resumed();
    await world.clock.pass(MINUTE_MS);
    expect(connected()).toEqual([]);
    await connect(world, world.network.transport('bob'), 'ada');
    world.network.cut('ada', 'bob');
    await world.clock.pass(MINUTE_MS);
    expect(connected()).toEqual(['bob']);
  });

  test('[FG5] a node whose place another took is forgotten, unless the book still has it', async () => {
    await member('bob', '8.8.0.1');
    peers.learn('bob', [`${BOB}/p2p/bob`], 'bob');
    peers.learn('old', ['/ip4/8.8.0.2/tcp/1/p2p/old'], 'old');
    peers.suspended();
    for (const peer of ['bob', 'old', 'nobody']) peers.forget(peer);
    expect(store.addresses().map(({ peer }) => peer)).toEqual(['bob']);
    peers.resumed();
    await world.clock.pass(MINUTE_MS);
    expect([...new Set(hosts())]).toEqual(['8.8.0.1']);
  });

  test('fifty peers that no record names are kept, and those that a record names beside them', async () => {
    peers.suspended();
    for (let n = 0; n < 60; n++) peers.learn(`peer-${n}-`, [`/ip4/9.${n}.0.1/tcp/1/p2p/peer-${n}-`], null);
    expect(store.addresses()).toHaveLength(50);
    await member('bob', '8.8.0.1');
    peers.learn('bob', [`${BOB}/p2p/bob`], 'bob');
    expect(store.addresses()).toHaveLength(51);
  });

  test('a peer is reached once at a time, and one that is connected already without a dial', async () => {
    peers.suspended();
    await member('bob', '8.8.0.1');
    peers.learn('bob', [`${BOB}/p2p/bob`], 'bob');
    const both = [peers.reach('bob'), peers.reach('bob')];
    await world.clock.pass(1000);
    expect(await Promise.all(both)).toEqual([true, false]);
    expect(await peers.reach('bob')).toBe(true);
    expect(await peers.reach('liar')).toBe(false);
    expect(place.dials).toHaveLength(1);
  });
});

describe('bad input', () => {
  const VICTIM = '8.8.9.9';

  test('[P7] records of one member that name a victim’s address cause at most six dials per minute, however often they change', async () => {
    for (let turn = 0; turn < 200; turn++) {
      const addresses = Array.from(
        { length: 8 },
        (_, index) => `/ip4/${VICTIM}/tcp/${turn * 8 + index + 1}/p2p/eve`,
      );
      record({ peer: 'eve', addresses, sequence: world.clock.now() });
      await world.clock.pass(250);
    }
    expect(hosts().filter((host) => host === VICTIM)).toHaveLength(6);
  });

  test('[P7] nodes of many members that name one victim cause at most thirty dials per minute', async () => {
    for (let turn = 0; turn < 100; turn++) {
      record({
        peer: `eve-${turn}`,
        member: `eve-${turn >> 2}`,
        addresses: [`/ip4/${VICTIM}/tcp/80/p2p/eve-${turn}`],
      });
      await world.clock.pass(400);
    }
    expect(hosts()).toHaveLength(30);
  });

  test('[P7] names that resolve to one victim cause at most six dials per minute', async () => {
    for (let turn = 0; turn < 100; turn++) {
      const addresses = Array.from({ length: 8 }, (_, index) => {
        const name = `v${turn}-${index}.example`;
        internet.names.set(name, [VICTIM]);
        return `/dns/${name}/tcp/80/p2p/eve`;
      });
      record({ peer: 'eve', addresses, sequence: world.clock.now() });
      await world.clock.pass(500);
    }
    expect(hosts()).toHaveLength(6);
  });

  test('[P7] a member who names another member’s host does not prevent dials to that member', async () => {
    for (let turn = 0; turn < 30; turn++) {
      const addresses = [1, 2, 3].map((port) => `/ip4/${VICTIM}/tcp/${turn * 8 + port}/p2p/eve`);
      record({ peer: 'eve', addresses, sequence: world.clock.now() });
      await world.clock.pass(200);
    }
    await member('bob', VICTIM);
    await world.clock.pass(5000);
    expect(connected()).toEqual(['bob']);
  });

  test('[P3] [N3] nodes that left the book are no longer considered', async () => {
    peers.suspended();
    for (let index = 0; index < 200; index++) {
      const peer = `box-${index}`;
      const addresses = [`/ip4/8.8.${index}.1/tcp/1/p2p/${peer}`];
      record({ peer, member: 'eve', sequence: world.clock.now(), addresses });
      await world.clock.pass(10);
      if (index % 20 === 0) peers.resumed();
    }
    considered.clear();
    await world.clock.pass(MINUTE_MS);
    expect([...considered].toSorted()).toEqual(['box-196', 'box-197', 'box-198', 'box-199']);
  });

  test('[P7] private, loopback and foreign addresses of a record or a handshake are not dialled', async () => {
    const addresses = [
      '/ip4/127.0.0.1/tcp/22/p2p/eve',
      '/ip4/192.168.1.1/tcp/80/p2p/eve',
      '/ip4/8.8.9.9/tcp/80/p2p/bob',
      '/ip4/8.8.9.9/tcp/80',
      'junk eve',
    ];
    record({ peer: 'eve', addresses });
    peers.learn('eve', addresses, null);
    await world.clock.pass(10 * MINUTE_MS);
    expect(place.dials).toEqual([]);
  });

  test('[P7] names that resolve to private addresses are not dialled', async () => {
    internet.names.set('trap.example', ['192.168.1.1']);
    record({ peer: 'eve', addresses: ['/dns/trap.example/tcp/80/p2p/eve'] });
    await world.clock.pass(10 * MINUTE_MS);
    expect(place.dials).toEqual([]);
  });

  test('[P3] of a thousand addresses in a handshake eight are kept', async () => {
    const addresses = Array.from(
      { length: 1000 },
      (_, index) => `/ip4/8.8.${index >> 8}.${index & 255}/tcp/1/p2p/eve`,
    );
    peers.learn('eve', addresses, null);
    peers.resumed();
    await world.clock.pass(10_000);
    expect(new Set(hosts()).size).toBe(8);
  });

  test('[P1] [P7] an address at which another node answers makes no connection, and the waits grow', async () => {
    await world.network.transport('bob').start();
    internet.open('bob', '/ip4/8.8.0.1/tcp/4001');
    record({ peer: 'eve', addresses: ['/ip4/8.8.0.1/tcp/4001/p2p/eve'] });
    await world.clock.pass(10 * MINUTE_MS);
    expect(connected()).toEqual([]);
    expect(place.dials.length).toBeLessThan(20);
  });
});
