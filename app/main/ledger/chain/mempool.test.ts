import { beforeEach, describe, expect, test } from 'vitest';
import { concatBytes } from '../../kernel/bytes.ts';
import { encodeCanonical } from '../../kernel/canonical.ts';
import { immediateVerifier } from '../../platform/crypto/ed25519.ts';
import { Mempool, type MempoolLimits } from './mempool.ts';
import { TestLedger, type Person } from '../test-ledger.ts';
import { sealTransaction, type Transaction } from '../types/transaction.ts';
import { baseKinds } from '../state/transactions/index.ts';

const limits: MempoolLimits = {
  perAccount: 4,
  bytesPerAccount: 2000,
  total: 6,
  totalBytes: 4000,
  lifetimeMs: 60_000,
};

let ledger: TestLedger;
let odin: Person;
let mempool: Mempool;

beforeEach(async () => {
  ledger = new TestLedger();
  odin = ledger.person('odin');
  await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'member' });
  mempool = new Mempool({
    community: ledger.origin.id,
    kinds: baseKinds,
    verifier: immediateVerifier,
    limits,
  });
});

const pay = (nonce: number, memo = '', amount = 1, by = ledger.founder) =>
  ledger.sign(
    by,
    'credit.transfer',
    { to: by === odin ? ledger.founder.key : odin.key, amount, memo },
    { nonce },
  );

async function add(...transactions: { sealed: Uint8Array }[]): Promise<string[]> {
  const sealed = transactions.map((one) => one.sealed);
  const verdicts = await mempool.add(sealed, ledger.chain.state, ledger.clock.now());
  return verdicts.map((one) => (one.verdict === 'accept' ? 'accept' : `${one.verdict} ${one.code}`));
}

function chosen(
  answer: (transaction: Transaction) => 'taken' | 'refused' | 'full' = () => 'taken',
): string[] {
  const order: string[] = [];
  mempool.choose(ledger.chain.state, (transaction) => {
    const said = answer(transaction);
    if (said === 'taken') order.push(String(transaction.nonce));
    return said;
  });
  return order;
}

describe('the mempool', () => {
  test('[X6] offers an account’s transactions in order of their nonces, whatever their order of arrival', async () => {
    expect(await add(pay(3), pay(1), pay(2))).toEqual(['accept', 'accept', 'accept']);
    expect(chosen()).toEqual(['1', '2', '3']);
  });

  test('[X6] offers nothing after a gap', async () => {
    await add(pay(1), pay(3));
    expect(chosen()).toEqual(['1']);
  });

  test('[X6] takes turns between accounts', async () => {
    await add(pay(1), pay(2), pay(0, '', 1, odin), pay(1, '', 1, odin));
    expect(chosen()).toEqual(['1', '0', '2', '1']);
  });

  test('[X6] limits each account in number and in bytes', async () => {
    expect(await add(...[1, 2, 3, 4].map((n) => pay(n)))).toEqual(Array(4).fill('accept'));
    expect(await add(pay(5))).toEqual(['ignore nonce-far']);
    const long = 'm'.repeat(140);
    const full = { ...limits, bytesPerAccount: 700 };
    mempool = new Mempool({
      community: ledger.origin.id,
      kinds: baseKinds,
      verifier: immediateVerifier,
      limits: full,
    });
    expect(await add(pay(1, long), pay(2, long))).toEqual(['accept', 'ignore account-full']);
  });

  test('[X6] limits the total', async () => {
    await add(...[1, 2, 3, 4].map((n) => pay(n)), pay(0, '', 1, odin), pay(1, '', 1, odin));
    expect(await add(pay(2, '', 1, odin))).toEqual(['ignore pool-full']);
  });

  test('[X7] the first of a nonce stays, until no block can take it', async () => {
    const first = pay(1, 'first', 5000);
    expect(await add(first)).toEqual(['accept']);
    expect(await add(first)).toEqual(['ignore duplicate']);
    expect(await add(pay(1, 'second'))).toEqual(['ignore nonce-taken']);
    expect(chosen(() => 'refused')).toEqual([]);
    expect(await add(pay(1, 'second'))).toEqual(['accept']);
    expect(mempool.size).toBe(1);
    expect(mempool.holds(first)).toBe(false);
  });

  test('[X2] [X3] rejects a broken form or signature with a reason', async () => {
    const good = pay(1);
    const fields = {
      community: ledger.origin.id,
      account: odin.key,
      device: null,
      nonce: 0,
      kind: 'handle.register',
      body: { handle: 'Odin' },
    };
    const sealed = (bytes: Uint8Array) => ({ sealed: bytes });
    expect(await add(sealed(new Uint8Array(40_000)))).toEqual(['reject transaction-too-large']);
    expect(await add(sealed(good.sealed.slice(0, 30)))).toEqual(['reject malformed']);
    expect(await add(sealed(concatBytes(good.sealed, Uint8Array.of(0))))).toEqual(['reject malformed']);
    // The array's head in two bytes where one is enough.
    expect(await add(sealed(concatBytes(Uint8Array.of(0x98, 2), good.sealed.slice(1))))).toEqual([
      expect.stringMatching(/^reject (malformed|non-canonical)$/),
    ]);
    expect(await add(sealed(encodeCanonical([good.bytes])))).toEqual(['reject bad-transaction']);
    expect(await add(sealTransaction(fields, ledger.founder.signer))).toEqual(['reject bad-signature']);
    expect(await add(sealTransaction({ ...fields, community: odin.key }, odin.signer))).toEqual([
      'reject wrong-community',
    ]);
    expect(await add(sealTransaction({ ...fields, body: {} }, odin.signer))).toEqual(['reject bad-body']);
    expect(await add(sealTransaction({ ...fields, kind: 'x.y' }, odin.signer))).toEqual([
      'ignore unknown-kind',
    ]);
    const stranger = ledger.person('stranger');
    expect(await add(sealTransaction({ ...fields, account: stranger.key }, stranger.signer))).toEqual([
      'ignore unknown-account',
    ]);
    expect(await add(sealTransaction({ ...fields, device: stranger.key }, stranger.signer))).toEqual([
      'ignore unknown-signer',
    ]);
    expect(await add(pay(0))).toEqual(['ignore nonce-used']);
    expect(mempool.size).toBe(0);
  });

  test('[X6] drops transactions that are final or waited too long', async () => {
    await add(pay(1), pay(2), pay(0, '', 1, odin));
    await ledger.submit(pay(1, 'by another way'));
    await ledger.block();
    mempool.settle(ledger.chain.state, ledger.clock.now());
    expect(chosen()).toEqual(['2', '0']);
    mempool.settle(ledger.chain.state, ledger.clock.now() + 61_000);
    expect(mempool.size).toBe(0);
  });

  test('[X6] stops choosing when a block is full', async () => {
    await add(pay(1), pay(2), pay(3));
    let room = 2;
    expect(chosen(() => (room-- > 0 ? 'taken' : 'full'))).toEqual(['1', '2']);
  });
});
