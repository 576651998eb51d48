import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryLogFile } from '../../platform/memory/log-file.ts';
import { RejoinQuorum } from './rejoin-quorum.ts';
import { blockHash, testValidators } from './test-votes.ts';
import { VoteLog } from './vote-log.ts';
import { silenceOf, witnessesNeeded } from './sign-state.ts';
import type { Keep } from './vote-store.ts';

const four = testValidators(4);
const key = four.signers[0]!.publicKey;
const keep = (some: Partial<Keep>): Keep => ({ votes: [], certificates: [], proposals: [], ...some });
const voteIn = (slot: number) => keep({ votes: [four.vote(0, { kind: 'notarise', slot })] });
const upTo = (slot: number) => Array.from({ length: slot }, (_, n) => n + 1);

interface Write {
  readonly turn: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A log on two files that contain these writes; by default it only belongs to the key. */
async function openLog(writes: readonly Write[] | null = null, room = 64 * 1024) {
  const written = [...(writes ?? [])];
  const files = [0, 1].map((turn) => {
    const file = new MemoryLogFile(room, (offset, bytes) => written.push({ turn, offset, bytes }));
    file.fill(written.filter((write) => write.turn === turn));
    return file;
  });
  const log = new VoteLog([files[0]!, files[1]!]);
  if (!writes) await log.begin(key);
  const slots = async () => (await log.load(key))?.votes.map(({ slot }) => slot) ?? null;
  return { log, files, written, slots };
}

describe('a vote log', () => {
  it('holds its content after closing and opening again [K6]', async () => {
    const { log, written } = await openLog();
    const vote = four.vote(0, { kind: 'notarise', slot: 3 });
    const certificate = four.certificate([0, 1, 2], { kind: 'nullify', slot: 2 });
    const proposal = { hash: vote.block!, epoch: 0, slot: 3, block: blockHash('bytes'), vote };
    await log.put(keep({ votes: [vote], certificates: [certificate], proposals: [proposal] }));
    const again = await openLog(written);
    expect(await again.log.load(key)).toEqual({
      count: 1,
      slot: 3,
      settled: { epoch: 0, slot: 0 },
      votes: [vote],
      certificates: [certificate],
      proposals: [proposal],
    });
  });

  it('longer than one piece is read to its end, and no further [K6]', async () => {
    const { log, written, files } = await openLog();
    for (const slot of upTo(150)) await log.put(voteIn(slot));
    const again = await openLog(written);
    expect(await again.slots()).toEqual(upTo(150));
    const end = files[1]!.read(0, files[1]!.room).findLastIndex((byte) => byte !== 0);
    expect(end).toBeGreaterThan(2 * 16 * 1024);
  });

  it.each([
    ['a second block', 'notarise', 'notarise'],
    ['a second finalisation', 'finalise', 'finalise'],
    ['nullifying after finalising', 'finalise', 'nullify'],
    ['finalising after nullifying', 'nullify', 'finalise'],
  ] as const)('refuses %s in one slot, no matter who asks [K6]', async (_, first, second) => {
    const { log, written } = await openLog();
    await log.put(keep({ votes: [four.vote(0, { kind: first })] }));
    const other = four.vote(0, { kind: second, ...(second === 'nullify' ? {} : { block: blockHash('b') }) });
    for (const { log: one } of [{ log }, await openLog(written)]) {
      await expect(one.put(keep({ votes: [other] }))).rejects.toMatchObject({ code: 'vote-given' });
      expect((await one.load(key))?.count).toBe(1);
    }
    const both = keep({ votes: [four.vote(0, { kind: first, slot: 9 }), { ...other, slot: 9 }] });
    await expect(log.put(both)).rejects.toMatchObject({ code: 'vote-given' });
  });

  it('ends where a record stands that has been there before [K15]', async () => {
    const { log, written } = await openLog();
    for (const slot of upTo(4)) await log.put(voteIn(slot));
    const third = written.at(-2)!;
    const fourth = written.at(-1)!;
    const again = await openLog([...written.slice(0, -1), { ...fourth, bytes: third.bytes }]);
    expect(await again.slots()).toEqual([1, 2, 3]);
    expect((await again.log.load(key))?.count).toBe(3);
  });

  it('proves nothing for another key, and cannot be started twice [K10]', async () => {
    const { log } = await openLog();
    expect(await log.load(four.signers[1]!.publicKey)).toBeNull();
    await expect(log.begin(key)).rejects.toMatchObject({ code: 'votes-exist' });
  });

  it('forgets settled slots, and remembers how far it forgot [K10]', async () => {
    const { log } = await openLog();
    for (const slot of [1, 2, 3]) await log.put(keep({ votes: [four.vote(0, { kind: 'nullify', slot })] }));
    await log.settle(0, 2);
    const kept = await log.load(key);
    expect(kept?.votes.map(({ slot }) => slot)).toEqual([3]);
    expect(kept).toMatchObject({ count: 3, slot: 3, settled: { epoch: 0, slot: 2 } });
    await log.settle(0, 1);
    expect((await log.load(key))?.settled).toEqual({ epoch: 0, slot: 2 });
    await log.settle(1, 1);
    expect(await log.load(key)).toMatchObject({ votes: [], settled: { epoch: 1, slot: 1 } });
  });

  it('that is full continues in the other file with what is not settled, any number of times [K6] [K15]', async () => {
    const { log, written } = await openLog(null, 4096);
    for (const slot of upTo(200)) {
      await log.put(voteIn(slot));
      if (slot % 8 === 0) await log.settle(0, slot - 4);
      if (slot % 25 !== 0) continue;
      const again = await openLog(written, 4096);
      const kept = (await again.log.load(key))!;
      expect(kept).toMatchObject({ count: slot, slot });
      // The slots settled since the last switch of files are still there.
      const { length } = kept.votes;
      expect(kept.votes.map((vote) => vote.slot)).toEqual(upTo(slot).slice(slot - length));
      expect(kept.settled.slot).toBeLessThanOrEqual(slot);
      expect(length).toBeGreaterThanOrEqual(slot - kept.settled.slot);
    }
    expect(new Set(written.map(({ turn }) => turn)).size).toBe(2);
  });

  it('grows when votes that are not settled fill its files [K6]', async () => {
    const { log, written, files } = await openLog(null, 2048);
    for (const slot of upTo(60)) await log.put(voteIn(slot));
    expect(await (await openLog(written, 2048)).slots()).toEqual(upTo(60));
    expect(Math.max(...files.map(({ room }) => room))).toBeGreaterThan(2048);
  });

  it('with a torn end holds the votes before it, each completely or not at all [K6] [K15]', async () => {
    const { log, written } = await openLog(null, 2048);
    for (const slot of upTo(30)) await log.put(voteIn(slot));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(written.length - 2),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (count, share) => {
          // The first write begins the log, so every further write is a vote.
          const torn = written[count + 1]!;
          const cut = Math.floor(torn.bytes.length * share);
          const whole = cut === torn.bytes.length;
          const part = { ...torn, bytes: torn.bytes.map((byte, at) => (at < cut ? byte : byte ^ 255)) };
          const again = await openLog([...written.slice(0, count + 1), part], 2048);
          expect(await again.slots()).toEqual(upTo(whole ? count + 1 : count));
          // It continues from there normally.
          await again.log.put(voteIn(500));
          const once = await openLog(again.written, 2048);
          expect(await once.slots()).toEqual([...upTo(whole ? count + 1 : count), 500]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('with damage in the middle ends before it, so that the sign state shows how much is lost [K10] [K15]', async () => {
    const { log, files } = await openLog();
    for (const slot of upTo(12)) await log.put(voteIn(slot));
    const bytes = files.map((file) => file.read(0, file.room));
    const end = bytes[1]!.findLastIndex((byte) => byte !== 0);
    await fc.assert(
      fc.asyncProperty(fc.nat(end), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = bytes[1]!.slice();
        damaged[at]! ^= change;
        const again = await openLog([
          { turn: 0, offset: 0, bytes: bytes[0]! },
          { turn: 1, offset: 0, bytes: damaged },
        ]);
        const kept = await again.log.load(key);
        const slots = kept?.votes.map(({ slot }) => slot) ?? [];
        expect(slots).toEqual(upTo(slots.length));
        expect(slots.length).toBeLessThan(12);
        expect(silenceOf(kept, { votes: 12, slot: 12 })).toBe(12);
      }),
      { numRuns: 100 },
    );
  });

  it('releases nothing of a failed write, and continues in the other file [K6] [K15]', async () => {
    const { log, files, written } = await openLog();
    await log.put(voteIn(1));
    const write = files[1]!.write.bind(files[1]!);
    files[1]!.write = () => {
      throw new Error('no space left');
    };
    await expect(log.put(voteIn(2))).rejects.toThrow('no space left');
    expect((await log.load(key))?.count).toBe(1);
    files[1]!.write = write;
    await log.put(voteIn(3));
    expect(written.at(-1)?.turn).toBe(0);
    expect(await (await openLog(written)).slots()).toEqual([1, 3]);
  });

  it('is empty once it is renewed [K10]', async () => {
    const { log, written } = await openLog();
    await log.put(voteIn(1));
    log.renew();
    expect(await log.load(key)).toBeNull();
    const again = await openLog(written);
    expect(await again.log.load(key)).toBeNull();
    await again.log.begin(key);
    expect(await again.log.load(key)).toMatchObject({ count: 0, slot: 0, votes: [] });
  });
});

describe('a validator whose vote log was set back', () => {
  it('detects it by the sign state, and is silent that far [K10]', () => {
    expect(silenceOf({ count: 7 }, { votes: 7, slot: 5 })).toBe(0);
    expect(silenceOf({ count: 7 }, { votes: 9, slot: 6 })).toBe(6);
    expect(silenceOf(null, { votes: 9, slot: 6 })).toBe(6);
  });

  it('that also lost the sign state has to hear from others first [K10]', () => {
    expect(silenceOf({ count: 7 }, null)).toBe(Infinity);
    expect(silenceOf(null, null)).toBe(Infinity);
  });

  it('with a new key is not silent [K10]', () => {
    expect(silenceOf({ count: 0 }, { votes: 0, slot: 0 })).toBe(0);
  });

  it('needs two of three others, each counted once, and only validators [K10]', () => {
    const rejoin = new RejoinQuorum(four.set, 0);
    const peer = (place: number) => four.set.validators[place]!.peer;
    expect(rejoin.hear(peer(1), 10)).toBeNull();
    expect(rejoin.hear(peer(1), 11)).toBeNull();
    expect(rejoin.hear('a stranger', 900)).toBeNull();
    expect(rejoin.hear(peer(0), 900)).toBeNull();
    expect(rejoin.hear(peer(3), 4)).toBe(13);
  });

  it('hears from enough others that one of them is honest and voted in any quorum [K10]', () => {
    for (let count = 2; count <= 64; count++) {
      for (const model of ['byzantine', 'crash'] as const) {
        const { quorum } = testValidators(count, model).set;
        const liars = model === 'byzantine' ? Math.floor((count - 1) / 3) : 0;
        const needed = witnessesNeeded(count, quorum, model);
        // At most this validator of a quorum is missing among the others, and it is one of the faulty ones.
        const shared = needed + (quorum - 1) - (count - 1);
        expect(shared).toBeGreaterThan(Math.max(0, liars - 1));
        expect(needed).toBeLessThanOrEqual(count - 1);
      }
    }
  });
});
