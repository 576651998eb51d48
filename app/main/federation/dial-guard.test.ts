import { beforeEach, describe, expect, test } from 'vitest';
import { problemOf } from '../kernel/errors.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { createTestWorld, type TestWorld } from '../sim/test-world.ts';
import { DialGuard } from './dial-guard.ts';
import { federationMigrations } from './index.ts';
import { NodeBook } from './node-book.ts';
import { Internet, type Place } from './test-internet.ts';
import { recordOf } from './test-records.ts';

const MINUTE_MS = 60_000;
let world: TestWorld;
let internet: Internet;
let place: Place;
let book: NodeBook;
let guard: DialGuard;

beforeEach(async () => {
  world = createTestWorld();
  internet = new Internet(world);
  place = internet.place('ada');
  await place.transport.start();
  book = new NodeBook(openDatabase(':memory:', federationMigrations), world.clock);
  guard = new DialGuard({ ...place, book, clock: world.clock });
});

const none = new Set<string>();
const allowed = (...told: string[]) => guard.addressesOf('bob', new Set(told), none);
const at = (text: string) => `${text}/p2p/bob`;

/** Dials; resolves to the code of the refusal, or to the peer. */
async function dial(address: string, isProved = false, peer = 'bob'): Promise<string> {
  const dialled = guard
    .dial(peer, address, new AbortController().signal, isProved)
    .catch((error: unknown) => problemOf(error).code);
  await world.clock.pass(100);
  return dialled;
}

describe('addresses that a peer tells', () => {
  test('[P7] addresses on the internet that name the peer are dialled, those of its record first', () => {
    const recorded = at('/ip4/8.8.0.2/tcp/1');
    book.put(
      recordOf({ community: world.community, peer: 'bob', time: world.clock.now(), addresses: [recorded] }),
    );
    expect(allowed(at('/ip4/8.8.0.1/tcp/1'), at('/dns/bob.example/tcp/1'), recorded)).toEqual([
      recorded,
      at('/ip4/8.8.0.1/tcp/1'),
      at('/dns/bob.example/tcp/1'),
    ]);
  });

  test('[P7] an address that names no peer or another one, leads nowhere or is malformed is not dialled', () => {
    const wrong = [
      '/ip4/8.8.0.1/tcp/1',
      '/ip4/8.8.0.1/tcp/1/p2p/eve',
      at('/ip4/0.0.0.0/tcp/1'),
      at('/ip4/224.0.0.1/tcp/1'),
      at('/unix/x'),
      '',
      'bob',
    ];
    expect(allowed(...wrong)).toEqual([]);
  });

  test('[P7] a private range is dialled only where this machine has an interface in it', () => {
    const [near, far] = [at('/ip4/192.168.1.9/tcp/1'), at('/ip4/10.0.0.9/tcp/1')];
    expect(allowed(near, far)).toEqual([]);
    place.around.neighbours = (host) => host.startsWith('192.168.1.');
    expect(allowed(near, far)).toEqual([near]);
  });

  test('[P7] loopback is dialled only while all peers are on this machine', async () => {
    const loopback = at('/ip4/127.0.0.1/tcp/22');
    place.around.listening = ['/ip4/127.0.0.1/tcp/4001'];
    expect(allowed(loopback)).toEqual([]);
    await world.network.transport('cy').start();
    place.around.links.set('cy', { address: '/ip4/127.0.0.1/tcp/4002' });
    const connected = world.network.transport('ada').dial('/memory/cy');
    await world.clock.pass(10);
    await connected;
    expect(allowed(loopback)).toEqual([loopback]);
    place.around.links.set('cy', { address: '/ip4/8.8.0.3/tcp/4002' });
    expect(allowed(loopback)).toEqual([]);
    place.around.links.set('cy', { address: '/ip4/127.0.0.1/tcp/4002' });
    place.around.listening.push('/ip4/192.168.1.5/tcp/4001');
    expect(allowed(loopback)).toEqual([]);
  });

  test('[P7] addresses through this node’s own relay and QUIC addresses are left out', () => {
    const other = '/ip4/8.8.0.1/tcp/1/p2p/relay/p2p-circuit/p2p/bob';
    expect(
      allowed('/ip4/8.8.0.1/tcp/1/p2p/ada/p2p-circuit/p2p/bob', other, at('/ip4/8.8.0.1/udp/1/quic-v1')),
    ).toEqual([other]);
  });

  test('[P7] an address that led to the peer before is dialled whatever its scope', () => {
    const proved = new Set(['/ip4/192.168.1.9/tcp/1/p2p/bob', '/ip4/127.0.0.1/tcp/1']);
    expect(guard.addressesOf('bob', none, proved)).toEqual([...proved]);
  });
});

describe('dials', () => {
  const victim = (port: number, peer = 'bob') => `/ip4/8.8.9.9/tcp/${port}/p2p/${peer}`;

  /** Puts nodes of one member into the book. */
  const knowNodes = (member: string, ...nodes: string[]) => {
    for (const peer of nodes)
      book.put(recordOf({ community: world.community, peer, member, time: world.clock.now() }));
  };

  test('[P7] a host gets six dials per minute for one member, however many ports and nodes the member announces', async () => {
    knowNodes('eve', 'box-0', 'box-1', 'box-2', 'box-3');
    const many = async () => {
      for (let port = 1; port <= 100; port++) {
        const box = `box-${port % 4}`;
        await dial(victim(port, box), false, box);
      }
    };
    await many();
    expect(place.dials).toHaveLength(6);
    await world.clock.pass(MINUTE_MS);
    await many();
    expect(place.dials).toHaveLength(12);
    expect(await dial(victim(1))).toBe('dial-refused');
  });

  test('[P7] a host gets thirty dials per minute for all members together', async () => {
    for (let port = 1; port <= 100; port++) await dial(victim(port, `peer-${port}`), false, `peer-${port}`);
    expect(place.dials).toHaveLength(30);
    await world.clock.pass(MINUTE_MS);
    expect(await dial(victim(1))).toBe('dial-refused');
  });

  test('[P7] a member causes twenty dials per minute, however many hosts and nodes it announces', async () => {
    knowNodes('eve', 'box-0', 'box-1');
    for (let host = 1; host <= 100; host++) {
      const box = `box-${host % 2}`;
      await dial(`/ip4/8.8.${host}.1/tcp/1/p2p/${box}`, false, box);
    }
    expect(place.dials).toHaveLength(20);
    expect(await dial('/ip4/8.8.1.1/tcp/1/p2p/bob')).toBe('dial-refused');
  });

  test('[P7] a host gets three dials at a time; another host is not affected', async () => {
    const many = Array.from({ length: 10 }, (_, index) => dial(victim(index + 1)));
    const codes = [...(await Promise.all(many)), await dial('/ip4/8.8.9.8/tcp/1/p2p/bob')];
    expect(place.dials).toHaveLength(4);
    expect(codes.filter((code) => code === 'dial-denied')).toHaveLength(7);
    expect(await dial(victim(1))).toBe('dial-refused');
  });

  test('[P7] an address that a person entered is dialled without limit', async () => {
    for (let port = 1; port <= 20; port++) await dial(victim(port), true);
    expect(place.dials).toHaveLength(20);
  });

  test('[P7] a name is dialled at its IP address', async () => {
    internet.names.set('bob.example', ['8.8.0.2']);
    internet.open('bob', '/ip4/8.8.0.2/tcp/1');
    await world.network.transport('bob').start();
    expect(await dial(at('/dns/bob.example/tcp/1'))).toBe('bob');
    expect(place.dials.map(({ address }) => address)).toEqual([at('/ip4/8.8.0.2/tcp/1')]);
  });

  test('[P7] a name with several IP addresses is dialled at each in turn until one answers', async () => {
    internet.names.set('bob.example', ['2600::7', '8.8.0.2', '8.8.0.3']);
    internet.open('bob', '/ip4/8.8.0.2/tcp/1');
    await world.network.transport('bob').start();
    expect(await dial(at('/dns/bob.example/tcp/1'))).toBe('bob');
    expect(place.dials.map(({ address }) => address)).toEqual([
      at('/ip6/2600::7/tcp/1'),
      at('/ip4/8.8.0.2/tcp/1'),
    ]);
  });

  test.each([
    ['this machine', ['127.0.0.1']],
    ['a private network', ['192.168.1.1']],
    ['the internet and this machine', ['8.8.0.2', '127.0.0.1']],
    ['nowhere', ['0.0.0.0']],
  ])('[P7] a name that leads to %s is not dialled', async (_where, ips) => {
    place.around.neighbours = () => true;
    internet.names.set('trap.example', ips);
    expect(await dial(at('/dns/trap.example/tcp/1'))).toBe('dial-denied');
    expect(place.dials).toEqual([]);
  });

  test('[P7] an unknown name fails and does not block other dials', async () => {
    for (let turn = 0; turn < 5; turn++)
      expect(await dial(at('/dns/unknown.example/tcp/1'))).toBe('unexpected');
    expect(place.dials).toEqual([]);
  });
});
