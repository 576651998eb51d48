import { expect, test } from 'vitest';
import { problemOf } from '../../kernel/errors.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import { Prover } from '../chain/prover.ts';
import { openManifest } from '../chain/snapshot.ts';
import { ledgerMigrations } from '../migrations.ts';
import { trustIn } from '../proofs/proof.ts';
import { TestLedger } from '../test-ledger.ts';
import { HistoryFiller } from './history-filler.ts';

/** A ledger of this height, and a node that begins with its snapshot and has no transactions and no past. */
async function begun(height: number) {
  const ledger = new TestLedger({ parameters: { snapshotInterval: height } });
  for (let n = 1; n < height; n++) await ledger.block([], true);
  await ledger.act(ledger.founder, 'role.grant', { member: ledger.person('odin').key, role: 'member' });
  const { store, snapshots } = ledger.chain;
  const manifest = new Prover(ledger.origin.id, store).manifest(height, snapshots.cut(height)!);
  const snapshot = openManifest(manifest, trustIn(ledger.origin, memoryBls), memoryBls);
  const db = openDatabase(':memory:', ledgerMigrations);
  ledger.replica({ db }).begin({ snapshot, parts: [snapshots.part(height, 0)!] });
  return { store, filler: new HistoryFiller(db, ledger.origin, memoryBls) };
}

test('[Q7] a peer that sends other blocks or certificates is refused, and nothing is filled', async () => {
  const { store, filler } = await begun(20);
  const fault = (work: () => void) => {
    try {
      work();
      return 'ok';
    } catch (error) {
      return problemOf(error).code;
    }
  };
  const block = (height: number) => store.block(height)!;
  expect(fault(() => filler.fill(block(20), null))).toBe('ok');
  expect(fault(() => filler.fill(block(18), store.ownSeal(18)))).toBe('not-missing');
  expect(fault(() => filler.fill(block(19), store.ownSeal(18)))).toBe('bad-certificate');
  expect(filler.missing()!.height).toBe(19);
});

test('[Q7] one of 64 consecutive past blocks comes with its certificate', async () => {
  const { store, filler } = await begun(70);
  for (let height = 70; height > 6; height--) filler.fill(store.block(height)!, null);
  expect(() => filler.fill(store.block(6)!, null)).toThrow('without the certificate');
  filler.fill(store.block(6)!, store.ownSeal(6));
  filler.fill(store.block(5)!, null);
  expect(filler.missing()!.height).toBe(4);
});
