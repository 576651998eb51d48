import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import type { Chain } from '../chain/chain.ts';
import type { LedgerEvent } from './events.ts';
import { timerKindsOf, type EventPlace, type LedgerProjection } from './kinds.ts';
import type { Parameters } from './genesis.ts';
import { ledgerMigrations } from '../migrations.ts';
import { Prover } from '../chain/prover.ts';
import { openManifest } from '../chain/snapshot.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import { trustIn } from '../proofs/proof.ts';
import { TestLedger } from '../test-ledger.ts';
import { bellKinds, bellRing, rung } from '../test-timers.ts';
import { baseKinds } from './transactions/index.ts';
import { StateOverlay } from '../types/state.ts';
import { Overlay } from './state-store.ts';
import { MAX_TIMERS_PER_BLOCK, nextDue, scheduleTimer } from './timers.ts';

type Told = readonly [LedgerEvent, EventPlace];

function world(parameters: Partial<Parameters> = {}) {
  const told: Told[] = [];
  const projection: LedgerProjection = {
    apply: (event, place) => void told.push([event, place]),
    clear: () => void told.splice(0),
    restore() {},
  };
  const ledger = new TestLedger({ parameters, chain: { kinds: bellKinds, projections: [projection] } });
  return { ledger, told };
}

type Bell = readonly [afterMs: number, ring: { label: string; [field: string]: unknown }];

async function schedule(ledger: TestLedger, ...bells: Bell[]): Promise<string[]> {
  await ledger.act(ledger.founder, 'bell.schedule', { bells });
  const entries = ledger.chain.entriesUnder('timer/');
  return entries.map(({ key }) => key);
}

const labels = (chain: Chain) => rung(chain.state).map(([label]) => label);
const names = (told: readonly Told[]) => told.map(([{ name }]) => name);

describe('a timer', () => {
  test('[TM1] is an entry of the state until it has run, and no ledger without timers has one', async () => {
    const { ledger } = world();
    await ledger.block([], true);
    expect(ledger.chain.state.get('ledger/timers')).toBeNull();
    const [key] = await schedule(ledger, [5000, { label: 'a' }]);
    const due = ledger.chain.base.time + 5000;
    expect(key).toBe(`timer/${String(due).padStart(16, '0')}/0000000000000000`);
    expect(ledger.chain.nextDue).toBe(due);
    const before = ledger.chain.base.stateRoot;
    await ledger.clock.pass(5000);
    await ledger.block();
    expect(ledger.chain.entriesUnder('timer/')).toEqual([]);
    expect([ledger.chain.nextDue, labels(ledger.chain)]).toEqual([null, ['a']]);
    expect(toHex(ledger.chain.base.stateRoot)).not.toBe(toHex(before));
  });

  test('[TM2] that is due too early, too large or of a wrong body is refused', async () => {
    const { ledger } = world();
    const refusal = (...bells: Bell[]) => ledger.refusal(ledger.founder, 'bell.schedule', { bells });
    expect(await refusal([0, { label: 'now' }])).toBe('bad-due');
    expect(await refusal([-1, { label: 'before' }])).toBe('bad-due');
    expect(await refusal([Number.MAX_SAFE_INTEGER, { label: 'never' }])).toBe('bad-due');
    expect(await refusal([1, { label: 'x'.repeat(5000) }])).toBe('timer-too-large');
    expect(await refusal([1, { label: 'next' }])).toBeNull();
    const call = {
      timers: timerKindsOf(bellKinds),
      state: new StateOverlay(ledger.chain.state),
      block: { community: ledger.origin.id, epoch: 0, height: 1, time: 1, version: 1 },
    };
    expect(() => scheduleTimer(call, bellRing, { label: 7 } as never, 2)).toThrow('fields');
    const undeclared = { ...call, timers: timerKindsOf(baseKinds) };
    expect(() => scheduleTimer(undeclared, bellRing, { label: '' }, 2)).toThrow('does not know timers');
  });

  test('[TM2] is refused while as many as allowed wait', async () => {
    const { ledger } = world();
    const state = new StateOverlay(ledger.chain.state);
    const block = { community: ledger.origin.id, epoch: 0, height: 1, time: 1, version: 1 };
    const call = { state, block, timers: timerKindsOf(bellKinds) };
    for (let n = 0; n < 100_000; n++) scheduleTimer(call, bellRing, { label: '' }, 2 + n);
    expect(() => scheduleTimer(call, bellRing, { label: '' }, 2)).toThrow('More than 100000');
  });

  test('[TM3] runs before the transactions of its block, whose time is at or after its due time', async () => {
    const { ledger, told } = world();
    await schedule(ledger, [100, { label: 'deadline' }]);
    await ledger.clock.pass(89);
    expect(await ledger.block([], true)).toMatchObject({ transactions: [] });
    expect(labels(ledger.chain)).toEqual([]);
    await ledger.submit(ledger.sign(ledger.founder, 'handle.register', { handle: 'Late' }));
    const block = await ledger.block();
    expect(block.transactions.length).toBe(1);
    expect(names(told)).toEqual(['bell.scheduled', 'bell.rung', 'handle.registered']);
    expect(told[1]![1]).toMatchObject({ cause: 'timer', height: 3, index: 0, time: block.header.time });
  });

  test('[TM3] of the same due time run in the order in which they were scheduled', async () => {
    const { ledger } = world();
    await schedule(ledger, [50, { label: 'b' }], [40, { label: 'a' }], [50, { label: 'c' }]);
    // The second block is 10 ms later than the first, so “d” is due together with “b” and “c”.
    await schedule(ledger, [40, { label: 'd' }]);
    await ledger.clock.pass(100);
    await ledger.block();
    expect(labels(ledger.chain)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('[TM3] a block runs 256 of them at most, and the next block the rest', async () => {
    const { ledger } = world();
    const bells = Array.from({ length: 300 }, (_, n): Bell => [1 + (n % 7), { label: `${n}` }]);
    await schedule(ledger, ...bells);
    await ledger.clock.pass(100);
    await ledger.block();
    expect(labels(ledger.chain).length).toBe(MAX_TIMERS_PER_BLOCK);
    expect(ledger.chain.nextDue).toBeLessThan(ledger.clock.now());
    await ledger.block();
    expect(new Set(labels(ledger.chain)).size).toBe(300);
    await expect(ledger.block()).rejects.toThrow('nothing waits');
  });

  test('[TM4] that fails leaves no trace but an event, and runs once', async () => {
    const { ledger, told } = world();
    const [timer] = await schedule(ledger, [1, { label: 'a', fails: true }], [2, { label: 'b' }]);
    await ledger.clock.pass(10);
    await ledger.block();
    expect(labels(ledger.chain)).toEqual(['b']);
    expect(told[1]![0]).toEqual({
      name: 'timer.failed',
      facts: { timer, kind: 'bell.ring', code: 'no-role' },
    });
    await ledger.block([], true);
    expect(labels(ledger.chain)).toEqual(['b']);
    expect(ledger.chain.nextDue).toBeNull();
  });

  test('[TM4] of an unknown kind is dropped with an event', async () => {
    const { ledger, told } = world();
    await schedule(ledger, [1, { label: 'a' }]);
    const db = openDatabase(':memory:', ledgerMigrations);
    const replica = ledger.replica({ db, kinds: bellKinds });
    await replica.finalise((await ledger.chain.run(1))!);
    const older = ledger.replica({ db, kinds: baseKinds });
    await ledger.clock.pass(10);
    const { base, set } = older;
    const time = ledger.clock.now();
    const template = { community: ledger.origin.id, epoch: set.epoch, slot: 9, height: 2, parent: base.hash };
    const draft = await older.propose({ ...template, time, proposer: 0 }, base, false);
    expect(draft).not.toBeNull();
    // A node that knows the kind does not accept this result.
    expect(toHex(draft!.stateRoot)).not.toBe(toHex((await ledger.block()).header.stateRoot));
    expect(names(told)).toEqual(['bell.scheduled', 'bell.rung']);
  });

  test('[TM5] can be cancelled by a transaction, or by a timer of the same block', async () => {
    const { ledger, told } = world();
    const [first] = await schedule(ledger, [50, { label: 'a' }]);
    await ledger.act(ledger.founder, 'bell.cancel', { timer: first! });
    await ledger.act(ledger.founder, 'bell.cancel', { timer: first! });
    await ledger.act(ledger.founder, 'bell.cancel', { timer: 'account/x' });
    expect(told.slice(1).map(([{ facts }]) => facts['waited'])).toEqual([true, false, false]);
    const [second] = await schedule(ledger, [60, { label: 'b' }]);
    await schedule(ledger, [20, { label: 'c', cancels: second! }]);
    await ledger.clock.pass(100);
    await ledger.block();
    expect(labels(ledger.chain)).toEqual(['c']);
    expect(ledger.chain.nextDue).toBeNull();
  });

  test('[TM2] may schedule another, which does not run in the same block', async () => {
    const { ledger } = world();
    await schedule(ledger, [1, { label: 'tick', again: 1 }]);
    await ledger.clock.pass(100);
    await ledger.block();
    expect(labels(ledger.chain)).toEqual(['tick']);
    await ledger.block();
    expect(labels(ledger.chain)).toEqual(['tick', 'tick']);
  });
});

test('[Q6] [TM1] a node that starts from a snapshot runs the timers that wait in it', async () => {
  const { ledger } = world({ snapshotInterval: 2 });
  await schedule(ledger, [500, { label: 'a' }], [900, { label: 'b' }]);
  await ledger.block([], true);
  const { store, snapshots } = ledger.chain;
  const manifest = new Prover(ledger.origin.id, store).manifest(2, snapshots.cut(2)!);
  const snapshot = openManifest(manifest, trustIn(ledger.origin, memoryBls), memoryBls);
  const parts = snapshot.cut.slots.map((_, part) => snapshots.part(2, part)!);
  const late = ledger.replica({ kinds: bellKinds });
  late.begin({ snapshot, parts });
  expect(late.nextDue).toBe(ledger.chain.nextDue);
  await ledger.clock.pass(500);
  await ledger.block([late]);
  expect([labels(late), late.nextDue]).toEqual([['a'], ledger.chain.nextDue]);
});

test('[E8] [TM1] [TM3] a replay and a replica of a ledger with timers agree on every root', async () => {
  const { ledger, told } = world();
  const replica = ledger.replica({ kinds: bellKinds });
  for (let n = 0; n < 6; n++) {
    const bells = [[15 + 7 * n, { label: `${n}`, again: 20 }]];
    await ledger.submit(ledger.sign(ledger.founder, 'bell.schedule', { bells }));
    await ledger.block([replica]);
  }
  await ledger.block([replica], true);
  expect(labels(ledger.chain).length).toBeGreaterThan(3);
  expect(toHex(replica.base.stateRoot)).toBe(toHex(ledger.chain.base.stateRoot));
  const before = [...told];
  ledger.chain.replay();
  expect(told).toEqual(before);
  expect(ledger.chain.nextDue).toBe(replica.nextDue);
});

test('[TM3] whatever is scheduled and cancelled, timers run once, in order, not early', async () => {
  const step = fc.record({
    passMs: fc.integer({ min: 0, max: 60 }),
    after: fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 4 }),
    cancel: fc.option(fc.nat()),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { ledger } = world();
      /** By key: when it is due. */
      const model = new Map<string, number>();
      let expected: string[] = [];
      const blockWith = async (kind: string | null, body: object) => {
        if (kind) await ledger.submit(ledger.sign(ledger.founder, kind, body));
        const { header } = await ledger.block([], true);
        const due = [...model].filter(([, at]) => at <= header.time).map(([key]) => key);
        expected = [...expected, ...due.sort()];
        for (const key of due) model.delete(key);
        return header.time;
      };
      let made = 0;
      for (const { passMs, after, cancel } of steps) {
        await ledger.clock.pass(passMs);
        const waiting = [...model.keys()];
        const chosen = cancel === null ? undefined : waiting[cancel % waiting.length];
        if (chosen !== undefined) {
          await blockWith('bell.cancel', { timer: chosen });
          model.delete(chosen);
        }
        const numbered = after.map((ms) => [ms, made++] as const);
        const bells = numbered.map(([ms, n]) => [ms, { label: String(n).padStart(16, '0') }]);
        const time = await blockWith('bell.schedule', { bells });
        for (const [ms, n] of numbered) {
          model.set(`timer/${String(time + ms).padStart(16, '0')}/${String(n).padStart(16, '0')}`, time + ms);
        }
      }
      await ledger.clock.pass(200);
      await blockWith(null, {});
      expect(labels(ledger.chain)).toEqual(expected.map((key) => key.slice(-16)));
      expect(ledger.chain.nextDue).toBeNull();
    }),
    { numRuns: 40 },
  );
});

test('[TM3] the due timers above the final state are those of the whole state', () => {
  const { ledger } = world();
  const key = fc.nat({ max: 30 }).map((n) => `timer/${n}`);
  fc.assert(
    fc.property(fc.array(fc.dictionary(key, fc.boolean()), { maxLength: 4 }), fc.nat(12), (layers, limit) => {
      let state: Chain['state'] = ledger.chain.state;
      const all = new Set<string>();
      for (const layer of layers) {
        const changes = Object.entries(layer).map(
          ([at, put]) => [at, put ? Uint8Array.of(1) : null] as const,
        );
        state = new Overlay(state, new Map(changes));
        for (const [at, value] of changes) value ? all.add(at) : all.delete(at);
      }
      const listed = state.keysBetween('timer/1', 'timer/3', limit);
      const meant = [...all].filter((at) => at >= 'timer/1' && at < 'timer/3');
      expect(listed).toEqual(meant.sort().slice(0, limit));
      expect(nextDue(state)).toBeNull();
    }),
  );
});
