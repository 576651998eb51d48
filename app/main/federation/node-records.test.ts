import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { encodeCanonical } from '../kernel/canonical.ts';
import type { Database } from '../kernel/database.ts';
import { Problem } from '../kernel/errors.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { personOf, verifier } from '../sim/test-world.ts';
import { federationMigrations } from './index.ts';
import { MAX_PER_MEMBER, MAX_RECORDS, NodeBook } from './node-book.ts';
import {
  isGenuine,
  MAX_RECORD_BYTES,
  MAX_SEQUENCE,
  readRecord,
  SealedRecord,
  sealRecord,
  type NodeRecord,
} from './node-record.ts';
import { plain, recordOf } from './test-records.ts';

const community = new Uint8Array(32).fill(7);
const NOW = 1_700_000_000_000;
const DAY_MS = 86_400_000;
const network = { keyOf: (peer: string) => personOf(peer).publicKey };
const genuine = (record: NodeRecord) => isGenuine(record, verifier, network);
const ADA = recordOf({
  community,
  peer: 'ada',
  time: NOW,
  addresses: ['/ip4/8.8.0.1/tcp/4001/p2p/ada'],
  relay: true,
});

describe('records', () => {
  const fields = fc.record({
    community: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    sequence: fc.nat({ max: MAX_SEQUENCE }),
    time: fc.maxSafeNat(),
    name: fc.string({ unit: 'grapheme', maxLength: 80 }),
    addresses: fc.array(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 400 }), {
      maxLength: 12,
    }),
    relay: fc.boolean(),
  });

  test('[N1] any record within the limits is read as it was signed', async () => {
    await fc.assert(
      fc.asyncProperty(fields, async (said) => {
        const record = sealRecord({ ...said, peer: 'ada' }, personOf('ada'), { signer: personOf('ada') });
        const [bytes] = SealedRecord.parse(record.sealed);
        expect(bytes.length).toBeLessThanOrEqual(MAX_RECORD_BYTES);
        expect(plain(readRecord(record.sealed))).toEqual(plain(record));
        expect(record.addresses).toEqual(said.addresses.filter((one) => one.length <= 300).slice(0, 8));
        expect(record).toMatchObject({ sequence: said.sequence, time: said.time, relay: said.relay });
        expect(await genuine(record)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('[N1] one changed bit makes a record malformed or forged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1, 2),
        fc.nat(),
        fc.integer({ min: 0, max: 7 }),
        async (part, at, bit) => {
          const sealed = ADA.sealed.map((bytes) => Uint8Array.from(bytes)) as SealedRecord;
          const bytes = sealed[part]!;
          bytes[at % bytes.length]! ^= 1 << bit;
          let record: NodeRecord;
          try {
            record = readRecord(sealed);
          } catch (error) {
            expect(error).toBeInstanceOf(Problem);
            return;
          }
          expect(await genuine(record)).toBe(false);
        },
      ),
    );
  });

  test('[N1] any bytes are parsed or refused with a problem', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          readRecord([bytes, new Uint8Array(64), new Uint8Array(64)]);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
    );
  });

  const body = {
    v: 1,
    c: community,
    p: 'ada',
    k: personOf('ada').publicKey,
    s: 1,
    t: 1,
    n: '',
    a: ['/x'],
    r: false,
  };
  const { r: _, ...short } = body;
  test.each<[string, unknown]>([
    ['of another version', { ...body, v: 2 }],
    ['with a field more', { ...body, x: 1 }],
    ['with a field less', short],
    ['with nine addresses', { ...body, a: Array.from({ length: 9 }, () => '/x') }],
    ['with an endless address', { ...body, a: ['x'.repeat(301)] }],
    ['with an empty address', { ...body, a: [''] }],
    ['with a long name', { ...body, n: 'x'.repeat(61) }],
    ['with a long peer id', { ...body, p: 'x'.repeat(101) }],
    ['with a short key', { ...body, k: new Uint8Array(31) }],
    ['of a negative time', { ...body, t: -1 }],
    ['of a broken sequence', { ...body, s: 1.5 }],
    ['of a sequence beyond the highest', { ...body, s: MAX_SEQUENCE + 1 }],
    ['that is a list', [body]],
    ['that is nothing', null],
  ])('[N1] a record %s is malformed', (_what, value) => {
    const bytes = encodeCanonical(value);
    expect(() => readRecord([bytes, new Uint8Array(64), new Uint8Array(64)])).toThrowError(
      expect.objectContaining({ code: 'malformed' }),
    );
  });

  test('[N1] a record beyond 3,072 bytes or with a signature of another length is refused', () => {
    const [bytes, ofMember, ofNode] = ADA.sealed;
    expect(SealedRecord.safeParse([new Uint8Array(MAX_RECORD_BYTES), ofMember, ofNode]).success).toBe(true);
    for (const wrong of [
      [new Uint8Array(MAX_RECORD_BYTES + 1), ofMember, ofNode],
      [bytes, ofMember.slice(1), ofNode],
      [bytes, ofMember],
      [bytes, ofMember, ofNode, ofNode],
      ['text', ofMember, ofNode],
    ])
      expect(SealedRecord.safeParse(wrong).success).toBe(false);
  });

  test('[N1] both keys must sign: neither a member for a stranger’s node nor a node for another member', async () => {
    const [bytes, ofMember, ofNode] = ADA.sealed;
    const others = recordOf({ community, peer: 'eve', time: NOW }).sealed;
    expect(await genuine(readRecord([bytes, ofMember, others[2]]))).toBe(false);
    expect(await genuine(readRecord([bytes, others[1], ofNode]))).toBe(false);
    expect(await genuine(readRecord([bytes, ofNode, others[1]]))).toBe(false);
    expect(await isGenuine(ADA, verifier, { keyOf: () => null })).toBe(false);
    expect(await genuine(recordOf({ community, peer: 'laptop', member: 'ada', time: NOW }))).toBe(true);
  });
});

describe('the book', () => {
  let clock: VirtualClock;
  let db: Database;
  let book: NodeBook;
  beforeEach(() => {
    clock = new VirtualClock(NOW);
    db = openDatabase(':memory:', federationMigrations);
    book = new NodeBook(db, clock);
  });
  const put = (peer: string, time = NOW, member = peer, sequence = time) =>
    book.put(recordOf({ community, peer, member, time, sequence }));

  test('[N3] the highest sequence of a node counts, in whatever order records come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 12 }), (sequences) => {
        const fresh = new NodeBook(openDatabase(':memory:', federationMigrations), clock);
        let highest = -1;
        for (const sequence of sequences) {
          expect(fresh.put(recordOf({ community, peer: 'ada', time: NOW, sequence }))).toBe(
            sequence > highest,
          );
          highest = Math.max(highest, sequence);
        }
        expect(fresh.get('ada')?.sequence).toBe(highest);
        expect(fresh.list()).toHaveLength(1);
      }),
      { numRuns: 20 },
    );
  });

  test('[N3] records survive a restart, except those older than fourteen days', () => {
    put('ada');
    put('bob', NOW - 13 * DAY_MS);
    expect(put('cy', NOW - 15 * DAY_MS)).toBe(false);
    const again = new NodeBook(db, clock);
    expect(again.list().map(plain)).toEqual(book.list().map(plain));
    expect(again.list().map(({ peer }) => peer)).toEqual(['ada', 'bob']);
    const later = new NodeBook(db, new VirtualClock(NOW + 2 * DAY_MS));
    expect(later.list().map(({ peer }) => peer)).toEqual(['ada']);
  });

  test('[N3] a member has at most four nodes: those signed last', () => {
    for (let index = 0; index < 10; index++) put(`node-${index}`, NOW + index, 'eve');
    put('ada', NOW - DAY_MS);
    expect(book.list().map(({ peer }) => peer)).toEqual(['node-9', 'node-8', 'node-7', 'node-6', 'ada']);
    expect(new NodeBook(db, clock).list()).toHaveLength(MAX_PER_MEMBER + 1);
  });

  test('[N3] a node older than the four of its member is neither stored nor announced', () => {
    const heard: string[] = [];
    for (let index = 0; index < 4; index++) put(`node-${index}`, NOW, 'eve');
    book.onRecord(({ peer }) => heard.push(peer));
    for (let turn = 0; turn < 3; turn++) expect(put('node-9', NOW - 1000, 'eve')).toBe(false);
    expect([book.get('node-9'), heard]).toEqual([null, []]);
  });

  test('[N3] a node that runs drops records after fourteen days', async () => {
    put('ada');
    await clock.pass(15 * DAY_MS);
    expect(book.list()).toEqual([]);
    put('bob', clock.now());
    expect([book.get('ada'), new NodeBook(db, new VirtualClock(NOW)).get('ada')]).toEqual([null, null]);
  });

  test('[N3] a flood of records keeps the thousand signed last, in memory and on disk', () => {
    for (let index = 0; index < MAX_RECORDS + 20; index++) put(`node-${index}`, NOW + index);
    expect(book.list()).toHaveLength(MAX_RECORDS);
    expect(book.get('node-19')).toBeNull();
    expect(book.get('node-20')).not.toBeNull();
    expect(new NodeBook(db, clock).list()).toHaveLength(MAX_RECORDS);
  });

  test('[N3] listeners are told of each newer record once', () => {
    const heard: string[] = [];
    const stop = book.onRecord(({ peer, sequence }) => heard.push(`${peer} ${sequence}`));
    put('ada', NOW, 'ada', 1);
    put('ada', NOW, 'ada', 1);
    put('ada', NOW, 'ada', 3);
    put('ada', NOW, 'ada', 2);
    stop();
    put('bob');
    expect(heard).toEqual(['ada 1', 'ada 3']);
  });
});
