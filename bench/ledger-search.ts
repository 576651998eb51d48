import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../app/main/kernel/clock.ts';
import { ChainStore } from '../app/main/ledger/chain/chain-store.ts';
import { HistoryTree } from '../app/main/ledger/chain/history-tree.ts';
import { makeBlock } from '../app/main/ledger/types/block.ts';
import { ledgerMigrations } from '../app/main/ledger/migrations.ts';
import { TransactionSearch, type Sought } from '../app/main/ledger/chain/transaction-search.ts';
import { openDatabase } from '../app/main/platform/sqlite/database.ts';
import { percentile } from './lib/numbers.ts';
import type { Figure } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const TRANSACTIONS = 1_000_000;
const PER_BLOCK = 100;
const ACCOUNTS = 2000;
const KINDS = ['credit.transfer', 'role.grant', 'handle.register', 'member.ban'];
const PAGE = 100;

/** Keeps the process alive while something is waiting. */
const heldClock: Clock = {
  now: Date.now,
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Search and proofs among a million transactions; their contents are noise, their places and indexes are
 * real.
 */
export async function searchFigures(): Promise<Figure[]> {
  return withScratch(async (scratch) => {
    const file = join(scratch, 'ledger.db');
    const db = openDatabase(file, ledgerMigrations);
    // Building the table is not measured.
    db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -600000');
    const store = new ChainStore(db);
    const accounts = Array.from({ length: ACCOUNTS }, () => randomBytes(32));
    const ids: Uint8Array[] = [];
    const header = {
      community: randomBytes(32),
      epoch: 0,
      parent: randomBytes(32),
      stateRoot: randomBytes(32),
    };
    for (let height = 1; height <= TRANSACTIONS / PER_BLOCK;) {
      db.transaction(() => {
        for (const end = height + 50; height < end; height++) {
          const transactions = Array.from({ length: PER_BLOCK }, (_, place) => {
            const number = height * PER_BLOCK + place;
            const id = randomBytes(32);
            if (number % 1000 === 0) ids.push(id);
            return {
              id,
              account: accounts[number % ACCOUNTS]!,
              nonce: Math.floor(number / ACCOUNTS),
              kind: KINDS[number % 97 === 0 ? 1 + (number % 3) : 0]!,
              sealed: randomBytes(250),
            };
          });
          const sealed = transactions.map((one) => one.sealed);
          const fields = { ...header, height, slot: height, time: height, proposer: 0, anchor: null };
          store.putBlock(makeBlock(fields, sealed).header, transactions as never, null);
        }
      });
    }
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const search = new TransactionSearch(db);
    const account = accounts[7]!;
    const searches: Sought[] = [
      { kind: 'member.ban' },
      { kind: 'credit.transfer' },
      { account, kind: 'credit.transfer' },
      { height: 5000 },
      { height: 5000, kind: 'role.grant' },
    ];
    const times = searches.flatMap((sought) =>
      Array.from({ length: 40 }, (_, n) => {
        const startedAt = performance.now();
        search.find(sought, [9000 - 200 * n, 0], PAGE);
        return performance.now() - startedAt;
      }),
    );
    for (const id of ids.slice(0, 100)) {
      const startedAt = performance.now();
      store.transaction(id);
      times.push(performance.now() - startedAt);
    }
    const tree = new HistoryTree(store, search, heldClock);
    const firstAt = performance.now();
    await tree.inclusion(ids[0]!, TRANSACTIONS / PER_BLOCK);
    const firstMs = performance.now() - firstAt;
    const proofs: number[] = [];
    for (const id of ids.slice(1, 51)) {
      const startedAt = performance.now();
      await tree.inclusion(id, TRANSACTIONS / PER_BLOCK);
      proofs.push(performance.now() - startedAt);
    }
    const indexBytes = db
      .prepare<{ n: number }>(
        "SELECT SUM(pgsize) AS n FROM dbstat WHERE name IN ('ledger_transaction_kind', 'ledger_transaction_account_kind')",
      )
      .get()!.n;
    db.close();
    return [
      {
        name: `search among ${TRANSACTIONS.toLocaleString('en')} transactions, a page of ${PAGE}, p50`,
        value: percentile(times, 0.5),
        unit: 'ms',
      },
      { name: 'search, slowest', value: percentile(times, 1), unit: 'ms' },
      {
        name: 'size of the two search indexes',
        value: indexBytes / TRANSACTIONS,
        unit: 'B/tx',
        beside: { name: 'the whole database', value: statSync(file).size / TRANSACTIONS },
      },
      {
        name: 'first inclusion proof, which reads the whole history once',
        value: firstMs,
        unit: 'ms',
      },
      { name: 'every further inclusion proof, p50', value: percentile(proofs, 0.5), unit: 'ms' },
    ];
  });
}
