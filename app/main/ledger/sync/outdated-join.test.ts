import { afterEach, expect, test } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import { MachineClock, VirtualClock } from '../../platform/memory/clock.ts';
import { createMemoryNetwork } from '../../platform/memory/network.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { Ordering } from '../ordering.ts';
import { TestLedger } from '../test-ledger.ts';
import { startOrdering } from '../test-ordering.ts';
import { growTo, releases, scheduleSoon } from '../test-versions.ts';

const orderings: Ordering[] = [];
afterEach(async () => {
  for (const ordering of orderings.splice(0)) await ordering.stop();
});

const emptyDatabase = () => openDatabase(':memory:', ledgerMigrations);

/** A ledger far above the first block of version 2, and a network for its followers. */
async function world() {
  const time = new VirtualClock(Date.UTC(2030, 0, 1));
  const network = createMemoryNetwork({ clock: time });
  const ledger = new TestLedger({ parameters: { snapshotInterval: 10 }, chain: releases.new });
  const height = await scheduleSoon(ledger);
  await growTo(ledger, height + 25);
  const follower = async (name: string, release: (typeof releases)['old' | 'new'], db = emptyDatabase()) => {
    const clock = new MachineClock(time);
    const chain = ledger.replica({ ...release, db, clock });
    const person = ledger.person(name);
    const { ordering, transport } = await startOrdering(person, { chain, db, clock, network, farBlocks: 10 });
    orderings.push(ordering);
    return { name, chain, ordering, db, transport };
  };
  const dial = async (from: string, to: string) => {
    const dialled = network.transport(from).dial(`/memory/${to}`);
    await time.pass(10);
    await dialled;
  };
  const db = emptyDatabase();
  const full = ledger.replica({ ...releases.new, db });
  while (full.base.height < ledger.chain.base.height) {
    await full.finalise((await ledger.chain.run(full.base.height + 1))!);
  }
  const peer = await follower('peer', releases.new, db);
  return { time, network, ledger, height, follower, dial, peer };
}

test('[PV8] [PV9] an old node that is far behind takes blocks up to the new version, and a snapshot after its update', async () => {
  const { time, network, ledger, height, follower, dial, peer } = await world();
  const old = await follower('late', releases.old);
  await dial('late', 'peer');
  await time.pass(120_000);
  expect([old.chain.base.height, old.ordering.halted]).toEqual([height - 1, 'outdated']);
  expect([old.ordering.joining, old.ordering.absent(0), old.chain.halt]).toEqual([null, null, null]);
  expect(old.chain.store.lowest()).toBe(1);
  await old.ordering.stop();
  network.crash('late');

  const updated = await follower('late', releases.new, old.db);
  await dial('late', 'peer');
  await time.pass(1000);
  expect([updated.chain.base.height, updated.ordering.halted]).toEqual([peer.chain.base.height, null]);
  expect(toHex(updated.chain.base.stateRoot)).toBe(toHex(ledger.chain.base.stateRoot));
  // It began with a snapshot, so the blocks between come afterwards.
  expect(updated.chain.snapshots.heights()[0]).toBe(40);
  await time.pass(60_000);
  expect(updated.chain.store.lowest()).toBe(1);
});
