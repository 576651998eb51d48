import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import { isSurelyCanonical } from './canonical-form.ts';
import { decodeCbor, encodeCanonical } from './canonical.ts';

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.integer({ min: -(2 ** 53 - 2), max: 2 ** 53 - 2 }),
    fc.integer({ min: -300, max: 300 }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 300 }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 30 }),
    fc.dictionary(fc.string({ unit: 'grapheme-ascii', maxLength: 30 }), tie('value'), { maxKeys: 30 }),
  ),
})).value;

/** Whether bytes decode and encode to themselves: the definition of canonical, at the cost of encoding. */
function encodesToItself(bytes: Uint8Array): boolean {
  try {
    return toHex(encodeCanonical(decodeCbor(bytes))) === toHex(bytes);
  } catch {
    return false;
  }
}

function decodes(bytes: Uint8Array): boolean {
  try {
    decodeCbor(bytes);
    return true;
  } catch {
    return false;
  }
}

test('canonical encodings are recognised without encoding them again', () => {
  fc.assert(
    fc.property(value, (plain) => {
      expect(isSurelyCanonical(encodeCanonical(plain))).toBe(true);
    }),
    { numRuns: 500, examples: [[{ __proto__: 1, b: [] }], [[]], [{}], [0xffffffff + 1]] },
  );
});

test('damaged bytes are never called canonical if they are not', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean()), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(value, damage, (plain, places) => {
      const bytes = [...encodeCanonical(plain)];
      for (const [at, byte, put] of places) bytes.splice(at % bytes.length, put ? 0 : 1, byte);
      const damaged = new Uint8Array(bytes);
      if (decodes(damaged) && isSurelyCanonical(damaged)) expect(encodesToItself(damaged)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test('random bytes are never called canonical if they are not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
      if (decodes(bytes) && isSurelyCanonical(bytes)) expect(encodesToItself(bytes)).toBe(true);
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  ['a longer head than needed', '1801'],
  ['a two-byte length for a short text', '7900016161'],
  ['keys out of order', 'a2616201616101'],
  ['a longer key first', 'a262616101616201'],
  ['a key twice', 'a2616101616102'],
  ['bytes behind the value', '0000'],
  ['an array of no fixed length', '9f01ff'],
  ['a float', 'fb3ff0000000000000'],
  ['text beyond ASCII', '62c3a9'],
  ['a tag', 'd82a4100'],
  ['a text that ends too soon', '6461'],
  ['the largest safe integer', '1b001fffffffffffff'],
])('%s is not called canonical', (_what, hex) => {
  expect(isSurelyCanonical(fromHex(hex))).toBe(false);
});

test('unbounded depth is left to encoding again', () => {
  expect(isSurelyCanonical(new Uint8Array(100_000).fill(0x81))).toBe(false);
});
