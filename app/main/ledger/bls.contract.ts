import { describe, expect, test } from 'vitest';
import { BLS_KEY_BYTES, BLS_SIGNATURE_BYTES, type Bls, type BlsSigner } from '../kernel/bls.ts';
import { toHex, utf8 } from '../kernel/bytes.ts';
import { Problem } from '../kernel/errors.ts';

const seedOf = (n: number) => new Uint8Array(32).fill(n);
const [message, other] = [utf8('block 7'), utf8('block 8')];

/** The contract of every BLS adapter; run on the native library and on the simulation's stand-in. */
export function blsContract(name: string, bls: Bls, signerOf: (seed: Uint8Array) => BlsSigner): void {
  describe(`BLS: ${name}`, () => {
    const signers = Array.from({ length: 8 }, (_, n) => signerOf(seedOf(n + 1)));
    const [mara, odin] = [signers[0]!, signers[1]!];
    const keys = signers.map(({ publicKey }) => publicKey);
    const signatures = signers.map((signer) => signer.sign(message));
    const flipped = (bytes: Uint8Array) => bytes.with(20, bytes[20]! ^ 1);

    test('a seed always leads to the same key and the same signatures, of the sizes of the standard', () => {
      expect(toHex(signerOf(seedOf(1)).publicKey)).toBe(toHex(mara.publicKey));
      expect(toHex(signerOf(seedOf(1)).sign(message))).toBe(toHex(signatures[0]!));
      expect(new Set(keys.map(toHex)).size).toBe(keys.length);
      expect(mara.publicKey.length).toBe(BLS_KEY_BYTES);
      expect(signatures[0]!.length).toBe(BLS_SIGNATURE_BYTES);
    });

    test('[V4] a signature is valid only for its key and its message', () => {
      const signature = signatures[0]!;
      expect(bls.verify({ key: mara.publicKey, message, signature })).toBe(true);
      expect(bls.verify({ key: odin.publicKey, message, signature })).toBe(false);
      expect(bls.verify({ key: mara.publicKey, message: other, signature })).toBe(false);
      expect(bls.verify({ key: mara.publicKey, message, signature: flipped(signature) })).toBe(false);
      expect(bls.verify({ key: flipped(mara.publicKey), message, signature })).toBe(false);
    });

    test('an aggregate is valid for exactly its signers, in any order', () => {
      const sum = bls.aggregate(signatures);
      expect(bls.verifyAggregate(keys, message, sum)).toBe(true);
      expect(bls.verifyAggregate(keys.toReversed(), message, bls.aggregate(signatures.toReversed()))).toBe(
        true,
      );
      expect(bls.verifyAggregate(keys.slice(1), message, sum)).toBe(false);
      expect(bls.verifyAggregate([...keys, signerOf(seedOf(99)).publicKey], message, sum)).toBe(false);
      expect(bls.verifyAggregate(keys, other, sum)).toBe(false);
      expect(bls.verifyAggregate([], message, sum)).toBe(false);
    });

    test('one signature counted twice does not count for two signers', () => {
      const twice = bls.aggregate([signatures[0]!, signatures[0]!]);
      expect(bls.verifyAggregate([mara.publicKey, odin.publicKey], message, twice)).toBe(false);
      expect(bls.verify({ key: mara.publicKey, message, signature: twice })).toBe(false);
    });

    test('an aggregate of one is a signature', () => {
      const sum = bls.aggregate([signatures[0]!]);
      expect(bls.verify({ key: mara.publicKey, message, signature: sum })).toBe(true);
    });

    test('a batch says of each signature whether it is valid, whatever the others are', async () => {
      const checks = signers.map(({ publicKey: key }, n) => ({ key, message, signature: signatures[n]! }));
      expect(await bls.verifyMany([])).toEqual([]);
      expect(await bls.verifyMany(checks.slice(0, 1))).toEqual([true]);
      expect(await bls.verifyMany(checks)).toEqual(checks.map(() => true));
      const mixed = [
        checks[0]!,
        { ...checks[1]!, signature: signatures[2]! },
        { key: odin.publicKey, message: other, signature: odin.sign(other) },
        { ...checks[3]!, message: other },
        { ...checks[4]!, signature: new Uint8Array(3) },
        { ...checks[5]!, key: new Uint8Array(BLS_KEY_BYTES) },
        checks[6]!,
      ];
      expect(await bls.verifyMany(mixed)).toEqual([true, false, true, false, false, false, true]);
    });

    test('two false signatures that cancel each other out do not pass as a batch', async () => {
      // Swapped, they add up to the same sum as the right ones.
      const swapped = [
        { key: mara.publicKey, message, signature: signatures[1]! },
        { key: odin.publicKey, message, signature: signatures[0]! },
      ];
      expect(await bls.verifyMany(swapped)).toEqual([false, false]);
    });

    test('possession is proven for one key, only by its holder, and a signature is no proof', () => {
      const proof = mara.provePossession();
      expect(bls.checkPossession(mara.publicKey, proof)).toBe(true);
      expect(bls.checkPossession(odin.publicKey, proof)).toBe(false);
      expect(bls.checkPossession(mara.publicKey, flipped(proof))).toBe(false);
      expect(bls.checkPossession(mara.publicKey, mara.sign(mara.publicKey))).toBe(false);
      expect(bls.verify({ key: mara.publicKey, message: mara.publicKey, signature: proof })).toBe(false);
    });

    test.each([
      ['nothing', new Uint8Array(0), new Uint8Array(0)],
      ['zeros', new Uint8Array(BLS_KEY_BYTES), new Uint8Array(BLS_SIGNATURE_BYTES)],
      [
        'infinity',
        new Uint8Array(BLS_KEY_BYTES).with(0, 0xc0),
        new Uint8Array(BLS_SIGNATURE_BYTES).with(0, 0xc0),
      ],
      ['ones', new Uint8Array(BLS_KEY_BYTES).fill(255), new Uint8Array(BLS_SIGNATURE_BYTES).fill(255)],
      ['a byte too much', new Uint8Array(BLS_KEY_BYTES + 1), new Uint8Array(BLS_SIGNATURE_BYTES + 1)],
    ])('[V4] %s is neither a key nor a signature, and throws nothing', async (_, key, signature) => {
      expect(bls.verify({ key, message, signature: signatures[0]! })).toBe(false);
      expect(bls.verify({ key: mara.publicKey, message, signature })).toBe(false);
      expect(bls.verify({ key, message, signature })).toBe(false);
      expect(bls.verifyAggregate([key], message, signature)).toBe(false);
      expect(bls.verifyAggregate([mara.publicKey, key], message, signatures[0]!)).toBe(false);
      expect(bls.checkPossession(key, signature)).toBe(false);
      expect(bls.checkPossession(mara.publicKey, signature)).toBe(false);
      expect(await bls.verifyMany([{ key, message, signature }])).toEqual([false]);
      expect(() => bls.aggregate([signature])).toThrow(Problem);
      expect(() => bls.aggregate([signatures[0]!, signature])).toThrow(Problem);
    });

    test('no signatures have no aggregate', () => {
      expect(() => bls.aggregate([])).toThrow(Problem);
    });
  });
}
