import { beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import { startFromSnapshot } from './bootstrap.ts';
import { HistoryFiller } from '../sync/history-filler.ts';
import { ledgerMigrations } from '../migrations.ts';
import { encodeProof, trustIn, verifyProof, type Trust } from '../proofs/proof.ts';
import { Prover } from './prover.ts';
import { depthFor, encodePart, openManifest, openPart, type Snapshot } from './snapshot.ts';
import { TestLedger, type Person } from '../test-ledger.ts';
import type { Transaction } from '../types/transaction.ts';

let ledger: TestLedger;
let trust: Trust;
let odin: Person;
let early: Transaction;
let manifest: Uint8Array;
let parts: Uint8Array[];
let snapshot: Snapshot;

const emptyDatabase = () => openDatabase(':memory:', ledgerMigrations);

beforeAll(async () => {
  ledger = new TestLedger({ validators: 4, parameters: { snapshotInterval: 8 } });
  trust = trustIn(ledger.origin, memoryBls);
  odin = ledger.person('odin');
  early = await ledger.act(ledger.founder, 'role.grant', {
    member: odin.key,
    role: 'member',
    handle: 'Odin',
  });
  await ledger.act(ledger.founder, 'validators.change', ledger.change([...ledger.people, odin]));
  // Enough accounts to cut the state into several parts.
  for (let n = 0; n < 1100; n += 220) {
    for (let one = n; one < n + 220; one++) {
      const member = sha256(Buffer.from(`member ${one}`));
      await ledger.submit(ledger.sign(ledger.founder, 'role.grant', { member, role: 'guest' }));
    }
    await ledger.block();
  }
  await ledger.act(odin, 'handle.register', { handle: 'Wotan' });
  const { snapshots } = ledger.chain;
  manifest = new Prover(ledger.origin.id, ledger.chain.store).manifest(8, snapshots.cut(8)!);
  snapshot = openManifest(manifest, trust, memoryBls);
  parts = snapshot.cut.slots.map((_, part) => snapshots.part(8, part)!);
  await ledger.act(odin, 'handle.register', { handle: 'Odin' });
});

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'ok';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

describe('a snapshot', () => {
  test('[Q1] is taken at a fixed interval of blocks and can be checked from the genesis document on', () => {
    expect(ledger.chain.snapshots.heights()).toEqual([8]);
    expect([snapshot.header.height, snapshot.set.epoch, parts.length]).toEqual([8, 1, 16]);
  });

  test('[Q6] lets a node start that has the root of the others and continues with them', async () => {
    const db = emptyDatabase();
    startFromSnapshot(db, snapshot, parts, 1);
    const joined = ledger.replica({ db });
    expect(joined.base.height).toBe(8);
    await joined.finalise((await ledger.chain.run(9))!);
    expect(toHex(joined.base.stateRoot)).toBe(toHex(ledger.chain.base.stateRoot));
    expect(joined.snapshots.heights()).toEqual([8]);
    expect(codeOf(() => startFromSnapshot(db, snapshot, parts, 1))).toBe('chain-exists');
  });

  test('[Q7] is followed by the blocks before it, newest first, which the node can then prove', async () => {
    const db = emptyDatabase();
    startFromSnapshot(db, snapshot, parts, 1);
    const joined = ledger.replica({ db });
    const prover = new Prover(ledger.origin.id, joined.store);
    const filler = new HistoryFiller(db, ledger.origin, memoryBls);
    expect(() => joined.replay()).toThrow('first blocks');
    expect(codeOf(() => prover.prove(early.id))).toBe('unknown-transaction');
    const { store } = ledger.chain;
    expect(codeOf(() => filler.fill(store.block(3)!, store.ownSeal(3)))).toBe('not-missing');
    for (let missing = filler.missing(); missing; missing = filler.missing()) {
      const [block, seal] = [store.block(missing.height)!, store.ownSeal(missing.height)!];
      const forged = { ...seal, certificate: { ...seal.certificate, signature: new Uint8Array(96) } };
      expect(codeOf(() => filler.fill(block, forged))).toBe('bad-signature');
      filler.fill(block, seal);
    }
    const proof = encodeProof(prover.prove(early.id));
    expect(verifyProof(proof, trust, memoryBls)).toMatchObject({ ok: true });
    joined.replay();
    expect(joined.base.height).toBe(8);
  });

  test('[Q4] with a part that is changed, truncated, swapped or missing is refused', () => {
    const { cut } = snapshot;
    const entries = openPart(parts[3]!, 3, cut);
    expect(entries.length).toBeGreaterThan(1);
    const [[key, value], ...others] = entries as [[string, Uint8Array], ...[string, Uint8Array][]];
    expect(codeOf(() => openPart(encodePart([[key, sha256(value)], ...others]), 3, cut))).toBe('wrong-part');
    expect(codeOf(() => openPart(encodePart(others), 3, cut))).toBe('wrong-part');
    expect(codeOf(() => openPart(encodePart([...entries, entries[0]!]), 3, cut))).toBe('wrong-part');
    expect(codeOf(() => openPart(parts[3]!, 4, cut))).toBe('wrong-part');
    expect(codeOf(() => openPart(parts[3]!, 99, cut))).toBe('wrong-part');
    expect(codeOf(() => openPart(parts[3]!.slice(0, 40), 3, cut))).toBe('malformed');
    const db = emptyDatabase();
    const swapped = parts.with(3, parts[4]!);
    expect(codeOf(() => startFromSnapshot(db, snapshot, swapped, 1))).toBe('wrong-part');
    expect(codeOf(() => startFromSnapshot(db, snapshot, parts.slice(0, 15), 1))).toBe('malformed');
    expect(ledger.replica({ db }).base.height).toBe(0);
  });

  test('[Q3] with another root, of another community, truncated or too large is refused', () => {
    const prover = new Prover(ledger.origin.id, ledger.chain.store);
    const { cut } = snapshot;
    const open = (bytes: Uint8Array, by = trust) => codeOf(() => openManifest(bytes, by, memoryBls));
    expect(open(prover.manifest(8, { ...cut, slots: cut.slots.with(2, null) }))).toBe('wrong-state-root');
    expect(open(prover.manifest(8, { ...cut, slots: cut.slots.slice(1) }))).toBe('bad-snapshot');
    expect(open(prover.manifest(7, cut))).toBe('wrong-state-root');
    expect(open(manifest, { ...trust, community: odin.key })).toBe('wrong-community');
    expect(open(manifest.slice(0, 200))).toBe('malformed');
    expect(open(new Uint8Array(9 * 1024 * 1024))).toBe('snapshot-too-large');
  });

  test('[Q2] is cut at the least depth with about 1,024 entries per part, at most 3', () => {
    expect([1024, 1025, 16 * 1024, 16 * 1024 + 1].map(depthFor)).toEqual([0, 1, 1, 2]);
    expect([256 * 1024 + 1, 10 ** 9].map(depthFor)).toEqual([3, 3]);
    expect([snapshot.cut.depth, snapshot.cut.slots.length]).toEqual([1, 16]);
    const keys = parts.map((part, number) => openPart(part, number, snapshot.cut).map(([key]) => key));
    const digits = keys.map((some) => new Set(some.map((key) => toHex(sha256(Buffer.from(key))).charAt(0))));
    expect(digits).toEqual(parts.map((_, number) => new Set([number.toString(16)])));
  });

  test('[Q5] is kept if it is one of the two newest', async () => {
    const small = new TestLedger({ parameters: { snapshotInterval: 1 } });
    for (let n = 0; n < 4; n++) await small.block([], true);
    expect(small.chain.snapshots.heights()).toEqual([4, 3]);
    expect(small.chain.snapshots.part(2, 0)).toBeNull();
  });
});
