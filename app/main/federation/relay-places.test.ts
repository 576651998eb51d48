import { beforeEach, expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { silentLogger } from '../kernel/logger.ts';
import { Problem } from '../kernel/errors.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { createTestWorld, personOf, type TestWorld } from '../sim/test-world.ts';
import { federationMigrations } from './index.ts';
import { NodeBook } from './node-book.ts';
import { RelayPlaces } from './relay-places.ts';
import { Internet, type Place } from './test-internet.ts';
import { recordOf } from './test-records.ts';

const MINUTE_MS = 60_000;
const MEMBERS = new Set(
  ['relay-1', 'relay-2', 'relay-3', 'relay-4'].map((name) => toHex(personOf(name).publicKey)),
);
let world: TestWorld;
let place: Place;
let book: NodeBook;
let places: RelayPlaces;
/** The relays that this node asked for a place. */
let asked: string[];
let refusing: Set<string>;
/** Relays that grant places which never appear. */
let granting: Set<string>;

beforeEach(() => {
  world = createTestWorld();
  place = new Internet(world).place('ada');
  book = new NodeBook(openDatabase(':memory:', federationMigrations), world.clock);
  [asked, refusing, granting] = [[], new Set(), new Set()];
  const reserve = async (relay: string) => {
    asked.push(relay);
    await new Promise<void>((resolve) => world.clock.after(20, resolve));
    if (refusing.has(relay)) throw new Problem('relay-refused', 'The relay has no place for this node.');
    if (granting.has(relay)) return;
    const addresses = [`${book.get(relay)!.addresses[0]}/p2p-circuit/p2p/ada`];
    place.around.relays = [...place.around.relays, { relay, addresses }];
  };
  places = new RelayPlaces({
    transport: place.transport,
    network: { ...place.network, reserve },
    book,
    clock: world.clock,
    logger: silentLogger,
    isMember: (key) => MEMBERS.has(toHex(key)),
    reach: async (peer) => !peer.endsWith('4'),
  });
  places.start();
});

const know = (peer: string, host: string, relay = true) =>
  book.put(
    recordOf({
      community: world.community,
      peer,
      time: world.clock.now(),
      relay,
      addresses: [`/ip4/${host}/tcp/1/p2p/${peer}`],
    }),
  );
const held = () => place.around.relays.map(({ relay }) => relay).toSorted();

test('[W2] a node that members outside reached takes no place', async () => {
  know('relay-1', '8.8.0.1');
  places.need(false);
  await world.clock.pass(10 * MINUTE_MS);
  expect(asked).toEqual([]);
});

test('[W2] a node that cannot be dialled takes two places, in different networks where it can', async () => {
  know('relay-1', '8.8.0.1');
  know('relay-2', '8.8.0.2');
  know('relay-3', '9.9.0.1');
  places.need(true);
  await world.clock.pass(10 * MINUTE_MS);
  expect(asked).toHaveLength(2);
  expect(new Set(held())).toContain('relay-3');
});

test('[W2] only members that relay are asked, and never this node itself', async () => {
  know('relay-1', '8.8.0.1', false);
  know('stranger', '8.8.0.2');
  know('ada', '8.8.0.3');
  places.need(true);
  await world.clock.pass(10 * MINUTE_MS);
  expect(asked).toEqual([]);
});

test('[W2] a relay that refuses is not asked again for a minute, and others are asked', async () => {
  know('relay-1', '8.8.0.1');
  know('relay-2', '9.9.0.1');
  refusing.add('relay-1');
  places.need(true);
  await world.clock.pass(50_000);
  expect(asked.toSorted()).toEqual(['relay-1', 'relay-2']);
  await world.clock.pass(5 * MINUTE_MS);
  const again = asked.filter((relay) => relay === 'relay-1').length;
  expect(again).toSatisfy((count: number) => count >= 4 && count <= 7);
});

test('[W2] after a change of the network a relay that refused is asked at once', async () => {
  know('relay-1', '8.8.0.1');
  refusing.add('relay-1');
  places.need(true);
  await world.clock.pass(1000);
  refusing.clear();
  places.again();
  await world.clock.pass(1000);
  expect(held()).toEqual(['relay-1']);
});

test('[W2] a relay that does not answer is not asked for a place', async () => {
  know('relay-4', '8.8.0.1');
  places.need(true);
  await world.clock.pass(MINUTE_MS);
  expect(asked).toEqual([]);
});

test('[W2] a lost place is replaced by another relay, and a new relay is used', async () => {
  know('relay-1', '8.8.0.1');
  places.need(true);
  await world.clock.pass(1000);
  know('relay-2', '9.9.0.1');
  await world.clock.pass(1000);
  expect(held()).toEqual(['relay-1', 'relay-2']);
  know('relay-3', '9.8.0.1');
  refusing.add('relay-1');
  place.around.relays = place.around.relays.filter(({ relay }) => relay !== 'relay-1');
  place.changed();
  await world.clock.pass(1000);
  expect(held()).toEqual(['relay-2', 'relay-3']);
});

test('[W2] after a stop no relay is asked', async () => {
  places.stop();
  know('relay-1', '8.8.0.1');
  places.need(true);
  await world.clock.pass(MINUTE_MS);
  expect(asked).toEqual([]);
});

test('[W2] a relay whose places do not appear is not asked again for a minute', async () => {
  know('relay-1', '8.8.0.1');
  granting.add('relay-1');
  places.need(true);
  await world.clock.pass(55_000);
  expect(asked).toHaveLength(1);
  await world.clock.pass(MINUTE_MS);
  expect(asked).toHaveLength(2);
});
