import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TestLedger, type Person } from '../test-ledger.ts';
import { accountOf } from './accounts.ts';

/** A ledger with banned people who have credits and a device each, and one person with rights. */
async function world(protocol: 1 | 2, banned: readonly string[]) {
  const ledger = new TestLedger(protocol === 1 ? {} : { protocol });
  const { founder } = ledger;
  const people = [...banned, 'freya'].map((name) => ledger.person(name));
  for (const { key, name } of people) {
    await ledger.act(founder, 'role.grant', { member: key, role: 'member', handle: name });
    await ledger.act(founder, 'credit.transfer', { to: key, amount: 20, memo: '' });
  }
  for (const { key } of people.slice(0, -1)) {
    await ledger.act(founder, 'member.ban', { member: key, reason: 'spam', until: null });
  }
  const gift = (by: Person, after = 0) => {
    const nonce = accountOf(ledger.chain.state, by.key)!.nonce + after;
    return ledger.sign(by, 'credit.transfer', { to: founder.key, amount: 1, memo: '' }, { nonce });
  };
  return { ledger, people, gift, freya: people.at(-1)! };
}

/** The code with which validators refuse the block of a leader that puts in what it likes; null if it is valid. */
async function refusalOfBlock(ledger: TestLedger, transactions: readonly { readonly sealed: Uint8Array }[]) {
  const block = ledger.blockOf(transactions.map(({ sealed }) => sealed));
  const outcome = await ledger.chain.execute(block, ledger.chain.base);
  return outcome.ok || outcome.code === 'wrong-state-root' ? null : outcome.code;
}

test('[X31] a block with two transactions of a banned account is valid in version 1, and not in version 2', async () => {
  for (const [protocol, code] of [
    [1, null],
    [2, 'turn-taken'],
  ] as const) {
    const { ledger, people, gift, freya } = await world(protocol, ['loki', 'fenrir']);
    const [loki, fenrir] = people as [Person, Person];
    expect(await refusalOfBlock(ledger, [gift(loki), gift(loki, 1)])).toBe(code);
    expect(await refusalOfBlock(ledger, [gift(loki), gift(fenrir)])).toBeNull();
    expect(await refusalOfBlock(ledger, [gift(freya), gift(freya, 1), gift(loki)])).toBeNull();
  }
});

test('[X31] a banned account adds no device in version 2, and revokes and pays on', async () => {
  const device = { device: new Uint8Array(32).fill(7), name: 'phone' };
  for (const [protocol, code] of [
    [1, null],
    [2, 'without-rights'],
  ] as const) {
    const { ledger, people } = await world(protocol, ['loki']);
    expect(await ledger.refusal(people[0]!, 'device.add', device)).toBe(code);
    expect(await ledger.refusal(people[0]!, 'handle.transfer', { handle: 'loki', to: people[1]!.key })).toBe(
      'has-handle',
    );
  }
});

test('[X31] the next block gives the next turn, and rights end the counting', async () => {
  const { ledger, people, gift } = await world(2, ['loki']);
  const loki = people[0]!;
  const before = accountOf(ledger.chain.state, loki.key)!;
  expect(before).not.toHaveProperty('turn');
  for (const _ of [1, 2]) {
    expect(await ledger.submit(gift(loki))).toBe('accept');
    await ledger.block();
    expect(accountOf(ledger.chain.state, loki.key)!.turn).toBe(ledger.chain.base.height);
    await ledger.clock.pass(61_000);
  }
  await ledger.act(ledger.founder, 'member.lift', { member: loki.key });
  expect(await refusalOfBlock(ledger, [gift(loki), gift(loki, 1)])).toBeNull();
});

test('[X31] a refused transaction takes no turn', async () => {
  const { ledger, people, gift } = await world(2, ['loki']);
  const loki = people[0]!;
  const tooMuch = { to: ledger.founder.key, amount: 1000, memo: '' };
  expect(await ledger.refusal(loki, 'credit.transfer', tooMuch)).toBe('overspend');
  expect(await refusalOfBlock(ledger, [gift(loki)])).toBeNull();
});

test('[X31] a block of any content is valid only with one of each banned account', async () => {
  const { ledger, people, gift } = await world(2, ['loki', 'fenrir', 'hel']);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 12 }), async (turns) => {
      const counts = new Map<number, number>();
      const transactions = turns.map((place) => {
        const after = counts.get(place) ?? 0;
        counts.set(place, after + 1);
        return gift(people[place]!, after);
      });
      const most = Math.max(0, ...[0, 1, 2].map((place) => counts.get(place) ?? 0));
      expect(await refusalOfBlock(ledger, transactions)).toBe(most > 1 ? 'turn-taken' : null);
    }),
    { numRuns: 60 },
  );
});
