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
  perMinute: 600,
  perBlock: 3,
  withoutRights: { perAccount: 2, perMinute: 1, perBlock: 1 },
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
  mempool = mempoolWith({});
});

/** An empty mempool with these limits in place of the usual ones. */
const mempoolWith = (changes: Partial<MempoolLimits>) =>
  new Mempool({
    community: ledger.origin.id,
    kinds: baseKinds,
    verifier: immediateVerifier,
    clock: ledger.clock,
    limits: { ...limits, ...changes },
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
    mempool = mempoolWith({ bytesPerAccount: 700 });
    expect(await add(pay(1, long), pay(2, long))).toEqual(['accept', 'ignore account-full']);
  });

  test('[X6] limits the total', async () => {
    await add(...[1, 2, 3].map((n) => pay(n)), ...[0, 1, 2].map((n) => pay(n, '', 1, odin)));
    expect(await add(pay(3, '', 1, odin), pay(4))).toEqual(['ignore pool-full', 'ignore pool-full']);
    expect(mempool.size).toBe(limits.total);
  });

  test('[X29] when all is full, the last transaction of the account with the most gives way', async () => {
    const thor = ledger.person('thor');
    await ledger.act(ledger.founder, 'role.grant', { member: thor.key, role: 'member' });
    await add(...[2, 3, 4, 5].map((n) => pay(n)), pay(0, '', 1, odin), pay(1, '', 1, odin));
    const rename = ledger.sign(thor, 'handle.register', { handle: 'Thor' }, { nonce: 0 });
    expect(await add(rename)).toEqual(['accept']);
    expect(chosen()).toEqual(['2', '0', '0', '3', '1', '4']);
    expect(mempool.size).toBe(limits.total);
  });

  test('[X29] when all bytes are taken, the account with the most bytes gives way', async () => {
    const long = 'm'.repeat(140);
    const size = pay(1, long).sealed.length;
    mempool = mempoolWith({ totalBytes: 3 * size });
    expect(await add(...[1, 2, 3].map((n) => pay(n, long)))).toEqual(Array(3).fill('accept'));
    expect(await add(pay(0, '', 1, odin))).toEqual(['accept']);
    expect(await add(pay(3, long))).toEqual(['ignore pool-full']);
    expect(chosen()).toEqual(['1', '0', '2']);
  });

  test('[X29] an account has a share of a block and a rate; validators need none', async () => {
    await ledger.act(ledger.founder, 'credit.transfer', { to: odin.key, amount: 50, memo: '' });
    mempool = mempoolWith({ perMinute: 60 });
    const ofOdin = [0, 1, 2, 3].map((n) => pay(n, '', 1, odin));
    const ofFounder = [2, 3, 4, 5].map((n) => pay(n));
    expect(await add(...ofOdin, ...ofFounder.slice(0, 2))).toEqual(Array(6).fill('accept'));
    expect(chosen()).toEqual(['0', '2', '1', '3', '2']);
    mempool.settle(ledger.chain.state, ledger.clock.now() + 61_000);
    expect(mempool.size).toBe(0);
    expect(await add(...ofOdin)).toEqual(Array(4).fill('ignore account-rate'));
    expect(await add(...ofFounder)).toEqual(Array(4).fill('accept'));
    expect(chosen()).toEqual(['2', '3', '4', '5']);
  });

  test('[X28] what waits of an account that is banned meanwhile is dropped, except for what stays open', async () => {
    const add1 = ledger.sign(odin, 'device.add', { device: ledger.person('d').key, name: 'd' }, { nonce: 1 });
    await ledger.act(ledger.founder, 'credit.transfer', { to: odin.key, amount: 50, memo: '' });
    expect(await add(pay(0, '', 1, odin), add1)).toEqual(['accept', 'accept']);
    await ledger.act(ledger.founder, 'member.ban', { member: odin.key, reason: 'spam', until: null });
    mempool.settle(ledger.chain.state, ledger.clock.now());
    expect(mempool.all().map(({ kind }) => kind)).toEqual(['credit.transfer']);
  });

  test('[X29] a large transaction takes the room of several small ones', async () => {
    const small = pay(2).sealed.length;
    await ledger.act(ledger.founder, 'credit.transfer', { to: odin.key, amount: 50, memo: '' });
    mempool = mempoolWith({ total: 20, totalBytes: 4 * small });
    expect(await add(...[2, 3, 4, 5].map((n) => pay(n)))).toEqual(Array(4).fill('accept'));
    expect(await add(pay(0, 'm'.repeat(100), 1, odin))).toEqual(['accept']);
    expect(chosen()).toEqual(['2', '0', '3']);
  });

  test('[X28] [X29] a banned account gets a few transactions of few kinds, one in a block', async () => {
    await ledger.act(ledger.founder, 'credit.transfer', { to: odin.key, amount: 50, memo: '' });
    const phone = ledger.person('phone');
    await ledger.act(odin, 'device.add', { device: phone.key, name: 'phone' });
    await ledger.act(ledger.founder, 'member.ban', { member: odin.key, reason: 'spam', until: null });
    const flood = Array.from({ length: 50 }, (_, n) =>
      ledger.sign(odin, 'device.add', { device: ledger.person(`d${n}`).key, name: 'd' }, { nonce: 1 + n }),
    );
    expect(new Set(await add(...flood))).toEqual(new Set(['ignore without-rights']));
    const revoke = ledger.sign(odin, 'device.revoke', { device: phone.key }, { nonce: 1 });
    expect(await add(revoke, ...[2, 3].map((n) => pay(n, '', 1, odin)))).toEqual([
      'accept',
      'accept',
      'ignore nonce-far',
    ]);
    expect(chosen()).toEqual(['1']);
    await ledger.submit(revoke);
    await ledger.block();
    mempool.settle(ledger.chain.state, ledger.clock.now());
    expect(await add(pay(3, '', 1, odin))).toEqual(['ignore account-rate']);
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
