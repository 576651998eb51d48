import { beforeEach, describe, expect, test } from 'vitest';
import { decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import { silentLogger } from '../kernel/logger.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { createTestWorld, seededRandom, type TestWorld } from '../sim/test-world.ts';
import { DirectConnections } from './direct-connections.ts';
import { federationMigrations } from './index.ts';
import { NodeBook } from './node-book.ts';
import type { Endpoint } from './ports.ts';
import { Internet } from './test-internet.ts';
import { recordOf } from './test-records.ts';

const PUNCH_PROTOCOL = '/impulse/punch/1';
const MINUTE_MS = 60_000;
let world: TestWorld;
let internet: Internet;
beforeEach(() => {
  world = createTestWorld();
  internet = new Internet(world);
});

interface Punch {
  readonly at: number;
  readonly peer: string;
  readonly endpoints: readonly Endpoint[];
  readonly token: string;
  readonly dials: boolean;
}

/**
 * A node that punches behind a router; each observer sees it at the next endpoint of `seenAs`.
 *
 * @param works whether packets of the other side arrive.
 */
async function node(name: string, seenAs: (mirror: string) => Endpoint | null = () => null, works = true) {
  const place = internet.place(name);
  await place.transport.start();
  const book = new NodeBook(openDatabase(':memory:', federationMigrations), world.clock);
  const punches: Punch[] = [];
  const allowed = { punching: true, members: (_peer: string) => true };
  place.around.udpPort = 4001;
  const directs = new DirectConnections({
    transport: place.transport,
    network: {
      ...place.network,
      observe: async ({ host }) => seenAs(host),
      punch: async (peer, endpoints, token, dials) => {
        punches.push({
          at: world.clock.now(),
          peer,
          endpoints,
          token: Buffer.from(token).toString('hex'),
          dials,
        });
        if (works && dials) place.around.links.set(peer, { via: 'direct' });
        return works;
      },
    },
    book,
    clock: world.clock,
    random: seededRandom(name),
    logger: silentLogger,
    isMember: (peer) => allowed.members(peer),
    allowed: () => allowed.punching,
  });
  directs.start();
  return { ...place, name, book, directs, punches, allowed };
}
type Node = Awaited<ReturnType<typeof node>>;

async function connect(
  from: Node,
  to: { name: string; around: Node['around'] },
  via: 'relay' | 'direct' = 'relay',
) {
  const dialled = world.network.transport(from.name).dial(`/memory/${to.name}`);
  from.around.links.set(to.name, { via });
  to.around.links.set(from.name, { via });
  await world.clock.pass(10);
  await dialled;
}

/** A member outside that tells a node its external endpoint. */
async function mirror(name: string, host: string, ...nodes: Node[]) {
  const place = internet.place(name);
  await place.transport.start();
  for (const one of nodes) {
    await connect(one, { name, around: place.around }, 'direct');
    const addresses = [`/ip4/${host}/udp/4001/quic-v1/p2p/${name}`];
    one.book.put(recordOf({ community: world.community, peer: name, time: world.clock.now(), addresses }));
  }
}

const sameFor = (host: string) => () => ({ host, port: 40_001 });
const otherForEach = (host: string) => (by: string) => ({ host, port: 40_000 + Number(by.split('.')[3]) });

describe('two members behind routers', () => {
  async function pair(a: Parameters<typeof node>[1], b: Parameters<typeof node>[1], works = true) {
    const [ada, bob] = [await node('ada', a, works), await node('bob', b, works)];
    await mirror('m1', '8.8.0.1', ada, bob);
    await mirror('m2', '9.9.0.2', ada, bob);
    await connect(bob, ada);
    return { ada, bob };
  }

  test('[W3] [W4] the one with the lower peer id starts and dials; both send to the other’s external endpoints, with one token', async () => {
    const { ada, bob } = await pair(sameFor('8.1.0.1'), sameFor('8.2.0.1'));
    await world.clock.pass(20_000);
    expect(ada.punches).toMatchObject([
      { peer: 'bob', dials: true, endpoints: [{ host: '8.2.0.1', port: 40_001 }] },
    ]);
    expect(bob.punches).toMatchObject([
      { peer: 'ada', dials: false, endpoints: [{ host: '8.1.0.1', port: 40_001 }] },
    ]);
    expect(ada.punches[0]!.token).toBe(bob.punches[0]!.token);
    expect(ada.punches[0]!.token).toHaveLength(32);
    expect(ada.directs.translation()).toBe('endpoint-independent');
  });

  test('[W4] two routers with endpoint-dependent mapping are not tried', async () => {
    const { ada, bob } = await pair(otherForEach('8.1.0.1'), otherForEach('8.2.0.1'));
    await world.clock.pass(10 * MINUTE_MS);
    expect([...ada.punches, ...bob.punches]).toEqual([]);
    expect(ada.directs.translation()).toBe('endpoint-dependent');
  });

  test('[W4] one router with endpoint-dependent mapping is tried', async () => {
    const { ada, bob } = await pair(otherForEach('8.1.0.1'), sameFor('8.2.0.1'));
    await world.clock.pass(20_000);
    expect([ada.punches.length, bob.punches.length]).toEqual([1, 1]);
    expect(bob.punches[0]!.endpoints).toHaveLength(2);
  });

  test('[W5] after failures the waits grow to half an hour, and a network change ends them', async () => {
    const { ada } = await pair(sameFor('8.1.0.1'), sameFor('8.2.0.1'), false);
    await world.clock.pass(3 * 60 * MINUTE_MS);
    const waits = ada.punches.slice(1).map(({ at }, index) => at - ada.punches[index]!.at);
    expect(waits.slice(0, 4).map((ms) => Math.floor(ms / 15_000))).toEqual([1, 4, 20, 120]);
    expect(ada.punches.length).toBeLessThan(12);
    const before = ada.punches.length;
    ada.directs.again();
    await world.clock.pass(1000);
    expect(ada.punches).toHaveLength(before + 1);
  });

  test('[W3] members that do not report this node’s endpoint are replaced by others', async () => {
    const ada = await node('ada', (by) => (by.startsWith('8.8.') ? null : { host: '8.1.0.1', port: 40_001 }));
    for (const [index, host] of ['8.8.0.1', '8.8.0.2', '9.9.0.1', '9.9.0.2'].entries())
      await mirror(`m${index}`, host, ada);
    await world.clock.pass(10 * MINUTE_MS);
    expect(ada.directs.translation()).toBe('endpoint-independent');
  });

  test('[W3] nothing is tried if punching is off, there is no UDP port, or the peer is not a member', async () => {
    const { ada } = await pair(sameFor('8.1.0.1'), sameFor('8.2.0.1'));
    ada.punches.length = 0;
    ada.around.links.set('bob', { via: 'relay' });
    const quiet = async () => {
      ada.directs.again();
      await world.clock.pass(5 * MINUTE_MS);
      return ada.punches.length;
    };
    ada.allowed.punching = false;
    expect(await quiet()).toBe(0);
    ada.allowed.punching = true;
    ada.around.udpPort = null;
    expect(await quiet()).toBe(0);
    ada.around.udpPort = 4001;
    ada.allowed.members = () => false;
    expect(await quiet()).toBe(0);
    ada.allowed.members = () => true;
    expect(await quiet()).toBeGreaterThan(0);
  });

  test('[W3] peers that are connected directly or on this network are not punched to', async () => {
    const [ada, bob] = [await node('ada'), await node('bob')];
    await connect(ada, bob, 'direct');
    await world.clock.pass(MINUTE_MS);
    expect([...ada.punches, ...bob.punches]).toEqual([]);
  });
});

describe('bad input', () => {
  const token = new Uint8Array(16);
  const offer = (...endpoints: [string, number][]) => ['punch', token, 'unknown', endpoints];

  /** Offers to punch as any peer could; resolves to whether the other side offered too. */
  async function speak(to: Node, message: unknown): Promise<boolean> {
    const eve = internet.place('eve');
    await eve.transport.start();
    await connect(to, { name: 'eve', around: eve.around });
    const answered = (async () => {
      const channel = await eve.transport.open(to.name, PUNCH_PROTOCOL);
      await channel.send(encodeCanonical(message));
      const { value } = await channel.receive().next();
      return value !== undefined && (decodeCbor(value) as unknown[])[0] === 'punch';
    })().catch(() => false);
    await world.clock.pass(100);
    return answered;
  }

  test('[W4] no packet is sent to this machine, to a foreign private network, or to an unroutable address', async () => {
    const zed = await node('zed');
    zed.around.neighbours = (host) => host.startsWith('192.168.1.');
    const inside: [string, number][] = [
      ['127.0.0.1', 53],
      ['10.0.0.1', 53],
      ['0.0.0.0', 53],
      ['224.0.0.1', 5353],
      ['::1', 53],
      ['8.8.8.8/tcp/1', 53],
    ];
    await speak(zed, offer(...inside));
    expect(zed.punches).toEqual([]);
    await speak(zed, offer(['192.168.1.7', 4001], ['8.8.0.9', 4001]));
    expect(zed.punches.at(-1)!.endpoints.map(({ host }) => host)).toEqual(['192.168.1.7', '8.8.0.9']);
  });

  test('[W4] malformed messages, short tokens, ports out of range and more than eight endpoints are aborted', async () => {
    const zed = await node('zed');
    const nine = Array.from({ length: 9 }, (): [string, number] => ['8.8.0.9', 1]);
    const wrong = [
      offer(...nine),
      offer(['8.8.0.9', 0]),
      offer(['8.8.0.9', 65_536]),
      ['punch', new Uint8Array(15), 'none', []],
      ['punch', token, 'odd', []],
      'junk',
      null,
    ];
    for (const message of wrong) {
      expect(await speak(zed, message)).toBe(false);
      await world.clock.pass(MINUTE_MS);
    }
    expect(zed.punches).toEqual([]);
  });

  test('[W4] a peer may start six attempts per minute; a non-member may start none', async () => {
    const zed = await node('zed');
    for (let turn = 0; turn < 30; turn++) await speak(zed, offer(['8.8.0.9', 4001]));
    expect(zed.punches).toHaveLength(6);
    await world.clock.pass(2 * MINUTE_MS);
    zed.allowed.members = () => false;
    expect(await speak(zed, offer(['8.8.0.9', 4001]))).toBe(false);
    expect(zed.punches).toHaveLength(6);
  });

  test('[W5] a malformed or missing answer counts as a failure, and the waits grow', async () => {
    const ada = await node('ada');
    const zoe = internet.place('zoe');
    await zoe.transport.start();
    const asked: number[] = [];
    zoe.transport.handle(PUNCH_PROTOCOL, async (channel) => {
      asked.push(world.clock.now());
      if (asked.length % 2 === 0) return new Promise(() => {});
      await channel.send(encodeCanonical('junk'));
    });
    await connect(ada, { name: 'zoe', around: zoe.around });
    await world.clock.pass(60 * MINUTE_MS);
    expect(asked.length).toSatisfy((count: number) => count >= 4 && count <= 6);
    expect(ada.punches).toEqual([]);
  });
});
