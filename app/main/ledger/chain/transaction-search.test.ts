import { beforeAll, expect, test } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { verifyConsistency, verifyInclusion, leafHash } from '../../kernel/merkle.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import { historyOf, historyRoot } from '../state/history.ts';
import { HistoryTree } from './history-tree.ts';
import { ledgerMigrations } from '../migrations.ts';
import { TestLedger, type Person } from '../test-ledger.ts';
import { openTransaction } from '../types/transaction.ts';
import { TransactionSearch, type ChainPlace, type Sought } from './transaction-search.ts';

const END: ChainPlace = [Number.MAX_SAFE_INTEGER, 0];
/** Roots of the tree of all transactions after each block, from the state. */
const roots: Uint8Array[] = [];
let ledger: TestLedger;
let odin: Person;
let tree: HistoryTree;

beforeAll(async () => {
  ledger = new TestLedger();
  odin = ledger.person('odin');
  const note = () => (roots[ledger.chain.base.height] = historyRoot(historyOf(ledger.chain.state))!);
  await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'member' });
  note();
  // Blocks of odd sizes that together fill several chunks of 256 transactions.
  for (const size of [3, 200, 1, 111, 307, 2]) {
    for (let n = 0; n < size; n++) {
      const member = sha256(Buffer.from(`${size} ${n}`));
      await ledger.submit(ledger.sign(ledger.founder, 'role.grant', { member, role: 'guest' }));
    }
    await ledger.submit(ledger.sign(odin, 'handle.register', { handle: `Odin ${size}` }));
    await ledger.block();
    note();
  }
  tree = new HistoryTree(ledger.chain.store, ledger.chain.search, ledger.clock);
}, 60_000);

const find = (sought: Sought, below = END, limit = 4) =>
  ledger.chain.search.find(sought, below, limit).map(({ height, place, sealed }) => {
    const { kind, account } = openTransaction(sealed);
    return `${height}.${place} ${kind}${toHex(account) === toHex(odin.key) ? ' by odin' : ''}`;
  });

test('finds transactions by kind, account and block, newest first and page by page', () => {
  const newest = find({ kind: 'handle.register' });
  expect(newest.map((line) => line.replace(/\.\d+/, ''))).toEqual(
    [7, 6, 5, 4].map((height) => `${height} handle.register by odin`),
  );
  const kinds = find({ kind: 'handle.register' }, [5, 0], 9);
  expect(kinds.map((line) => line[0])).toEqual(['4', '3', '2']);
  expect(find({ height: 2 }, END, 9).length).toBe(4);
  expect(find({ height: 2, kind: 'handle.register' })).toEqual([
    expect.stringMatching(/^2\.\d handle\.register by odin$/),
  ]);
  expect(find({ account: odin.key, kind: 'role.grant' })).toEqual([]);
  expect(find({ account: odin.key, height: 7 }).length).toBe(1);
  expect(find({ kind: 'no.such' })).toEqual([]);
});

test('never reads or sorts the whole table', () => {
  const search = new TransactionSearch(openDatabase(':memory:', ledgerMigrations));
  const account = odin.key;
  for (const sought of [
    { kind: 'a' },
    { account, kind: 'a' },
    { height: 3 },
    { height: 3, kind: 'a', account },
  ]) {
    const plan = search.plan(sought, END).join('\n');
    expect(plan).toContain('SEARCH ledger_transaction USING');
    expect(plan).not.toMatch(/SCAN|TEMP B-TREE/);
  }
});

test('[LB7] proves any transaction to be in the tree whose root the state holds', async () => {
  const { store, search } = ledger.chain;
  const all = search.following([0, 0], 2000);
  for (const height of [1, 3, 5, 7]) {
    for (const index of [0, 1, 203, 255, 256, 300, 511, 512, 629]) {
      const { sealed, height: at } = all[index]!;
      if (at > height) continue;
      const proof = await tree.inclusion(openTransaction(sealed).id, height);
      expect(proof.index).toBe(index);
      expect(toHex(proof.root)).toBe(toHex(roots[height]!));
      expect(verifyInclusion(leafHash(sealed), index, proof.count, proof.path, proof.root)).toBe(true);
      expect(verifyInclusion(leafHash(sealed), index + 1, proof.count, proof.path, proof.root)).toBe(false);
    }
  }
  expect(store.tip()!.height).toBe(7);
  await expect(tree.inclusion(new Uint8Array(32), 7)).rejects.toMatchObject({ code: 'unknown-transaction' });
});

test('[LB7] proves that a later tree contains an earlier one unchanged', async () => {
  for (let from = 1; from <= 7; from++) {
    for (let to = from; to <= 7; to++) {
      const { first, second, path } = await tree.consistency(from, to);
      expect([toHex(first.root), toHex(second.root)]).toEqual([toHex(roots[from]!), toHex(roots[to]!)]);
      expect(verifyConsistency(first.count, first.root, second.count, second.root, path)).toBe(true);
      if (from === to) continue;
      expect(verifyConsistency(first.count, second.root, second.count, second.root, path)).toBe(false);
    }
  }
});

test('continues the tree with later blocks', async () => {
  const before = await tree.consistency(1, 7);
  const late = await ledger.act(odin, 'handle.register', { handle: 'Odin late' });
  const { index, count } = await tree.inclusion(late.id, 8);
  expect([index, count]).toEqual([before.second.count, before.second.count + 1]);
});
