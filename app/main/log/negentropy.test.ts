import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../kernel/bytes.ts';
import { sha256 } from '../kernel/sha256.ts';
import { Negentropy } from './negentropy.ts';
import { encodeVarint, FINGERPRINT_BYTES, RangeSet } from './range-set.ts';

interface Item {
  key: number;
  id: Uint8Array;
}

const item = (key: number, seed: number): Item => ({
  key,
  id: sha256(Uint8Array.of(seed, seed >> 8, key, key >> 8)),
});

function setOf(items: Iterable<Item>): RangeSet {
  const set = new RangeSet();
  for (const { key, id } of items) set.add(key, id);
  return set;
}

/** The fingerprint by the definition of Negentropy: ids are added as little-endian numbers, the count follows. */
function fingerprintOf(items: readonly Item[]): string {
  const sum = items.reduce((total, { id }) => total + BigInt(`0x${toHex(id.toReversed())}`), 0n);
  const hex = (sum % 2n ** 256n).toString(16).padStart(64, '0');
  const input = [...fromHex(hex).toReversed(), ...encodeVarint(items.length)];
  return toHex(sha256(Uint8Array.from(input)).slice(0, FINGERPRINT_BYTES));
}

/** Runs a whole session; returns the ids that the asking side found missing, and the largest message. */
function reconcile(asking: RangeSet, answering: RangeSet, frameLimit = 64 * 1024) {
  const client = new Negentropy(asking, frameLimit);
  const server = new Negentropy(answering, frameLimit);
  const need: string[] = [];
  let largest = 0;
  let rounds = 0;
  for (let message: Uint8Array | null = client.initiate(); message; rounds++) {
    expect(rounds).toBeLessThan(10_000);
    const answer = server.respond(message);
    largest = Math.max(largest, message.length, answer.length);
    const difference = client.reconcile(answer);
    need.push(...difference.need.map(toHex));
    message = difference.next;
  }
  return { need, largest, rounds };
}

const items = fc.uniqueArray(
  fc
    .record({ key: fc.integer({ min: 0, max: 500 }), seed: fc.integer({ min: 0, max: 60_000 }) })
    .map(({ key, seed }) => item(key, seed)),
  { selector: (one) => toHex(one.id), maxLength: 400 },
);

describe('RangeSet', () => {
  test('keeps items in order and counts items below a bound, for any insertions and removals', () => {
    fc.assert(
      fc.property(items, fc.infiniteStream(fc.boolean()), (all, drop) => {
        const set = setOf(all);
        const kept = all.filter((one) => {
          if (!drop.next().value) return true;
          expect(set.remove(one.key, one.id)).toBe(true);
          return false;
        });
        kept.sort((a, b) => a.key - b.key || Buffer.compare(a.id, b.id));
        expect(set.size).toBe(kept.length);
        expect([...set.range(0, set.size)].map(({ id }) => toHex(id))).toEqual(
          kept.map(({ id }) => toHex(id)),
        );
        for (const [index, one] of kept.entries()) expect(set.lowerBound(one)).toBe(index);
      }),
      { numRuns: 50 },
    );
  });

  test('gives any range the fingerprint of its items, after any insertions and removals', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3500 }),
        fc.integer({ min: 2, max: 9 }),
        fc.boolean(),
        fc.tuple(fc.nat(), fc.nat()),
        (length, every, reversed, [one, other]) => {
          const all = Array.from({ length }, (_, index) => item(index % 700, index));
          const set = setOf(reversed ? all.toReversed() : all);
          const kept = all.filter(({ key, id }, index) => {
            if (index % every !== 0) return true;
            set.fingerprint(0, set.size);
            set.remove(key, id);
            return false;
          });
          kept.sort((a, b) => a.key - b.key || Buffer.compare(a.id, b.id));
          const [from, to] = [one % (kept.length + 1), other % (kept.length + 1)].sort((a, b) => a - b);
          expect(toHex(set.fingerprint(0, set.size))).toBe(fingerprintOf(kept));
          expect(toHex(set.fingerprint(from!, to!))).toBe(fingerprintOf(kept.slice(from, to)));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('finds its place again after a long run of items was removed', () => {
    const all = Array.from({ length: 4000 }, (_, index) => item(index, index));
    const set = setOf(all);
    const [kept, run] = [all.filter((_, index) => index < 500 || index >= 3000), all.slice(500, 3000)];
    for (const { key, id } of run) expect(set.remove(key, id)).toBe(true);
    expect(run.some(({ key, id }) => set.has(key, id))).toBe(false);
    expect(kept.every(({ key, id }) => set.has(key, id))).toBe(true);
    expect(toHex(set.fingerprint(0, set.size))).toBe(fingerprintOf(kept));
    for (const { key, id } of run.toReversed()) set.add(key, id);
    expect([...set.range(0, set.size)].map(({ key }) => key)).toEqual(all.map(({ key }) => key));
  });

  test('gives the fingerprint of the rest after an item was removed and after it came back', () => {
    const three = [item(1, 1), item(2, 2), item(3, 3)];
    const [first, second, third] = three;
    const set = setOf(three);
    set.remove(second!.key, second!.id);
    expect(toHex(set.fingerprint(0, 2))).toBe(fingerprintOf([first!, third!]));
    set.add(second!.key, second!.id);
    expect(toHex(set.fingerprint(0, 3))).toBe(fingerprintOf(three));
    expect(set.remove(4, item(4, 4).id)).toBe(false);
    expect(toHex(set.fingerprint(0, 3))).toBe(fingerprintOf(three));
  });

  test('gives a range the same fingerprint whatever its history', () => {
    const many = Array.from({ length: 5000 }, (_, index) => item(index % 700, index));
    const forward = setOf(many);
    const backward = setOf(many.toReversed());
    expect(toHex(forward.fingerprint(1000, 4321))).toBe(toHex(backward.fingerprint(1000, 4321)));
    expect(toHex(forward.fingerprint(1000, 4321))).not.toBe(toHex(forward.fingerprint(1000, 4322)));
  });

  test('refuses a duplicate item', () => {
    const set = setOf([item(1, 1)]);
    expect(set.add(1, item(1, 1).id)).toBe(false);
    expect(set.size).toBe(1);
  });
});

describe('Negentropy', () => {
  test('finds exactly the ids that the asking side lacks, for any two sets', () => {
    fc.assert(
      fc.property(items, items, fc.integer({ min: 4096, max: 20_000 }), (mine, theirs, frameLimit) => {
        const own = new Set(mine.map(({ id }) => toHex(id)));
        const expected = theirs.map(({ id }) => toHex(id)).filter((id) => !own.has(id));
        const { need } = reconcile(setOf(mine), setOf(theirs), frameLimit);
        expect(need.toSorted()).toEqual(expected.toSorted());
      }),
      { numRuns: 200 },
    );
  });

  test('keeps every message within the frame limit and returns ids in key order', () => {
    const theirs = Array.from({ length: 20_000 }, (_, index) => item(index, index));
    const { need, largest } = reconcile(new RangeSet(), setOf(theirs), 16 * 1024);
    expect(largest).toBeLessThanOrEqual(16 * 1024);
    expect(need).toEqual(theirs.map(({ id }) => toHex(id)));
  });

  test('reconciles two equal sets of 10,000 in one round and under 1 KiB', () => {
    const all = Array.from({ length: 10_000 }, (_, index) => item(index, index));
    const { need, rounds, largest } = reconcile(setOf(all), setOf(all));
    expect({ need, rounds, small: largest < 1024 }).toEqual({ need: [], rounds: 1, small: true });
  });

  test('writes the bytes that protocol version 1 prescribes for an empty set', () => {
    expect(toHex(new Negentropy(new RangeSet(), 4096).initiate())).toBe('6100000200');
  });

  test.each([
    ['an empty message', ''],
    ['another version', '6200000200'],
    ['an unknown mode', '61000009'],
    ['a cut fingerprint', '61000001abcd'],
    ['an id list longer than the message', '610000028100'],
    ['a bound whose id is too long', '61022100'],
    ['a number without end', '61ffffffffffffffffffff'],
  ])('refuses %s', (_, hex) => {
    expect(() => new Negentropy(new RangeSet(), 4096).respond(fromHex(hex))).toThrow(
      /message is malformed|version/,
    );
  });

  test('responds to random bytes with an answer or a typed refusal', () => {
    const negentropy = new Negentropy(setOf(Array.from({ length: 100 }, (_, i) => item(i, i))), 4096);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          negentropy.respond(Uint8Array.of(0x61, ...bytes));
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/malformed|bad-version/) });
        }
      }),
    );
  });
});
