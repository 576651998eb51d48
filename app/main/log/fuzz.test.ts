import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { Problem } from '../kernel/errors.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { encodeEvent, openEvent, sealEvent, type LogEvent, type SealedEvent } from './event.ts';
import { Negentropy } from './negentropy.ts';
import { RangeSet } from './range-set.ts';
import { decodeMessage, encodeMessage, RECON_BYTES, type Message, type MessageName } from './wire.ts';

const NAMES: readonly MessageName[] = [
  'hello',
  'refused',
  'recon',
  'reconciled',
  'want',
  'events',
  'done',
  'equal',
];

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
const signature = fc.uint8Array({ minLength: 64, maxLength: 64 });
const signer = signerOf(new Uint8Array(32).fill(5));

/** Any small value of DAG-CBOR. */
const plainValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 6 }), tie('value'), { maxKeys: 4 }),
  ),
})).value;

const event: fc.Arbitrary<LogEvent> = fc
  .record({
    community: digest,
    time: fc.maxSafeNat(),
    parents: fc
      .uniqueArray(digest, { maxLength: 4, selector: toHex })
      .map((ids) => ids.toSorted((a, b) => Buffer.compare(a, b))),
    kind: fc.string({ minLength: 1, maxLength: 20 }),
    body: fc.dictionary(fc.string({ maxLength: 6 }), plainValue, { maxKeys: 4 }),
  })
  .map((fields) => sealEvent({ ...fields, author: signer.publicKey }, signer));

/** Small damage at some place: a byte changed, removed or inserted. */
const damage = fc.record({
  at: fc.nat(),
  byte: fc.integer({ min: 0, max: 255 }),
  how: fc.constantFrom('set', 'cut', 'put'),
});
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function bend(bytes: Uint8Array, wounds: readonly Damage[]): Uint8Array {
  const out = [...bytes];
  for (const { at, byte, how } of wounds) {
    const place = at % Math.max(1, out.length);
    if (how === 'set') out[place] = byte;
    else if (how === 'cut') out.splice(place, 1);
    else out.splice(place, 0, byte);
  }
  return Uint8Array.from(out);
}

/** Opens or refuses with a Problem; an opened event must be canonical. */
function opensCleanly(sealed: SealedEvent): void {
  let opened: LogEvent;
  try {
    opened = openEvent(sealed);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return;
  }
  expect(toHex(encodeEvent(opened))).toBe(toHex(sealed.bytes));
}

/** Decodes or refuses with a Problem. */
function decodesCleanly(bytes: Uint8Array): void {
  for (const name of NAMES) {
    try {
      expect(decodeMessage(bytes, [name])[0]).toBe(name);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }
}

test('[L1] a sealed event opens to the same fields and id', () => {
  fc.assert(
    fc.property(event, (made) => {
      const opened = openEvent(made);
      expect(toHex(opened.id)).toBe(toHex(made.id));
      expect(opened.kind).toBe(made.kind);
      expect(opened.time).toBe(made.time);
    }),
  );
});

test('[L1] random bytes are refused with a reason', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => opensCleanly({ bytes, signature: null })),
    { numRuns: 2000 },
  );
});

test('[L1] random values of the codec are refused with a reason or are canonical events', () => {
  fc.assert(
    fc.property(plainValue, (value) => opensCleanly({ bytes: encodeCanonical(value), signature: null })),
    { numRuns: 1000 },
  );
});

test('[L1] a damaged event is refused with a reason or is another canonical event', () => {
  fc.assert(
    fc.property(event, fc.array(damage, { minLength: 1, maxLength: 4 }), (made, wounds) =>
      opensCleanly({ bytes: bend(made.bytes, wounds), signature: made.signature }),
    ),
    { numRuns: 2000 },
  );
});

test('[L1] a body of any depth is refused with a reason or is canonical', () => {
  const { bytes } = sealEvent(
    {
      community: new Uint8Array(32),
      author: signer.publicKey,
      time: 1,
      parents: [],
      kind: 'k',
      body: { x: 0 },
    },
    signer,
  );
  const at = toHex(bytes).indexOf('617800') / 2 + 2;
  for (let depth = 1; depth <= 120_000; depth = Math.ceil(depth * 1.15)) {
    const nested = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(depth, 0x81), bytes.subarray(at)]);
    opensCleanly({ bytes: new Uint8Array(nested), signature: null });
  }
});

test('[S2] random and damaged messages of catch-up are refused with a reason', () => {
  const message: fc.Arbitrary<Message> = fc.oneof(
    fc
      .record({ id: digest, key: digest, sig: signature, name: fc.string({ maxLength: 60 }) })
      .map(({ id, key, sig, name }): Message => {
        const release = { versions: [1, name.length + 1] as [number, number], kinds: [name.slice(0, 40)] };
        return ['hello', id, key, name.slice(0, 60), sig, [], [0, 1], release];
      }),
    fc.uint8Array({ maxLength: 100 }).map((bytes): Message => ['recon', 1, true, bytes]),
    fc.uint8Array({ maxLength: 100 }).map((bytes): Message => ['reconciled', bytes]),
    fc.array(digest, { minLength: 1, maxLength: 4 }).map((ids): Message => ['want', ids]),
    event.map((made): Message => ['events', [[made.bytes, made.signature]]]),
    fc.integer({ min: 1, max: 1000 }).map((count): Message => ['done', count]),
    fc.nat().map((count): Message => ['equal', count]),
  );
  fc.assert(
    fc.property(message, fc.array(damage, { maxLength: 4 }), (one, wounds) => {
      const bytes = encodeMessage(one);
      expect(toHex(encodeMessage(decodeMessage(bytes, [one[0]])))).toBe(toHex(bytes));
      decodesCleanly(bend(bytes, wounds));
    }),
    { numRuns: 1000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), decodesCleanly), { numRuns: 1000 });
  fc.assert(
    fc.property(plainValue, (value) => decodesCleanly(encodeCanonical(value))),
    { numRuns: 500 },
  );
});

test('[S4] random and damaged reconciliation messages are refused with a reason or answered within the limit', () => {
  const set = new RangeSet();
  for (let index = 0; index < 500; index++) {
    const id = new Uint8Array(32);
    new DataView(id.buffer).setUint32(0, Math.imul(index, 2654435761) >>> 0);
    set.add(index, id);
  }
  const sides = [new Negentropy(set, RECON_BYTES), new Negentropy(new RangeSet(), RECON_BYTES)];
  const first = sides.map((side) => side.initiate());
  const answersCleanly = (bytes: Uint8Array) => {
    for (const side of sides) {
      try {
        expect(side.respond(bytes).length).toBeLessThanOrEqual(2 * RECON_BYTES);
        side.reconcile(bytes);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
      }
    }
  };
  fc.assert(
    fc.property(fc.constantFrom(...first), fc.array(damage, { maxLength: 6 }), (bytes, wounds) =>
      answersCleanly(bend(bytes, wounds)),
    ),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
      answersCleanly(Uint8Array.from([0x61, ...bytes])),
    ),
    { numRuns: 500 },
  );
});
