import { afterEach, expect, test } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import { ledgerMigrations } from '../migrations.ts';
import { MIN_NOTICE_BLOCKS } from '../state/protocol.ts';
import { growTo, notes, releases, scheduleOf, scheduleSoon } from '../test-versions.ts';
import { LEDGER_PROTOCOL } from './consensus-wire.ts';
import { TestWorld, type TestNode } from './test-world.ts';

let world: TestWorld;
afterEach(() => world.stop());

const emptyDatabase = () => openDatabase(':memory:', ledgerMigrations);

/** The first block of version 2, which the first block schedules. */
const HEIGHT = 1 + MIN_NOTICE_BLOCKS;

/** Validators of two releases, with the databases of their chains. */
async function validators(newer: number, older: number) {
  world = new TestWorld(newer + older, releases.new);
  const dbs = world.ledger.people.map(() => emptyDatabase());
  const nodes: TestNode[] = [];
  for (const [at, person] of world.ledger.people.entries()) {
    nodes.push(await world.join(person, { release: at < newer ? releases.new : releases.old, db: dbs[at]! }));
  }
  await world.time.pass(100);
  return { nodes, dbs };
}

let nonce = 0;
/** Orders one transaction after another, each in a block of its own. */
async function order(count: number, kind = 'note.add', body: object = { text: 'a' }): Promise<void> {
  const { ledger } = world;
  for (let one = 0; one < count; one++) {
    await world.order(ledger.sign(ledger.founder, kind, body, { nonce: nonce++ }).sealed);
    // Time enough for the slot of a validator that is absent.
    await world.time.pass(10_000);
  }
}

/** Schedules version 2 in the first block, and orders further blocks up to a height. */
async function upTo(height: number): Promise<void> {
  nonce = 0;
  const next = { version: 2, height: HEIGHT };
  await order(1, 'protocol.schedule', scheduleOf(world.ledger, next));
  await order(height - 1);
}

test('[PV6] a validator that is too old follows up to the activation and stops, and nobody is accused', async () => {
  const { nodes } = await validators(3, 1);
  await upTo(HEIGHT - 1);
  expect(world.heights()).toEqual([16, 16, 16, 16]);
  const old = nodes[3]!;
  expect(nodes.map(({ consensus }) => consensus.view().halted)).toEqual([null, null, null, 'outdated']);
  await order(3);
  await world.time.pass(120_000);
  expect(world.heights()).toEqual([19, 19, 19, 16]);
  expect([old.chain.outdated, old.chain.halt]).toEqual([true, null]);
  expect(world.nodes.flatMap(({ accused }) => accused)).toEqual([]);
  // It signs nothing from the activation on.
  const { store } = nodes[0]!.chain;
  const signersAt = (height: number) =>
    store.signaturesOf(store.header(height)!.hash).map(({ voter }) => voter);
  const place = old.consensus.view().me!;
  expect(signersAt(HEIGHT - 2)).toContain(place);
  for (const height of [HEIGHT, HEIGHT + 1, HEIGHT + 2]) expect(signersAt(height)).not.toContain(place);
  expect(notes(old.chain.state).length).toBe(15);
  expect(notes(nodes[0]!.chain.state).at(-1)).toEqual(['A', 19]);
});

test('[PV6] a node that is too old takes no transactions and no gossip, but answers requests for its blocks', async () => {
  const { nodes } = await validators(3, 1);
  await upTo(HEIGHT + 1);
  const old = nodes[3]!;
  const { ledger } = world;
  const waiting = ledger.sign(ledger.founder, 'note.add', { text: 'b' }, { nonce });
  expect(await old.chain.submit([waiting.sealed])).toMatchObject([
    { verdict: 'ignore', code: 'ledger-outdated' },
  ]);
  expect(await old.consensus.judge(new Uint8Array(3), 'x')).toEqual({ verdict: 'ignore', code: 'outdated' });
  const late = ledger.person('late');
  world.nodes = [old];
  const follower = await world.join(late, { signs: false, release: releases.new });
  await world.time.pass(15_000);
  expect(follower.chain.base.height).toBe(HEIGHT - 1);
  world.nodes = [...nodes, follower];
});

test('[PV6] a node that is too old asks nobody for blocks', async () => {
  const { nodes } = await validators(3, 1);
  await upTo(HEIGHT + 1);
  const asked: string[] = [];
  const listener = world.network.transport('listener');
  listener.handle(LEDGER_PROTOCOL, async (channel) => {
    asked.push(channel.peer);
    await channel.close();
  });
  await listener.start();
  for (const { name } of nodes) {
    const dialled = listener.dial(`/memory/${name}`);
    await world.time.pass(10);
    await dialled;
  }
  await world.time.pass(60_000);
  expect([...new Set(asked)].toSorted()).toEqual(nodes.slice(0, 3).map(({ name }) => name));
});

test('[PV9] a validator that was too old continues after its update, with all blocks', async () => {
  const { nodes, dbs } = await validators(3, 1);
  await upTo(HEIGHT + 3);
  const old = nodes[3]!;
  await old.consensus.stop();
  world.network.crash(old.name);
  world.nodes = nodes.slice(0, 3);
  const updated = await world.join(world.ledger.people[3]!, { release: releases.new, db: dbs[3]! });
  await world.time.pass(15_000);
  expect(world.heights()).toEqual([20, 20, 20, 20]);
  expect(toHex(updated.chain.base.stateRoot)).toBe(toHex(nodes[0]!.chain.base.stateRoot));
  expect([updated.chain.outdated, updated.consensus.view().halted]).toEqual([false, null]);
});

test('[PV6] a node that starts again while it is too old stays stopped', async () => {
  const { nodes, dbs } = await validators(3, 1);
  await upTo(HEIGHT + 1);
  await nodes[3]!.consensus.stop();
  world.network.crash(nodes[3]!.name);
  world.nodes = nodes.slice(0, 3);
  const again = await world.join(world.ledger.people[3]!, { release: releases.old, db: dbs[3]! });
  again.consensus.work(true);
  await order(2);
  await world.time.pass(15_000);
  expect(world.heights()).toEqual([20, 20, 20, 16]);
  expect(again.consensus.view().halted).toBe('outdated');
});

test('[PV6] [PV9] without a quorum that knows the version, nothing is final until enough are updated', async () => {
  const { nodes, dbs } = await validators(2, 2);
  await upTo(HEIGHT + 1);
  await world.time.pass(60_000);
  expect(world.heights()).toEqual([16, 16, 16, 16]);
  await nodes[3]!.consensus.stop();
  world.network.crash(nodes[3]!.name);
  world.nodes = nodes.slice(0, 3);
  await world.join(world.ledger.people[3]!, { release: releases.new, db: dbs[3]! });
  await world.time.pass(120_000);
  expect(world.heights()).toEqual([17, 17, 16, 17]);
  expect(notes(nodes[0]!.chain.state).slice(-2)).toEqual([
    ['A', HEIGHT],
    ['A', HEIGHT],
  ]);
});

test('[PV4] a schedule that is cancelled in time stops nobody', async () => {
  const { nodes } = await validators(3, 1);
  await upTo(HEIGHT - 3);
  const { ledger } = world;
  // The ledger beside the nodes learns of the schedule, so that it counts the change.
  for (let height = 1; height < HEIGHT - 2; height++) {
    await ledger.chain.finalise((await nodes[0]!.chain.run(height))!);
  }
  await order(1, 'protocol.schedule', scheduleOf(ledger, null));
  await order(5);
  expect(world.heights()).toEqual([20, 20, 20, 20]);
  expect(nodes[3]!.consensus.view().halted).toBeNull();
});

test('[PV7] a node that is too old stops at the right block if only a later one has a certificate', async () => {
  world = new TestWorld(4, releases.new);
  const { ledger } = world;
  const height = await scheduleSoon(ledger);
  await growTo(ledger, height + 2);
  const run = async (at: number) => (await ledger.chain.run(at))!;
  // A peer that knows the last three blocks by one certificate.
  const db = emptyDatabase();
  const peer = ledger.replica({ ...releases.new, db });
  for (let at = 1; at < height - 1; at++) await peer.finalise(await run(at));
  const runs = [await run(height - 1), await run(height), await run(height + 1)];
  await peer.finalise({ ...runs[2]!, blocks: runs.flatMap(({ blocks }) => blocks) });
  await world.join(ledger.person('peer'), { signs: false, release: releases.new, db });
  const old = await world.join(ledger.person('old'), { signs: false, release: releases.old });
  await world.time.pass(30_000);
  expect(world.heights()).toEqual([height + 1, height - 1]);
  expect([old.consensus.view().halted, old.chain.halt]).toEqual(['outdated', null]);
  expect(old.consensus.view().height).toBe(height - 1);
});
