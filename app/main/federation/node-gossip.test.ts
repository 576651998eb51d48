import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { encodeCanonical } from '../kernel/canonical.ts';
import { createTestWorld, FOUNDER, personOf, type TestWorld } from '../sim/test-world.ts';
import { nodesTopicOf } from './node-exchange.ts';
import { MAX_SEQUENCE, type NodeRecord, type SealedRecord } from './node-record.ts';
import { connect, exchangingNode, type ExchangingNode } from './test-exchange.ts';
import { recordOf, type RecordWish } from './test-records.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
let world: TestWorld;
beforeEach(() => {
  world = createTestWorld();
});

const record = (wish: Omit<RecordWish, 'community' | 'time'> & { time?: number }) =>
  recordOf({ community: world.community, time: world.clock.now(), ...wish });

/** Gossip from a peer; resolves to whether it lowered the peer's score or, if not, changed the book. */
async function gossip(
  to: ExchangingNode,
  from: string,
  data: Uint8Array,
): Promise<'reject' | 'kept' | 'ignore'> {
  const scoreOf = () => to.transport.peers().find(({ peer }) => peer === from)?.score ?? 0;
  const [score, before] = [scoreOf(), JSON.stringify(to.book.list())];
  world.network.inject(to.name, nodesTopicOf(world.community), data, from);
  await world.clock.pass(0);
  if (scoreOf() < score) return 'reject';
  return JSON.stringify(to.book.list()) === before ? 'ignore' : 'kept';
}
const tell = (to: ExchangingNode, from: string, { sealed }: NodeRecord) =>
  gossip(to, from, encodeCanonical(sealed));

describe('what gossip brings', () => {
  let host: ExchangingNode;
  beforeEach(async () => {
    host = await exchangingNode(world, FOUNDER);
    for (const name of ['ada', 'eve']) {
      host.admit(name);
      await world.network.transport(name).start();
      await connect(world, host.transport, name);
    }
  });

  test('[N2] a member’s record is stored from any relay; the same or an older one is ignored', async () => {
    const time = world.clock.now();
    expect(await tell(host, 'eve', record({ peer: 'ada', sequence: 5 }))).toBe('kept');
    expect(await tell(host, 'eve', record({ peer: 'ada', sequence: 5, relay: true }))).toBe('ignore');
    expect(await tell(host, 'eve', record({ peer: 'ada', sequence: 4 }))).toBe('ignore');
    expect(await tell(host, 'eve', record({ peer: 'eve', time: time - 15 * 24 * HOUR_MS }))).toBe('ignore');
  });

  test('[N2] a forged record, one of another community and malformed bytes lower the relaying peer’s score', async () => {
    const { sealed } = record({ peer: 'ada' });
    const forged: SealedRecord = [sealed[0], sealed[1], record({ peer: 'eve' }).sealed[2]];
    const foreign = record({ peer: 'ada' });
    const other = recordOf({ community: new Uint8Array(32), peer: 'ada', time: foreign.time });
    const oversized = [new Uint8Array(3073), sealed[1], sealed[2]];
    expect(await gossip(host, 'eve', encodeCanonical(forged))).toBe('reject');
    expect(await gossip(host, 'eve', encodeCanonical(other.sealed))).toBe('reject');
    expect(await gossip(host, 'eve', encodeCanonical(oversized))).toBe('reject');
    expect(await gossip(host, 'eve', encodeCanonical(['nodes', []]))).toBe('reject');
    expect(await gossip(host, 'eve', new Uint8Array([0xff, 0x00]))).toBe('reject');
    expect(host.book.get('ada')).toBeNull();
  });

  test('[N2] a record from the future or of a non-member is ignored', async () => {
    const time = world.clock.now();
    expect(await tell(host, 'eve', record({ peer: 'ada', time: time + 11 * MINUTE_MS }))).toBe('ignore');
    expect(await tell(host, 'eve', record({ peer: 'mallory' }))).toBe('ignore');
    expect(await tell(host, 'eve', record({ peer: 'box', member: 'mallory' }))).toBe('ignore');
    expect(await tell(host, 'eve', record({ peer: 'ada', time: time + 9 * MINUTE_MS }))).toBe('kept');
    world.people.ban(personOf(FOUNDER).publicKey, personOf('ada').publicKey);
    expect(await tell(host, 'eve', record({ peer: 'ada', sequence: 2 ** 50 }))).toBe('ignore');
  });

  test('[N2] any bytes are validated without a fault of this node', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const [prefix] = record({ peer: 'ada' }).sealed;
        expect(
          await gossip(host, 'eve', encodeCanonical([bytes, prefix.slice(0, 64), prefix.slice(0, 64)])),
        ).not.toBe('kept');
      }),
      { numRuns: 30 },
    );
  });

  /** A member who stores what the host relays; the sequences of the records that `isMeant` accepts. */
  async function listener(isMeant: (peer: string) => boolean) {
    const bob = await exchangingNode(world, 'bob');
    host.admit('bob');
    await connect(world, bob.transport, FOUNDER);
    const heard: number[] = [];
    bob.book.onRecord(({ peer, sequence }) => {
      if (isMeant(peer)) heard.push(sequence);
    });
    return heard;
  }

  test('[N5] records of one node are relayed at most every two seconds', async () => {
    const heard = await listener((peer) => peer === 'ada');
    for (let sequence = 1; sequence <= 12; sequence++) {
      await tell(host, 'ada', record({ peer: 'ada', sequence }));
      await world.clock.pass(500);
    }
    expect(host.book.get('ada')?.sequence).toBe(12);
    expect(heard).toEqual([1, 5, 9]);
  });

  test('[N5] twelve records of a node are accepted per minute', async () => {
    for (let sequence = 1; sequence <= 50; sequence++) {
      await tell(host, 'ada', record({ peer: 'ada', sequence }));
      await world.clock.pass(100);
    }
    expect(host.book.get('ada')?.sequence).toBe(12);
    await world.clock.pass(MINUTE_MS);
    expect(await tell(host, 'ada', record({ peer: 'ada', sequence: 51 }))).toBe('kept');
  });

  test('[N5] records of a member with ever new nodes are relayed twelve times per minute, and others as before', async () => {
    const heard = await listener((peer) => peer.startsWith('box-'));
    for (let index = 0; index < 300; index++) {
      const time = world.clock.now() + index;
      await tell(host, 'eve', record({ peer: `box-${index}`, member: 'eve', time }));
      await world.clock.pass(10);
    }
    expect(heard).toHaveLength(12);
    expect(await tell(host, 'eve', record({ peer: 'ada' }))).toBe('kept');
  });
});

describe('a node’s own record', () => {
  test('[N5] is signed when its content changed, and again after six hours', async () => {
    const host = await exchangingNode(world, FOUNDER);
    host.exchange.tell(['/x'], false);
    host.exchange.tell(['/x'], false);
    await world.clock.pass(10_000);
    host.exchange.tell(['/x'], true);
    expect(host.own.map(({ relay }) => relay)).toEqual([false, true]);
    await world.clock.pass(5.9 * HOUR_MS);
    expect(host.own).toHaveLength(2);
    await world.clock.pass(0.3 * HOUR_MS);
    expect(host.own).toHaveLength(3);
    expect(host.own[2]).toMatchObject({ addresses: ['/x'], relay: true });
  });

  test('[N5] two changes within a second both reach members beyond the neighbours', async () => {
    const host = await exchangingNode(world, FOUNDER);
    for (const name of ['bob', 'cy']) host.admit(name);
    const [bob, cy] = [await exchangingNode(world, 'bob'), await exchangingNode(world, 'cy')];
    await connect(world, host.transport, 'bob');
    await connect(world, bob.transport, 'cy');
    host.exchange.tell(['/old'], false);
    await world.clock.pass(1000);
    expect(cy.book.get(FOUNDER)?.addresses).toEqual(['/old']);
    host.exchange.tell(['/new'], false);
    await world.clock.pass(2000);
    expect(cy.book.get(FOUNDER)?.addresses).toEqual(['/new']);
  });

  test('[N5] changes in a row are signed 2.5 seconds apart, and the last one counts', async () => {
    const host = await exchangingNode(world, FOUNDER);
    for (let turn = 1; turn <= 50; turn++) {
      host.exchange.tell([`/${turn}`], false);
      await world.clock.pass(100);
    }
    await world.clock.pass(3000);
    const waits = host.own.slice(1).map(({ time }, index) => time - host.own[index]!.time);
    expect(waits).toEqual([2500, 2500]);
    expect(host.own.at(-1)?.addresses).toEqual(['/50']);
  });

  test('[N6] one left from an earlier run is outbid within three seconds, without an alarm', async () => {
    const host = await exchangingNode(world, FOUNDER);
    host.exchange.tell(['/new'], false);
    const old = record({
      peer: FOUNDER,
      time: world.clock.now() - 1000,
      sequence: world.clock.now() + 5000,
      addresses: ['/old'],
    });
    await world.network.transport('ada').start();
    await tell(host, 'ada', old);
    await world.clock.pass(3000);
    expect(host.copies).toEqual([]);
    expect(host.book.get(FOUNDER)?.addresses).toEqual(['/new']);
    expect(host.book.get(FOUNDER)!.sequence).toBeGreaterThan(old.sequence);
  });

  test('[N6] a copy of the key is noticed, and the two do not outbid each other', async () => {
    const host = await exchangingNode(world, FOUNDER);
    host.exchange.tell(['/mine'], false);
    await world.network.transport('ada').start();
    await connect(world, host.transport, 'ada');
    for (let turn = 1; turn <= 120; turn++) {
      await world.clock.pass(1000);
      const sequence = host.book.get(FOUNDER)!.sequence + 1000;
      await tell(host, 'ada', record({ peer: FOUNDER, sequence, addresses: ['/copy'] }));
    }
    expect(host.copies.length).toBeGreaterThan(0);
    expect(host.own.filter(({ addresses }) => addresses[0] === '/mine').length).toBeLessThanOrEqual(4);
  });

  test('[N6] a copy of the key that starts an hour later is noticed', async () => {
    const host = await exchangingNode(world, FOUNDER);
    host.exchange.tell(['/mine'], false);
    await world.clock.pass(HOUR_MS);
    await world.network.transport('ada').start();
    await tell(host, 'ada', record({ peer: FOUNDER, addresses: ['/copy'] }));
    expect(host.copies).toHaveLength(1);
  });

  test('[N1] [N6] a copy that used up all sequences is noticed, and the node continues without its own record', async () => {
    const host = await exchangingNode(world, FOUNDER);
    host.admit('ada');
    host.exchange.tell(['/mine'], false);
    await world.clock.pass(1000);
    await world.network.transport('ada').start();
    await tell(host, 'ada', record({ peer: FOUNDER, sequence: MAX_SEQUENCE, addresses: ['/copy'] }));
    expect(host.copies).toHaveLength(1);
    host.exchange.tell(['/other'], false);
    await world.clock.pass(3000);
    expect(host.book.get(FOUNDER)?.sequence).toBe(MAX_SEQUENCE);
    expect(await tell(host, 'ada', record({ peer: 'ada' }))).toBe('kept');
  });
});
