import { afterEach, expect, test } from 'vitest';
import { MachineClock, VirtualClock } from '../platform/memory/clock.ts';
import { createMemoryNetwork } from '../platform/memory/network.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { ledgerMigrations } from './migrations.ts';
import { TestLedger, type Person } from './test-ledger.ts';
import { startOrdering } from './test-ordering.ts';
import { bellKinds, rung } from './test-timers.ts';

const START_MS = Date.UTC(2030, 0, 1);

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Validators with real ordering in virtual time. */
async function validators(count: number) {
  const time = new VirtualClock(START_MS);
  const network = createMemoryNetwork({ clock: time });
  network.shape({ delayMs: 2 });
  const ledger = new TestLedger({ validators: count });
  const start = async (person: Person) => {
    const db = openDatabase(':memory:', ledgerMigrations);
    const clock = new MachineClock(time);
    const chain = ledger.replica({ db, clock, kinds: bellKinds });
    const { ordering } = await startOrdering(person, { chain, db, clock, network });
    stops.push(() => ordering.stop());
    return { name: person.name, chain, ordering, clock };
  };
  const nodes = [];
  for (const person of ledger.people) nodes.push(await start(person));
  for (const [at, { name }] of nodes.entries()) {
    for (const other of nodes.slice(at + 1)) {
      const dialled = network.transport(name).dial(`/memory/${other.name}`);
      await time.pass(10);
      await dialled;
    }
  }
  return { time, ledger, nodes };
}

type World = Awaited<ReturnType<typeof validators>>;

async function schedule({ ledger, nodes, time }: World, ...afterMs: number[]) {
  const bells = afterMs.map((ms) => [ms, { label: `${ms}` }]);
  const { sealed } = ledger.sign(ledger.founder, 'bell.schedule', { bells }, { nonce: 0 });
  for (const { chain, ordering } of nodes) {
    await chain.submit([sealed]);
    ordering.workPending();
  }
  await time.pass(1000);
}

const heights = ({ nodes }: World) => nodes.map(({ chain }) => chain.base.height);

test.each([1, 4])(
  '[TM6] [K8] a timer runs by itself in an idle community of %i validators, and nothing else happens',
  async (count) => {
    const world = await validators(count);
    await schedule(world, 60_000, 90_000);
    const [{ chain }] = world.nodes as [World['nodes'][number]];
    expect(heights(world)).toEqual(world.nodes.map(() => 1));
    const due = chain.base.time + 60_000;
    await world.time.pass(due - world.time.now() - 1);
    expect(heights(world)).toEqual(world.nodes.map(() => 1));
    await world.time.pass(1500);
    expect(heights(world)).toEqual(world.nodes.map(() => 2));
    for (const node of world.nodes) expect(rung(node.chain.state)).toEqual([['60000', 2]]);
    expect(chain.base.time - due).toBeLessThan(1500);
    await world.time.pass(600_000);
    for (const node of world.nodes) {
      expect(rung(node.chain.state)).toEqual([
        ['60000', 2],
        ['90000', 3],
      ]);
    }
    expect(heights(world)).toEqual(world.nodes.map(() => 3));
  },
);

test('[TM6] a clock that is set forward runs a timer within seconds', async () => {
  const world = await validators(1);
  await schedule(world, 3_600_000);
  const [{ clock, chain }] = world.nodes as [World['nodes'][number]];
  clock.offsetMs += 3_600_000;
  await world.time.pass(11_000);
  expect(rung(chain.state)).toEqual([['3600000', 2]]);
});
