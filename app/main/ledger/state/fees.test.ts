import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { didOf } from '../../kernel/did.ts';
import { makeGenesis, openGenesis } from '../../community/index.ts';
import { TestLedger, type Person } from '../test-ledger.ts';
import { bellKinds } from '../test-timers.ts';
import { accountOf, type Account } from './accounts.ts';
import type { LedgerEvent } from './events.ts';
import { feeOf } from './fees.ts';
import { defaultParameters, soleLedger } from './genesis.ts';
import { baseKinds } from './transactions/index.ts';
import { ledgerEvents } from './transactions/events.ts';
import { decodeCbor } from '../../kernel/canonical.ts';

/** A ledger with a fee, in which Odin is a member with some credits. */
async function world(fee: number, { credits = 0, validators = 1 } = {}) {
  const ledger = new TestLedger({
    validators,
    parameters: { fee },
    chain: { kinds: bellKinds },
  });
  const events: LedgerEvent[] = [];
  ledger.chain.onEvent((event) => void events.push(event));
  const odin = ledger.person('odin');
  await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'member' });
  if (credits > 0) await give(ledger, odin, credits);
  events.splice(0);
  return { ledger, odin, events };
}

const give = (ledger: TestLedger, { key: to }: Person, amount: number) =>
  ledger.act(ledger.founder, 'credit.transfer', { to, amount, memo: '' });
const creditsOf = ({ chain }: TestLedger, { key }: Person) => accountOf(chain.state, key)?.credits;

/** All credits in a state. */
const total = ({ chain }: TestLedger) =>
  chain.entriesUnder('account/').reduce((sum, { value }) => sum + (decodeCbor(value) as Account).credits, 0);

describe('a fee', () => {
  test('[X25] [LG2] is nothing by default, and then no part of the genesis document', async () => {
    expect('fee' in defaultParameters).toBe(false);
    const sole = soleLedger(new TestLedger().founder.validator, { fee: 0 });
    expect('fee' in sole.parameters).toBe(false);
    const ledger = new TestLedger();
    const events: LedgerEvent[] = [];
    ledger.chain.onEvent((event) => void events.push(event));
    await ledger.act(ledger.founder, 'handle.register', { handle: 'Odin' });
    expect(feeOf(ledger.chain.state)).toBe(0);
    expect([creditsOf(ledger, ledger.founder), events.length]).toEqual([1000, 1]);
  });

  test('[LG2] is set by the genesis document, within limits', () => {
    const { founder } = new TestLedger();
    const documentOf = (fee: number) =>
      makeGenesis({
        name: 'Harbour',
        description: '',
        founder: founder.key,
        handle: 'Mara',
        createdAt: 1,
        nonce: new Uint8Array(16),
        ledger: soleLedger(founder.validator, { fee }),
      });
    expect(openGenesis(documentOf(7).bytes).ledger.parameters.fee).toBe(7);
    for (const fee of [-1, 0.5, 1_000_000_001]) expect(() => documentOf(fee)).toThrow('not a genesis');
  });

  test('[X25] is taken before the kind executes, and reported first', async () => {
    const { ledger, odin, events } = await world(5, { credits: 12 });
    await ledger.act(odin, 'handle.register', { handle: 'Odin' });
    expect(creditsOf(ledger, odin)).toBe(7);
    expect(events.map(({ name }) => name)).toEqual(['fee.paid', 'handle.registered']);
    expect(ledgerEvents.feePaid.is(events[0]!) && didOf(events[0].facts.from)).toBe(didOf(odin.key));
    const all = { to: ledger.founder.key, memo: '' };
    expect(await ledger.refusal(odin, 'credit.transfer', { ...all, amount: 7 })).toBe('overspend');
    expect(await ledger.refusal(odin, 'credit.transfer', { ...all, amount: 2 })).toBeNull();
  });

  test('[X25] that an account cannot pay refuses the transaction, in a block and in the mempool', async () => {
    const { ledger, odin } = await world(5, { credits: 4 });
    expect(await ledger.refusal(odin, 'handle.register', { handle: 'Odin' })).toBe('fee-unpaid');
    const late = ledger.sign(odin, 'handle.register', { handle: 'Odin' });
    expect(await ledger.submit(late)).toBe('ignore fee-unpaid');
    expect([creditsOf(ledger, odin), accountOf(ledger.chain.state, odin.key)!.nonce]).toEqual([4, 0]);
    await give(ledger, odin, 1);
    expect(await ledger.submit(late)).toBe('accept');
    await ledger.block();
    expect(creditsOf(ledger, odin)).toBe(0);
  });

  test('[X25] of a block is that of its parent’s state, so a change counts from the next block on', async () => {
    const { ledger, odin } = await world(0, { credits: 10 });
    await ledger.submit(ledger.sign(ledger.founder, 'parameters.change', { fee: 3 }));
    await ledger.submit(ledger.sign(odin, 'handle.register', { handle: 'Odin' }));
    await ledger.block();
    expect(creditsOf(ledger, odin)).toBe(10);
    await ledger.act(odin, 'handle.register', { handle: 'Wotan' });
    expect(creditsOf(ledger, odin)).toBe(7);
    expect(await ledger.refusal(ledger.founder, 'parameters.change', { fee: -1 })).toBe('bad-body');
  });

  test('[X26] goes to the proposer, and to the founder if the proposer has no account', async () => {
    const { ledger, odin } = await world(5, { credits: 100, validators: 4 });
    const { set } = ledger.chain;
    const [, tyr] = ledger.people;
    await ledger.act(ledger.founder, 'role.grant', { member: tyr!.key, role: 'member' });
    const payees = new Set<string>();
    for (let n = 0; n < 8; n++) {
      const before = new Map(ledger.people.map((one) => [one.name, creditsOf(ledger, one)]));
      await ledger.submit(ledger.sign(odin, 'handle.register', { handle: `Odin ${n}` }));
      const { header } = await ledger.block();
      const { peer } = set.validators[header.proposer]!;
      const payee = peer === tyr!.name ? tyr! : ledger.founder;
      expect(creditsOf(ledger, payee)).toBe(before.get(payee.name)! + 5);
      payees.add(payee.name);
    }
    expect(payees.size).toBe(2);
    expect(total(ledger)).toBe(1000);
  });

  test('[X26] of the proposer comes back to it, but must be there', async () => {
    const { ledger } = await world(5);
    await ledger.act(ledger.founder, 'handle.register', { handle: 'Odin' });
    expect(creditsOf(ledger, ledger.founder)).toBe(1000);
    await ledger.act(ledger.founder, 'parameters.change', { fee: 1001 });
    expect(await ledger.refusal(ledger.founder, 'handle.register', { handle: 'Mara' })).toBe('fee-unpaid');
  });

  test('[X27] is not taken for acts of moderators, for recovery, nor for a change of the fee itself', async () => {
    expect([...baseKinds.values()].flatMap(({ name, feeless }) => (feeless ? [name] : [])).sort()).toEqual([
      'account.recover',
      'device.revoke',
      'member.ban',
      'member.lift',
      'parameters.change',
      'protocol.schedule',
      'role.grant',
      'role.revoke',
      'validators.change',
    ]);
    const { ledger, odin, events } = await world(1_000_000);
    await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'moderator' });
    const guest = ledger.person('guest');
    await ledger.act(odin, 'role.grant', { member: guest.key, role: 'guest' });
    await ledger.act(odin, 'member.ban', { member: guest.key, reason: '', until: null });
    await ledger.act(ledger.founder, 'parameters.change', { fee: 0 });
    await ledger.act(odin, 'handle.register', { handle: 'Odin' });
    expect(events.some((event) => ledgerEvents.feePaid.is(event))).toBe(false);
  });

  test('[X27] is not taken when a timer runs, only when a transaction schedules it', async () => {
    const { ledger, odin } = await world(5, { credits: 9 });
    await ledger.act(odin, 'bell.schedule', { bells: [[10, { label: 'a', again: 10 }]] });
    expect(creditsOf(ledger, odin)).toBe(4);
    await ledger.clock.pass(50);
    await ledger.block();
    expect(creditsOf(ledger, odin)).toBe(4);
  });
});

test('[X26] [X10] whatever people do, fees neither create nor destroy credits, and no balance is negative', async () => {
  const act = fc.record({
    by: fc.nat({ max: 3 }),
    to: fc.nat({ max: 3 }),
    amount: fc.integer({ min: 1, max: 300 }),
    kind: fc.constantFrom('pay', 'handle', 'fee'),
  });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 40 }), fc.array(act, { maxLength: 15 }), async (fee, acts) => {
      const ledger = new TestLedger({ validators: 2, parameters: { fee } });
      const replica = ledger.replica();
      const people = [ledger.founder, ledger.people[1]!, ledger.person('odin'), ledger.person('ines')];
      for (const { key } of people.slice(1)) {
        await ledger.submit(ledger.sign(ledger.founder, 'role.grant', { member: key, role: 'member' }));
      }
      await ledger.block([replica]);
      for (const { by, to, amount, kind } of acts) {
        const person = people[by]!;
        const pay = { to: people[to]!.key, amount, memo: '' };
        const transaction =
          kind === 'pay'
            ? ledger.sign(person, 'credit.transfer', pay)
            : kind === 'handle'
              ? ledger.sign(person, 'handle.register', { handle: `Name ${by} ${amount}` })
              : ledger.sign(ledger.founder, 'parameters.change', { fee: amount % 50 });
        await ledger.submit(transaction);
        const { header } = await ledger.block([replica], true);
        expect(total(ledger)).toBe(1000);
        for (const one of people) expect(creditsOf(ledger, one)).toBeGreaterThanOrEqual(0);
        expect(replica.base.hash).toEqual(header.hash);
      }
    }),
    { numRuns: 30 },
  );
});
