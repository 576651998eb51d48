import { expect, test } from 'vitest';
import { toHex, utf8 } from '../kernel/bytes.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { createTestWorld, FOUNDER } from '../sim/test-world.ts';
import { decodeTags, encodeTags } from './shared/common-communities.ts';
import { federated } from './test-federation.ts';

/** The founder and ada, who dialled them and is known to them. */
async function pair() {
  const world = createTestWorld();
  const host = await federated(world, FOUNDER);
  host.admit('ada');
  const ada = await federated(world, 'ada');
  const dialled = ada.federation.dial(`/memory/${FOUNDER}`);
  await world.clock.pass(5000);
  await dialled;
  return { world, host, ada };
}

test('the view shows each peer with node, member and connection, and what was refused', async () => {
  const { world, host, ada } = await pair();
  await host.log.admit([{ bytes: utf8('no event'), signature: null }], 'live');
  const view = host.federation.view();
  expect(view.peers).toMatchObject([
    { peerId: 'ada', name: 'ada’s node', handle: 'ada', direction: 'inbound', sync: null },
  ]);
  expect(view.refusals).toEqual([{ code: expect.any(String) as string, verdict: 'reject', count: 1 }]);
  expect([view.known, ada.federation.view().known]).toEqual([1, 1]);
  expect(view.doctor).toEqual(host.federation.diagnose());
  expect(host.federation.reachability()).toEqual(view.doctor.reachability);
  expect(host.federation.memberPeers()).toEqual([{ peer: 'ada', publicKey: ada.signer.publicKey }]);
  expect(host.transport.ownerOf('ada')).toBe(toHex(ada.signer.publicKey));
  expect(host.federation.reaches().map(({ reach }) => reach)).toEqual(['machine', 'network', 'internet']);
  const stranger = world.network.transport('stranger');
  await stranger.start();
  void stranger.dial(`/memory/${FOUNDER}`);
  await world.clock.pass(1000);
  expect(host.transport.ownerOf('stranger')).toBeNull();
  const shown = host.federation.view().peers.find(({ peerId }) => peerId === 'stranger');
  expect(shown).toMatchObject({ name: null, handle: null });
  expect(host.federation.memberPeers()).toHaveLength(1);
});

test('events spread while both run; a node that stopped gives and gets nothing, and catches up after it', async () => {
  const { world, host, ada } = await pair();
  ada.federation.start();
  host.write('one');
  await world.clock.pass(100);
  expect(ada.texts).toEqual(['one']);
  const seen: number[] = [];
  const stopWatching = ada.federation.watch(({ peers }) => seen.push(peers.length));
  expect(seen).toEqual([1]);
  ada.federation.stop();
  host.write('two');
  world.network.cut('ada', FOUNDER);
  await world.clock.pass(200_000);
  expect([ada.texts, seen]).toEqual([['one'], [1]]);
  stopWatching();
  ada.federation.start();
  await world.clock.pass(10_000);
  expect(ada.texts.toSorted()).toEqual(['one', 'two']);
  expect(seen).toEqual([1]);
});

test('who watches hears of a lost peer within a second, and whoever stopped watching does not', async () => {
  const { world, host } = await pair();
  const heard: Record<'first' | 'second', number[]> = { first: [], second: [] };
  const stop = host.federation.watch(({ peers }) => heard.first.push(peers.length));
  host.federation.watch(({ peers }) => heard.second.push(peers.length));
  stop();
  world.network.cut('ada', FOUNDER);
  await world.clock.pass(600);
  expect([heard.first, heard.second[0], heard.second[1]]).toEqual([[1], 1, 0]);
});

test('catch-up can be asked for at once, and is done when nothing is missing', async () => {
  const { world, host, ada } = await pair();
  expect(ada.federation.syncProgress()).toBeNull();
  const live = ada.transport.publish.bind(ada.transport);
  ada.transport.publish = () => Promise.resolve(0);
  ada.write('unheard');
  ada.transport.publish = live;
  host.federation.syncNow();
  await world.clock.pass(500);
  expect(host.texts).toEqual(['unheard']);
  expect(host.federation.syncProgress()).toBeNull();
});

test('invites are listed until they are revoked, and a peer is disconnected by its id', async () => {
  const { world, host } = await pair();
  const wish = { role: 'member', hours: 1, uses: 2 } as const;
  expect(() => host.federation.invite({ ...wish, reach: 'machine' })).toThrow(
    expect.objectContaining({ code: 'not-reachable', message: 'This node does not listen.' }) as Error,
  );
  const { invite, addresses } = host.federation.invite({ ...wish, reach: 'internet' });
  expect(addresses).toEqual([`/memory/${FOUNDER}`]);
  expect(host.federation.invites()).toMatchObject([{ id: invite.id, usesLeft: 2, usedBy: [] }]);
  host.federation.revokeInvite(invite.id);
  expect(host.federation.invites()).toMatchObject([{ usesLeft: 0 }]);
  expect(() => host.federation.revokeInvite('ab')).toThrow(
    expect.objectContaining({ code: 'invite-unknown' }) as Error,
  );
  await host.federation.disconnect('ada');
  await world.clock.pass(100);
  expect(host.federation.view().peers).toEqual([]);
});

test('[FC3] tags of communities are read as they were written, and a list of another form is refused', () => {
  const ids = [1, 2, 3].map((n) => ({ id: new Uint8Array(32).fill(n), isNeeded: n === 1 }));
  const message = encodeTags(ids, 'a', 'b');
  const { needed, others } = decodeTags(message);
  expect([needed.size, others.size]).toEqual([1, 2]);
  expect(decodeTags(encodeTags([], 'a', 'b'))).toEqual({ needed: new Set(), others: new Set() });
  const none = new Uint8Array(0);
  for (const odd of [
    7,
    [1, none],
    [1, none, none, none],
    [2, none, none],
    [1, 'x', none],
    [1, none, new Uint8Array(3)],
    [1, new Uint8Array(16 * 10_000), none],
  ]) {
    expect(() => decodeTags(encodeCanonical(odd))).toThrow(
      expect.objectContaining({ code: 'bad-communities' }) as Error,
    );
  }
  expect(() => decodeTags(utf8('x'))).toThrow(expect.objectContaining({ code: 'bad-communities' }) as Error);
});
