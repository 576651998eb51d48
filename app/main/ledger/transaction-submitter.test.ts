import { beforeEach, expect, test } from 'vitest';
import { problemOf } from '../kernel/errors.ts';
import { accountOf } from './state/accounts.ts';
import { TransactionSubmitter, type TransactionSubmitterInit } from './transaction-submitter.ts';
import { TestLedger, type Person } from './test-ledger.ts';
import { growTo, releases, scheduleSoon } from './test-versions.ts';

let ledger: TestLedger;
let odin: Person;

beforeEach(async () => {
  ledger = new TestLedger();
  odin = ledger.person('odin');
  await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'member', handle: 'Odin' });
});

/** A person's submitter in a ledger where blocks are made when the test says so, or at once. */
function submitterOf(person: Person, changes: Partial<TransactionSubmitterInit> = {}): TransactionSubmitter {
  return new TransactionSubmitter({
    chain: ledger.chain,
    signer: person.signer,
    clock: ledger.clock,
    ordering: { workPending() {}, absent: () => null },
    votingKey: person.bls.publicKey,
    alone: false,
    standstill: () => null,
    spread() {},
    ...changes,
  });
}

const atOnce = { workPending: () => void ledger.block(), absent: () => null };
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => problemOf(error).code,
  );

test('[M10] an act resolves once its block is final', async () => {
  let done = false;
  const acted = submitterOf(odin)
    .act('handle.register', { handle: 'Wotan' })
    .then(() => (done = true));
  await ledger.clock.pass(1000);
  expect(done).toBe(false);
  await ledger.block();
  await acted;
  expect(accountOf(ledger.chain.state, odin.key)!.handle).toBe('Wotan');
});

test('[M10] [X24] a refusal by the state is reported at once and does not hold up later transactions', async () => {
  const submitter = submitterOf(odin, { ordering: atOnce });
  expect(await codeOf(submitter.act('handle.register', { handle: 'mara' }))).toBe('handle-taken');
  expect(await codeOf(submitter.act('member.ban', { member: odin.key, reason: '', until: null }))).toBe(
    'out-of-role',
  );
  expect(ledger.chain.mempool.size).toBe(0);
  expect(await codeOf(submitter.act('handle.register', { handle: 'Wotan' }))).toBe('done');
});

test('[M10] several acts at once get consecutive nonces, and each is tried on top of those before it', async () => {
  const submitter = submitterOf(odin);
  const results = Promise.all([
    codeOf(submitter.act('handle.register', { handle: 'One' })),
    codeOf(submitter.act('handle.register', { handle: 'Two' })),
    codeOf(submitter.act('handle.register', { handle: 'Two' })),
  ]);
  await ledger.clock.pass(10);
  await ledger.block();
  expect(await results).toEqual(['done', 'done', 'same-handle']);
});

test('[M10] after four seconds it says whom it waits for, and still becomes final', async () => {
  const submitter = submitterOf(odin, { ordering: { workPending() {}, absent: () => [0] } });
  const acted = submitter.act('handle.register', { handle: 'Wotan' }).catch(problemOf);
  await ledger.clock.pass(4100);
  expect(await acted).toMatchObject({
    code: 'waits-for-validators',
    message: 'It is submitted and waits: 1 of 1 validators must sign, and nothing comes from Mara.',
  });
  await ledger.block();
  expect(accountOf(ledger.chain.state, odin.key)!.handle).toBe('Wotan');
});

test('[M10] while the ledger is halted, it says why', async () => {
  const acted = submitterOf(odin, { standstill: () => 'This validator is silent.' })
    .act('handle.register', { handle: 'Wotan' })
    .catch(problemOf);
  await ledger.clock.pass(4100);
  expect(await acted).toMatchObject({
    code: 'waits-for-validators',
    message: 'It is submitted and waits. This validator is silent.',
  });
});

test('[M10] when two devices act at once, one is told that the other was first', async () => {
  const other = ledger.replica();
  await other.finalise((await ledger.chain.run(1))!);
  const here = codeOf(submitterOf(odin).act('handle.register', { handle: 'Here' }));
  const there = codeOf(submitterOf(odin, { chain: other }).act('handle.register', { handle: 'There' }));
  await ledger.clock.pass(10);
  await ledger.block([other]);
  expect([await here, await there]).toEqual(['done', 'overtaken']);
});

test('[M10] a node cut off from all others acts alone only if its own signature is enough', async () => {
  const alone = { alone: true, ordering: atOnce };
  expect(await codeOf(submitterOf(ledger.founder, alone).act('handle.register', { handle: 'Mara L' }))).toBe(
    'done',
  );
  expect(await codeOf(submitterOf(odin, alone).act('handle.register', { handle: 'Wotan' }))).toBe(
    'needs-validators',
  );
  expect(ledger.chain.mempool.size).toBe(0);
});

test('[X7] a transaction that no block took is not counted for the next nonce', async () => {
  const submitter = submitterOf(odin);
  // Another node may submit a transaction that the state refuses.
  await submitter.handIn('handle.register', { handle: 'Mara' });
  await ledger.block([], true);
  const acted = codeOf(submitter.act('handle.register', { handle: 'Wotan' }));
  await ledger.clock.pass(10);
  await ledger.block();
  expect(await acted).toBe('done');
});

test('[PV6] an outdated node signs no transaction, since it does not know the rules', async () => {
  const newer = new TestLedger({ chain: releases.new });
  const chain = newer.replica(releases.old);
  await growTo(newer, (await scheduleSoon(newer, [chain])) - 1, [chain]);
  const submitter = submitterOf(newer.founder, { chain, ordering: atOnce });
  const body = { text: 'a' };
  expect(await codeOf(submitter.act('note.add', body))).toBe('ledger-outdated');
  expect(await codeOf(submitter.handIn('note.add', body))).toBe('ledger-outdated');
});
