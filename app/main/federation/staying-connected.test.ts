import { expect, test } from 'vitest';
import type { FederationView } from '../../contract/federation.ts';
import type { Transport } from '../log/transport.ts';
import { createTestWorld, FOUNDER } from '../sim/test-world.ts';
import { federated } from './test-federation.ts';

async function pair() {
  const world = createTestWorld();
  const host = await federated(world, FOUNDER);
  host.admit('ada');
  const ada = await federated(world, 'ada');
  const dialled = ada.federation.dial(`/memory/${FOUNDER}`);
  await world.clock.pass(1000);
  await dialled;
  return { world, host, ada };
}
const dialsOf = (transport: Transport, now: () => number): number[] => {
  const at: number[] = [];
  const dial = transport.dial.bind(transport);
  transport.dial = (address, signal) => {
    at.push(now());
    return dial(address, signal);
  };
  return at;
};

test('[P1] a lost peer is back within seconds', async () => {
  const { world, ada } = await pair();
  world.network.cut('ada', FOUNDER);
  await world.clock.pass(0);
  expect(ada.transport.peers()).toEqual([]);
  await world.clock.pass(1500);
  expect(ada.transport.peers()).toHaveLength(1);
});

test('[P1] waits double up to five minutes while a peer stays away', async () => {
  const { world, host, ada } = await pair();
  host.federation.stop();
  const dials = dialsOf(ada.transport, () => world.clock.now());
  await host.transport.stop();
  await world.clock.pass(3_600_000);
  const waits = dials.slice(1).map((at, index) => at - dials[index]!);
  expect(waits[0]).toBeLessThanOrEqual(1000);
  expect(waits.at(-1)).toBeGreaterThanOrEqual(150_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(300_000);
  expect(dials.length).toBeLessThan(35);
});

test('[P4] after a sleep all peers are dialled at once', async () => {
  const { world, host, ada } = await pair();
  host.federation.stop();
  await host.transport.stop();
  await world.clock.pass(3_600_000);
  await host.transport.start();
  const asleep = world.clock.now();
  ada.federation.suspended();
  await world.clock.pass(60_000);
  expect(ada.transport.peers()).toEqual([]);
  await ada.federation.resumed();
  await world.clock.pass(100);
  expect(ada.transport.peers()).toHaveLength(1);
  expect(world.clock.now() - asleep).toBeLessThan(65_000);
});

test('[P2] known peers are dialled at the next start', async () => {
  const { world, host, ada } = await pair();
  host.federation.stop();
  ada.federation.stop();
  await ada.transport.disconnect(FOUNDER);
  await world.clock.pass(10_000);
  expect(ada.transport.peers()).toEqual([]);
  const again = ada.make(ada.transport);
  again.start();
  await world.clock.pass(100);
  expect(ada.transport.peers()).toHaveLength(1);
});

test('a peer that a person disconnected is not dialled again', async () => {
  const { world, host, ada } = await pair();
  host.federation.stop();
  await ada.federation.disconnect(FOUNDER);
  await world.clock.pass(600_000);
  expect(ada.transport.peers()).toEqual([]);
});

test('watchers get the view at once, then changes at most twice a second', async () => {
  const { world, host } = await pair();
  const views: FederationView[] = [];
  const stop = host.federation.watch((view) => views.push(view));
  world.network.cut('ada', FOUNDER);
  await world.clock.pass(5000);
  stop();
  const told = views.length;
  expect(views[0]!.peers).toHaveLength(1);
  expect(views[1]!.peers).toEqual([]);
  expect(views.at(-1)!.peers).toHaveLength(1);
  expect(told).toBeLessThanOrEqual(10);
  await world.clock.pass(5000);
  expect(views).toHaveLength(told);
});
