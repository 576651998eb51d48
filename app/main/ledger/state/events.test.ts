import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeCanonical } from '../../kernel/canonical.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { toHex } from '../../kernel/bytes.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import {
  ledgerEvents,
  timerFailed,
  type EventPlace,
  type LedgerEvent,
  type LedgerProjection,
} from '../index.ts';
import { ledgerMigrations } from '../migrations.ts';
import { TestLedger } from '../test-ledger.ts';
import { bellKinds } from '../test-timers.ts';
import { ledgerEvent } from './events.ts';

type Told = readonly [event: LedgerEvent, place: EventPlace];

/** A projection that records events with their places. */
function recording() {
  const told: Told[] = [];
  const projection: LedgerProjection = {
    apply: (event, place) => void told.push([event, place]),
    clear: () => void told.splice(0),
    restore: () => {},
  };
  return { told, projection };
}

const names = (told: readonly Told[]) => told.map(([{ name }]) => name);

test('[EV1] a kind of event makes events and recognises its own', () => {
  const closed = ledgerEvent<{ poll: Uint8Array; votes: number }>('poll.closed');
  const event: LedgerEvent = closed.of({ poll: Uint8Array.of(1), votes: 3 });
  expect(event).toEqual({ name: 'poll.closed', facts: { poll: Uint8Array.of(1), votes: 3 } });
  expect(closed.is(event) && event.facts.votes).toBe(3);
  expect(ledgerEvents.handleRegistered.is(event)).toBe(false);
});

test('[EV2] [EV3] events come in order of execution with their places, those of timers first', async () => {
  const { told, projection } = recording();
  const ledger = new TestLedger({ chain: { kinds: bellKinds, projections: [projection] } });
  const { founder } = ledger;
  const odin = ledger.person('odin');
  await ledger.act(founder, 'bell.schedule', {
    bells: [
      [5, { label: 'a' }],
      [6, { label: 'b', fails: true }],
    ],
  });
  await ledger.submit(ledger.sign(founder, 'role.grant', { member: odin.key, role: 'member' }));
  const paid = ledger.sign(founder, 'credit.transfer', { to: odin.key, amount: 3, memo: 'tea' });
  await ledger.submit(paid);
  // It is refused, so it has no event.
  await ledger.submit(ledger.sign(founder, 'handle.register', { handle: 'Mara' }));
  const { header } = await ledger.block();
  expect(names(told)).toEqual([
    'bell.scheduled',
    'bell.rung',
    'timer.failed',
    'role.granted',
    'credit.transferred',
  ]);
  const [, , failed, , transferred] = told;
  const at = { height: 2, time: header.time, index: 1 };
  expect(failed![1]).toEqual({ ...at, cause: 'timer', timer: failed![0].facts['timer'] });
  expect(timerFailed.is(failed![0]) && failed![0].facts.code).toBe('no-role');
  expect(transferred![1]).toEqual({
    ...at,
    cause: 'transaction',
    transaction: paid.id,
    account: founder.key,
  });
  const { creditTransferred } = ledgerEvents;
  expect(creditTransferred.is(transferred![0]) && transferred![0].facts.amount).toBe(3);
});

test('[EV2] the events of a block are the same on every node, and its root does not depend on them', async () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constant('credit.transfer'), amount: fc.integer({ min: 1, max: 600 }) }),
    fc.record({ kind: fc.constant('bell.schedule'), amount: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ kind: fc.constant('handle.register'), amount: fc.integer({ min: 1, max: 3 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
      const [here, there] = [recording(), recording()];
      const ledger = new TestLedger({ chain: { kinds: bellKinds, projections: [here.projection] } });
      const replica = ledger.replica({ kinds: bellKinds, projections: [there.projection] });
      const silent = ledger.replica({ kinds: bellKinds });
      const odin = ledger.person('odin');
      await ledger.submit(ledger.sign(ledger.founder, 'role.grant', { member: odin.key, role: 'member' }));
      await ledger.block([replica, silent]);
      for (const { kind, amount } of acts) {
        const bodies = {
          'credit.transfer': { to: odin.key, amount, memo: '' },
          'bell.schedule': { bells: [[amount, { label: 'x', fails: amount % 3 === 0 }]] },
          'handle.register': { handle: `Mara ${amount}` },
        };
        const body = bodies[kind as keyof typeof bodies];
        await ledger.submit(ledger.sign(ledger.founder, kind, body));
        await ledger.block([replica, silent], true);
      }
      expect(toHex(encodeCanonical(here.told))).toBe(toHex(encodeCanonical(there.told)));
      expect(toHex(silent.base.stateRoot)).toBe(toHex(replica.base.stateRoot));
      const before = [...there.told];
      replica.replay();
      expect(there.told).toEqual(before);
    }),
    { numRuns: 25 },
  );
});

test('[EV3] a block that fails to be stored tells nobody', async () => {
  const ledger = new TestLedger();
  const failing: LedgerProjection = {
    apply() {
      throw new Error('disk gone');
    },
    clear() {},
    restore() {},
  };
  const replica = ledger.replica({ projections: [failing] });
  const heard: string[] = [];
  replica.onEvent(({ name }) => void heard.push(name));
  await ledger.act(ledger.founder, 'handle.register', { handle: 'Odin' });
  await expect(replica.finalise((await ledger.chain.run(1))!)).rejects.toThrow('disk gone');
  expect(heard).toEqual([]);
});

test('[EV4] listeners hear of new final blocks only, and one that fails stops nothing', async () => {
  const logged: unknown[] = [];
  const logger = { ...silentLogger, error: (event: string, facts?: object) => logged.push([event, facts]) };
  const db = openDatabase(':memory:', ledgerMigrations);
  const ledger = new TestLedger({ chain: { db, logger } });
  const heard: Told[] = [];
  ledger.chain.onEvent(() => {
    throw new Error('no screen');
  });
  const stop = ledger.chain.onEvent((...told) => void heard.push(told));
  await ledger.act(ledger.founder, 'handle.register', { handle: 'Odin' });
  expect(names(heard)).toEqual(['handle.registered']);
  expect(heard[0]![1]).toMatchObject({ height: 1, index: 0, cause: 'transaction' });
  expect(logged).toEqual([
    ['event-listener-failed', { event: 'handle.registered', height: 1, reason: 'no screen' }],
  ]);
  ledger.chain.replay();
  expect(heard.length).toBe(1);
  stop();
  await ledger.act(ledger.founder, 'handle.register', { handle: 'Wotan' });
  expect(heard.length).toBe(1);
});
