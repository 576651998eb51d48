import { expect, test } from 'vitest';
import { defaultSettings } from '../../contract/settings.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import type { AddressState } from './own-addresses.ts';
import { Reachability } from './reachability.ts';
import { readAddress } from './test-internet.ts';

const OUTSIDE = '/ip4/8.8.0.1/tcp/4001';
const LAN = '/ip4/192.168.1.5/tcp/4001';
const RELAYED = '/ip4/9.9.0.1/tcp/4001/p2p/relay/p2p-circuit/p2p/self';

interface Facts {
  announce?: string[];
  listening?: string[];
  observed?: string[];
  relayed?: string[];
  states?: Record<string, AddressState>;
  relay?: boolean;
}

/** A node whose network is as told; it keeps what it said about its addresses. */
function looking(facts: Facts = {}) {
  const clock = new VirtualClock(1_000_000);
  const told: { announced?: unknown; watched?: unknown; exchanged?: unknown; needsRelay?: unknown } = {};
  const heard = new Set<() => void>();
  let looks = 0;
  const onChange = (listener: () => void) => {
    heard.add(listener);
    return () => heard.delete(listener);
  };
  const reachability = new Reachability({
    clock,
    transport: { self: 'self' } as never,
    settings: () => ({
      ...defaultSettings.network,
      announce: facts.announce ?? [],
      relay: facts.relay ?? true,
    }),
    network: {
      onChange,
      read: readAddress,
      listening: () => facts.listening ?? [LAN],
      ports: () => ({ state: 'off', mapped: [], gateway: null }),
      observed: () => facts.observed ?? [],
      relays: () => [{ relay: 'relay', addresses: facts.relayed ?? [] }],
      announce: (addresses: unknown) => (told.announced = addresses),
    } as never,
    dialBack: {
      onOutcome: onChange,
      stateOf: (address: string) => facts.states?.[address] ?? 'untested',
      watch: (addresses: unknown) => (told.watched = addresses),
    } as never,
    exchange: { tell: (...all: unknown[]) => (told.exchanged = all) } as never,
    onLook(needsRelay) {
      looks += 1;
      told.needsRelay = needsRelay;
    },
  });
  return {
    clock,
    reachability,
    told,
    changed: () => heard.forEach((tell) => tell()),
    heard,
    looks: () => looks,
  };
}
/** Whether a node in these surroundings offers to relay, and whether it needs a relay. */
function relays(facts: Facts): unknown[] {
  const { reachability, told } = looking(facts);
  reachability.look();
  return [(told.exchanged as unknown[])[1], told.needsRelay, reachability.isReached()];
}

test('[D4] changes of the network and outcomes of dial-backs are looked at together, until the node stops', async () => {
  const { clock, reachability, changed, heard, looks } = looking();
  reachability.start();
  expect([looks(), heard.size]).toEqual([1, 2]);
  changed();
  await clock.pass(199);
  changed();
  expect(looks()).toBe(1);
  await clock.pass(1);
  expect(looks()).toBe(2);
  await clock.pass(1000);
  changed();
  await clock.pass(200);
  expect(looks()).toBe(3);
  changed();
  reachability.stop();
  await clock.pass(1000);
  expect([looks(), heard.size]).toEqual([3, 0]);
  reachability.soon();
  await clock.pass(200);
  expect(looks()).toBe(4);
});

test('[D4] the addresses that others are told name this node, except where a relay does already', () => {
  const { reachability, told } = looking({ announce: ['8.8.0.1'], relayed: [RELAYED] });
  expect(reachability.own()).toEqual([]);
  reachability.look();
  const addresses = [`${OUTSIDE}/p2p/self`, RELAYED, `${LAN}/p2p/self`];
  expect(told.announced).toEqual(reachability.told());
  expect((told.announced as string[]).toSorted()).toEqual(addresses.toSorted());
  expect((told.exchanged as unknown[])[0]).toEqual(told.announced);
  expect(told.watched).toEqual([OUTSIDE]);
  expect(
    reachability
      .own()
      .map(({ source }) => source)
      .toSorted(),
  ).toEqual(['interface', 'relay', 'setting']);
});

test('a node relays if the internet reaches it, or may, and its settings allow it', () => {
  const listening = [OUTSIDE];
  expect(relays({ listening })).toEqual([true, true, false]);
  expect(relays({ listening, relay: false })).toEqual([false, true, false]);
  expect(relays({ listening, states: { [OUTSIDE]: 'unreachable' } })).toEqual([false, true, false]);
  expect(relays({ listening, states: { [OUTSIDE]: 'reached' } })).toEqual([true, false, true]);
  expect(relays({ listening: [LAN] })).toEqual([false, true, false]);
  expect(relays({ listening: [LAN], states: { [LAN]: 'reached' } })).toEqual([false, true, false]);
});

test('an address through a relay, or one that others only saw, makes no relay', () => {
  expect(relays({ relayed: [RELAYED], states: { [RELAYED]: 'reached' } })).toEqual([false, true, false]);
  expect(relays({ observed: ['8.8.0.1'] })).toEqual([false, true, false]);
  expect(relays({ observed: ['8.8.0.1'], states: { [OUTSIDE]: 'reached' } })).toEqual([true, false, true]);
});
