import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../platform/sqlite/database.ts';
import { Doubt } from './doubt.ts';
import { blockHash, testValidators } from './test-votes.ts';
import { voteMigrations } from './vote-migrations.ts';
import { silenceOf, witnessesNeeded } from './vote-mark.ts';
import { createVoteStore, type Keep } from './vote-store.ts';

const four = testValidators(4);
const key = four.signers[0]!.publicKey;
const directory = mkdtempSync(join(tmpdir(), 'impulse-votes-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const open = (path = ':memory:') => {
  const db = openDatabase(path, voteMigrations, { durability: 'power-cut' });
  return { db, store: createVoteStore(db) };
};
const keep = (some: Partial<Keep>): Keep => ({ votes: [], certificates: [], proposals: [], ...some });

describe('a vote log', () => {
  it('holds what was kept, after it was closed and opened again [K6]', async () => {
    const path = join(directory, 'kept.sqlite');
    const first = open(path);
    await first.store.begin(key);
    const vote = four.vote(0, { kind: 'notarise', slot: 3 });
    const certificate = four.certificate([0, 1, 2], { kind: 'nullify', slot: 2 });
    const proposal = { hash: blockHash('a'), epoch: 0, slot: 3, block: blockHash('bytes'), vote };
    await first.store.put(keep({ votes: [vote], certificates: [certificate], proposals: [proposal] }));
    first.db.close();
    const kept = (await open(path).store.load(key))!;
    const proposals = kept.proposals.map((one) => ({
      ...one,
      hash: new Uint8Array(one.hash),
      block: new Uint8Array(one.block),
    }));
    expect({ ...kept, proposals }).toEqual({
      count: 1,
      slot: 3,
      settled: { epoch: 0, slot: 0 },
      votes: [vote],
      certificates: [certificate],
      proposals: [proposal],
    });
  });

  it.each([
    ['a second block', 'notarise', 'notarise'],
    ['a second finalisation', 'finalise', 'finalise'],
    ['nullifying what was finalised', 'finalise', 'nullify'],
    ['finalising what was nullified', 'nullify', 'finalise'],
  ] as const)('refuses %s in one slot, whatever asks for it [K6]', async (_, first, second) => {
    const { store } = open();
    await store.begin(key);
    await store.put(keep({ votes: [four.vote(0, { kind: first })] }));
    const other = four.vote(0, { kind: second, ...(second === 'nullify' ? {} : { block: blockHash('b') }) });
    await expect(store.put(keep({ votes: [other] }))).rejects.toThrow(/UNIQUE|exclude each other/);
    expect((await store.load(key))?.count).toBe(1);
  });

  it('proves nothing for another key, and is not begun twice [K10]', async () => {
    const { store } = open();
    await store.begin(key);
    expect(await store.load(four.signers[1]!.publicKey)).toBeNull();
    await expect(store.begin(key)).rejects.toMatchObject({ code: 'votes-exist' });
  });

  it('forgets what is settled, and remembers how far it forgot [K10]', async () => {
    const { store } = open();
    await store.begin(key);
    for (const slot of [1, 2, 3]) await store.put(keep({ votes: [four.vote(0, { kind: 'nullify', slot })] }));
    await store.settle(0, 2);
    const kept = await store.load(key);
    expect(kept?.votes.map(({ slot }) => slot)).toEqual([3]);
    expect(kept).toMatchObject({ count: 3, slot: 3, settled: { epoch: 0, slot: 2 } });
    await store.settle(0, 1);
    expect((await store.load(key))?.settled).toEqual({ epoch: 0, slot: 2 });
    await store.settle(1, 1);
    expect(await store.load(key)).toMatchObject({ votes: [], settled: { epoch: 1, slot: 1 } });
  });

  it('whose end was torn off holds the votes before it, each whole or not at all [K6]', async () => {
    const path = join(directory, 'torn.sqlite');
    const { db, store } = open(path);
    await store.begin(key);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const slots = Array.from({ length: 12 }, (_, n) => n + 1);
    for (const slot of slots) await store.put(keep({ votes: [four.vote(0, { kind: 'notarise', slot })] }));
    const copy = join(directory, 'copy.sqlite');
    copyFileSync(path, copy);
    const wal = readFileSync(`${path}-wal`);
    await fc.assert(
      fc.asyncProperty(fc.nat(wal.length), fc.uint8Array({ maxLength: 64 }), async (cut, junk) => {
        const torn = join(directory, `torn-${cut}.sqlite`);
        copyFileSync(copy, torn);
        writeFileSync(`${torn}-wal`, Buffer.concat([wal.subarray(0, cut), junk]));
        const again = open(torn);
        const kept = await again.store.load(key);
        expect(kept?.votes.map(({ slot }) => slot)).toEqual(slots.slice(0, kept!.count));
        again.db.close();
        for (const end of ['', '-wal', '-shm']) rmSync(torn + end, { force: true });
      }),
      { numRuns: 40 },
    );
    db.close();
  });
});

describe('a validator whose vote log went back in time', () => {
  it('knows it from the mark beside the log, and is silent so far [K10]', () => {
    expect(silenceOf({ count: 7 }, { votes: 7, slot: 5 })).toBe(0);
    expect(silenceOf({ count: 7 }, { votes: 9, slot: 6 })).toBe(6);
    expect(silenceOf(null, { votes: 9, slot: 6 })).toBe(6);
  });

  it('that lost the mark too has to hear from others first [K10]', () => {
    expect(silenceOf({ count: 7 }, null)).toBe(Infinity);
    expect(silenceOf(null, null)).toBe(Infinity);
  });

  it('whose key is new is not silent [K10]', () => {
    expect(silenceOf({ count: 0 }, { votes: 0, slot: 0 })).toBe(0);
  });

  it('hears two of three others, each once, and none who is no validator [K10]', () => {
    const doubt = new Doubt(four.set, 0);
    const peer = (place: number) => four.set.validators[place]!.peer;
    expect(doubt.hear(peer(1), 10)).toBeNull();
    expect(doubt.hear(peer(1), 11)).toBeNull();
    expect(doubt.hear('a stranger', 900)).toBeNull();
    expect(doubt.hear(peer(0), 900)).toBeNull();
    expect(doubt.hear(peer(3), 4)).toBe(13);
  });

  it('hears from enough that one of them is honest and voted in any quorum [K10]', () => {
    for (let count = 2; count <= 64; count++) {
      for (const model of ['byzantine', 'crash'] as const) {
        const { quorum } = testValidators(count, model).set;
        const liars = model === 'byzantine' ? Math.floor((count - 1) / 3) : 0;
        const needed = witnessesNeeded(count, quorum, model);
        // Of a quorum at most this validator is missing among the others, and it is one of the faulty.
        const shared = needed + (quorum - 1) - (count - 1);
        expect(shared).toBeGreaterThan(Math.max(0, liars - 1));
        expect(needed).toBeLessThanOrEqual(count - 1);
      }
    }
  });
});
