import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import { TestLedger } from '../test-ledger.ts';
import { growTo, notes, releases, scheduleOf, scheduleSoon } from '../test-versions.ts';
import type { LedgerEvent } from './events.ts';
import { MIN_NOTICE_BLOCKS, PROTOCOL, protocolOf, type Activation } from './protocol.ts';
import { accountOf } from './accounts.ts';

const world = (validators = 1) => new TestLedger({ validators, chain: releases.new });

const refusal = (ledger: TestLedger, next: Activation | null) =>
  ledger.refusal(ledger.founder, 'protocol.schedule', scheduleOf(ledger, next));

describe('the version in the state', () => {
  test('[PV1] is 1 without an entry, and an entry shows what is scheduled', async () => {
    const ledger = world();
    await ledger.block([], true);
    expect(ledger.chain.state.get(PROTOCOL)).toBeNull();
    expect(protocolOf(ledger.chain.state)).toEqual({ version: 1, next: null, changes: 0 });
    const height = await scheduleSoon(ledger);
    expect(protocolOf(ledger.chain.state)).toEqual({ version: 1, next: { version: 2, height }, changes: 1 });
  });

  test('[PV2] decides which kinds of transactions a block and a mempool take', async () => {
    const ledger = world();
    const { founder } = ledger;
    const clear = () => ledger.sign(founder, 'note.clear', {});
    expect(await ledger.refusalOf(clear())).toBe('not-in-force');
    expect(await ledger.submit(clear())).toBe('ignore not-in-force');
    const height = await scheduleSoon(ledger);
    await growTo(ledger, height - 2);
    expect(await ledger.refusalOf(clear())).toBe('not-in-force');
    await growTo(ledger, height - 1);
    expect(await ledger.refusalOf(clear())).toBeNull();
    await ledger.act(founder, 'note.add', { text: 'a' });
    await ledger.act(founder, 'note.clear', {});
    expect(notes(ledger.chain.state)).toEqual([]);
  });

  test('[PV2] decides which rules a kind follows, and which timers can be scheduled', async () => {
    const ledger = world();
    const { founder } = ledger;
    const height = await scheduleSoon(ledger);
    expect(await ledger.refusal(founder, 'note.later', { text: 'b' })).toBe('not-in-force');
    await growTo(ledger, height - 2);
    await ledger.act(founder, 'note.add', { text: 'before' });
    expect(ledger.chain.base.height).toBe(height - 1);
    await ledger.act(founder, 'note.add', { text: 'after' });
    await ledger.act(founder, 'note.later', { text: 'later' });
    await ledger.clock.pass(2000);
    await ledger.block();
    expect(notes(ledger.chain.state)).toEqual([
      ['before', height - 1],
      ['AFTER', height],
      ['shown later', height + 2],
    ]);
  });

  test('[PV5] changes with exactly one block, the same on a node that executes all blocks again', async () => {
    const ledger = world();
    const replica = ledger.replica(releases.new);
    const height = (await scheduleSoon(ledger, [replica])) as number;
    await growTo(ledger, height - 2, [replica]);
    expect(protocolOf(ledger.chain.state).version).toBe(1);
    await growTo(ledger, height - 1, [replica]);
    expect(protocolOf(ledger.chain.state)).toEqual({ version: 2, next: null, changes: 1 });
    await growTo(ledger, height + 2, [replica]);
    expect(protocolOf(replica.state)).toEqual({ version: 2, next: null, changes: 1 });
    replica.replay();
    expect(toHex(replica.base.stateRoot)).toBe(toHex(ledger.chain.base.stateRoot));
  });
});

describe('a schedule', () => {
  test('[PV3] needs a quorum of the set in force, which each signature names', async () => {
    const ledger = world(4);
    const [a, b, c, d] = ledger.people;
    const next = { version: 2, height: MIN_NOTICE_BLOCKS + 5 };
    const codeOf = (body: unknown) => ledger.refusal(ledger.founder, 'protocol.schedule', body);
    expect(await codeOf(scheduleOf(ledger, next, [a!, b!]))).toBe('short-certificate');
    expect(await codeOf(scheduleOf(ledger, next, [a!, b!, c!]))).toBeNull();
    const signed = scheduleOf(ledger, next, [b!, c!, d!]);
    expect(await codeOf({ ...signed, next: { ...next, version: 3 } })).toBe('bad-certificate');
    expect(await codeOf({ ...signed, next: { ...next, height: next.height + 1 } })).toBe('bad-certificate');
    expect(await codeOf({ ...signed, next: null })).toBe('nothing-scheduled');
    expect(await codeOf({ ...signed, bitmap: new Uint8Array(2) })).toBe('bad-bitmap');
    await ledger.act(ledger.founder, 'validators.change', ledger.change(ledger.people.slice(1)));
    expect(await codeOf(signed)).toBe('bad-bitmap');
    expect(await codeOf({ ...signed, bitmap: Uint8Array.of(7) })).toBe('bad-certificate');
  });

  test('[PV3] is refused in the block that changes the validators before', async () => {
    const ledger = world();
    const odin = ledger.person('odin');
    const { founder } = ledger;
    const schedule = scheduleOf(ledger, { version: 2, height: 40 });
    await ledger.submit(ledger.sign(founder, 'validators.change', ledger.change([founder, odin])));
    await ledger.submit(ledger.sign(founder, 'protocol.schedule', schedule));
    await ledger.block();
    expect(ledger.chain.set.epoch).toBe(1);
    expect(protocolOf(ledger.chain.state).changes).toBe(0);
  });

  test('[PV3] is of a later version, far enough ahead, and costs no fee', async () => {
    const ledger = new TestLedger({ parameters: { fee: 2000 }, chain: releases.new });
    const least = ledger.chain.base.height + 1 + MIN_NOTICE_BLOCKS;
    expect(await refusal(ledger, { version: 2, height: least - 1 })).toBe('activation-too-soon');
    expect(await refusal(ledger, { version: 1, height: least })).toBe('bad-body');
    const height = await scheduleSoon(ledger);
    expect(height).toBe(least);
    expect(accountOf(ledger.chain.state, ledger.founder.key)!.credits).toBe(1000);
    await growTo(ledger, height);
    expect(await refusal(ledger, { version: 2, height: height + 100 })).toBe('old-version');
    expect(await refusal(ledger, { version: 3, height: height + 100 })).toBeNull();
  });

  test('[PV3] names any later version, known here or not, and its effect is an event', async () => {
    const ledger = world();
    const told: LedgerEvent[] = [];
    ledger.chain.onEvent((event) => void told.push(event));
    await ledger.act(ledger.founder, 'protocol.schedule', scheduleOf(ledger, { version: 9, height: 100 }));
    expect(told).toEqual([
      { name: 'protocol.scheduled', facts: { next: { version: 9, height: 100 }, before: null } },
    ]);
  });

  test('[PV4] can be replaced and cancelled up to the last block before its height', async () => {
    const ledger = world();
    const { founder } = ledger;
    expect(await refusal(ledger, null)).toBe('nothing-scheduled');
    const first = await scheduleSoon(ledger);
    await ledger.act(founder, 'protocol.schedule', scheduleOf(ledger, { version: 2, height: first + 10 }));
    await growTo(ledger, first + 8);
    expect(protocolOf(ledger.chain.state).version).toBe(1);
    await ledger.act(founder, 'protocol.schedule', scheduleOf(ledger, null));
    expect(ledger.chain.base.height).toBe(first + 9);
    await growTo(ledger, first + 12);
    expect(protocolOf(ledger.chain.state)).toEqual({ version: 1, next: null, changes: 3 });
    expect(await ledger.refusal(founder, 'note.clear', {})).toBe('not-in-force');
  });

  test('[PV4] that was cancelled cannot be brought back by somebody who kept the signatures', async () => {
    const ledger = world();
    const { founder } = ledger;
    const kept = scheduleOf(ledger, { version: 2, height: 60 });
    await ledger.act(founder, 'protocol.schedule', kept);
    await ledger.act(founder, 'protocol.schedule', scheduleOf(ledger, null));
    expect(await ledger.refusal(founder, 'protocol.schedule', kept)).toBe('bad-certificate');
  });

  test('[PV5] whatever is scheduled, replaced and cancelled, the version follows the last schedule', async () => {
    const step = fc.oneof(
      fc.record({ version: fc.integer({ min: 2, max: 4 }), after: fc.integer({ min: 14, max: 20 }) }),
      fc.constant(null),
      fc.constant('block' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const ledger = new TestLedger({ chain: releases.new });
        let model: { version: number; next: Activation | null } = { version: 1, next: null };
        for (const one of steps) {
          const block = ledger.chain.base.height + 1;
          let { next } = model;
          if (one !== 'block') {
            const wanted = one && { version: one.version, height: block + one.after };
            const body = scheduleOf(ledger, wanted);
            await ledger.submit(
              ledger.sign(ledger.founder, 'protocol.schedule', body, { nonce: nonceOf(ledger) }),
            );
            const allowed = wanted
              ? wanted.version > model.version && one.after >= MIN_NOTICE_BLOCKS
              : next !== null;
            if (allowed) next = wanted;
          }
          await ledger.block([], true);
          model = next?.height === block + 1 ? { version: next.version, next: null } : { ...model, next };
          expect(protocolOf(ledger.chain.state)).toMatchObject(model);
        }
      }),
      { numRuns: 30 },
    );
  });
});

const nonceOf = ({ chain, founder }: TestLedger) => accountOf(chain.state, founder.key)!.nonce;
