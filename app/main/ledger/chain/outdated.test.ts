import { expect, test } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import { encodeProof, trustIn, verifyProof } from '../proofs/proof.ts';
import { UNKNOWN_VERSION } from '../consensus/application.ts';
import { ledgerMigrations } from '../migrations.ts';
import { TestLedger } from '../test-ledger.ts';
import { growTo, notes, releases, scheduleSoon } from '../test-versions.ts';
import type { Chain } from './chain.ts';
import type { Halt } from './halt.ts';
import { Prover } from './prover.ts';
import { mustBeKnown, openManifest, openPart, partOf } from './snapshot.ts';

const emptyDatabase = () => openDatabase(':memory:', ledgerMigrations);

/** A ledger two blocks above the first block of version 2, and a chain of an older release at a height. */
async function world(offset: number) {
  const halts: Halt[] = [];
  const ledger = new TestLedger({ parameters: { snapshotInterval: 5 }, chain: releases.new });
  const db = emptyDatabase();
  const old = ledger.replica({ ...releases.old, db, halted: (halt) => void halts.push(halt) });
  const height = await scheduleSoon(ledger);
  await growTo(ledger, height - 2);
  const last = await ledger.act(ledger.founder, 'note.add', { text: 'last' });
  await ledger.act(ledger.founder, 'note.add', { text: 'first' });
  await growTo(ledger, height + 1);
  await follow(ledger, old, height + offset);
  return { ledger, old, db, height, last, halts };
}

async function follow(ledger: TestLedger, chain: Chain, to: number): Promise<void> {
  while (chain.base.height < to) await chain.finalise((await ledger.chain.run(chain.base.height + 1))!);
}

test('[PV6] an outdated node judges and proposes nothing, keeps no evidence, and can be read', async () => {
  const { ledger, old, height, last, halts } = await world(-1);
  expect([old.outdated, old.base.height, old.protocol]).toMatchObject([
    true,
    height - 1,
    { version: 2, known: 1 },
  ]);
  const [block] = (await ledger.chain.run(height))!.blocks;
  expect(await old.execute(block!, old.base)).toEqual({ ok: false, code: UNKNOWN_VERSION });
  expect(await old.propose({ ...block!.header }, old.base, true)).toBeNull();
  await old.finalise((await ledger.chain.run(height))!);
  expect([old.base.height, old.halt, halts]).toEqual([height - 1, null, []]);
  expect(() => old.replay()).toThrow('does not know');
  expect(old.store.transaction(last.id)).toMatchObject({ height: height - 1 });
  expect(notes(old.state)).toEqual([['last', height - 1]]);
});

test('[PV6] a block on one that is not final is judged by the version of its own parent', async () => {
  const { ledger, old, height } = await world(-2);
  const [before] = (await ledger.chain.run(height - 1))!.blocks;
  const [block] = (await ledger.chain.run(height))!.blocks;
  expect(await old.execute(before!, old.base)).toMatchObject({ ok: true });
  const parent = { ...before!.header };
  expect(await old.execute(block!, parent)).toEqual({ ok: false, code: UNKNOWN_VERSION });
  expect(await old.propose({ ...block!.header }, parent, true)).toBeNull();
  expect(old.outdated).toBe(false);
});

test('[PV7] a later certificate proves the last block here; after the update it is as on every node', async () => {
  const { ledger, old, db, height, last } = await world(-2);
  const runs = [(await ledger.chain.run(height - 1))!, (await ledger.chain.run(height))!];
  await old.finalise({ ...runs[1]!, blocks: runs.flatMap(({ blocks }) => blocks) });
  expect([old.base.height, old.outdated]).toEqual([height - 1, true]);
  expect(await old.run(height - 1)).toBeNull();
  const proof = encodeProof(new Prover(ledger.origin.id, old.store).prove(last.id));
  expect(verifyProof(proof, trustIn(ledger.origin, memoryBls), memoryBls)).toMatchObject({ ok: true });
  const updated = ledger.replica({ ...releases.new, db });
  expect([updated.outdated, updated.base.height]).toEqual([false, height - 1]);
  await follow(ledger, updated, height + 1);
  expect((await updated.run(height - 1))!.blocks.map(({ header }) => header.height)).toEqual([
    height - 1,
    height,
  ]);
  expect(toHex(updated.base.stateRoot)).toBe(toHex(ledger.chain.base.stateRoot));
  updated.replay();
  expect(notes(updated.state)).toEqual([
    ['last', height - 1],
    ['FIRST', height],
  ]);
});

test('[PV8] [PV9] a snapshot of a later version is refused by an old release, and taken after the update', async () => {
  const { ledger, old, db, height } = await world(-4);
  await growTo(ledger, height + 5);
  const at = ledger.chain.snapshots.heights()[0]!;
  const manifest = new Prover(ledger.origin.id, ledger.chain.store).manifest(
    at,
    ledger.chain.snapshots.cut(at)!,
  );
  const snapshot = openManifest(manifest, trustIn(ledger.origin, memoryBls), memoryBls);
  const parts = snapshot.cut.slots.map((_, part) => ledger.chain.snapshots.part(at, part)!);
  expect(() => old.begin({ snapshot, parts })).toThrow('belongs to version 2');
  expect(old.base.height).toBe(height - 4);
  const part = partOf('ledger/protocol', snapshot.cut);
  expect(() => mustBeKnown(openPart(parts[part]!, part, snapshot.cut), 1)).toThrow('belongs to version 2');
  await follow(ledger, old, height - 1);
  expect(old.outdated).toBe(true);
  const updated = ledger.replica({ ...releases.new, db });
  updated.begin({ snapshot, parts });
  await follow(ledger, updated, ledger.chain.base.height);
  expect(toHex(updated.base.stateRoot)).toBe(toHex(ledger.chain.base.stateRoot));
});

test('[PV6] an older release that gets the data of a newer one stops where that stopped, and can be read', async () => {
  const { ledger, db, height } = await world(-1);
  await follow(ledger, ledger.replica({ ...releases.new, db }), height + 1);
  const returned = ledger.replica({ ...releases.old, db });
  expect([returned.outdated, returned.base.height]).toEqual([true, height + 1]);
  expect(returned.store.block(height)!.transactions.length).toBe(1);
});
