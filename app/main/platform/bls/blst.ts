import {
  aggregateSignatures,
  aggregateWithRandomness,
  fastAggregateVerify,
  PublicKey,
  SecretKey,
  Signature,
  verify,
  verifyMultipleAggregateSignatures,
} from '@chainsafe/blst';
import {
  BLS_KEY_BYTES,
  BLS_SEED_BYTES,
  BLS_SIGNATURE_BYTES,
  type Bls,
  type BlsCheck,
  type BlsSigner,
} from '../../kernel/bls.ts';
import { concatBytes, toHex, utf8 } from '../../kernel/bytes.ts';
import { problem } from './problems.ts';

/**
 * The library supports one domain tag, so a proof of possession is distinguished by its message: this prefix
 * and the key. No other signed message begins with the prefix, and `sign` refuses one that does.
 */
const POSSESSION = utf8('impulse/bls-possession/1\0');
const MAX_KEYS = 4096;

/** Validated keys by hex. Decompressing and checking a key costs a fifth of a signature check. */
const keys = new Map<string, PublicKey>();

/**
 * A signer for a secret seed of 32 bytes or more; the secret key is derived from it by KeyGen
 * (draft-irtf-cfrg-bls-signature, section 2.3).
 */
export function blsSignerOf(seed: Uint8Array): BlsSigner {
  if (seed.length < BLS_SEED_BYTES) throw new RangeError('a BLS seed has at least 32 bytes');
  const secret = SecretKey.fromKeygen(seed);
  const publicKey = secret.toPublicKey().toBytes();
  return {
    publicKey,
    sign(message) {
      if (startsWith(message, POSSESSION)) throw new Error('proofs of possession are not for signing');
      return secret.sign(message).toBytes();
    },
    provePossession: () => secret.sign(concatBytes(POSSESSION, publicKey)).toBytes(),
  };
}

/** BLS12-381 by blst (https://github.com/supranational/blst), in native code. */
export const blst: Bls = {
  verify: ({ key, message, signature }) => attempt(() => verify(message, keyOf(key), signatureOf(signature))),

  verifyAggregate: (all, message, signature) =>
    attempt(() => all.length > 0 && fastAggregateVerify(message, all.map(keyOf), signatureOf(signature))),

  async verifyMany(checks) {
    if (checks.length < 2) return checks.map((check) => blst.verify(check));
    if (allHold(checks)) return checks.map(() => true);
    // At least one signature is invalid; find out which.
    return checks.map((check) => blst.verify(check));
  },

  aggregate(signatures) {
    try {
      return aggregateSignatures(signatures.map(signatureOf)).toBytes();
    } catch (error) {
      throw problem('bad-signature', {}, { cause: error });
    }
  },

  checkPossession: (key, proof) =>
    attempt(() => verify(concatBytes(POSSESSION, key), keyOf(key), signatureOf(proof))),
};

/**
 * Whether all checks hold, by a random linear combination of all signatures and messages. A false signature
 * passes with a probability of 2^-64.
 */
function allHold(checks: readonly BlsCheck[]): boolean {
  const byMessage = Map.groupBy(checks, ({ message }) => toHex(message));
  try {
    const sets = [...byMessage.values()].map((group) => {
      const parts = group.map(({ key, signature }) => ({
        pk: keyOf(key),
        sig: sized(BLS_SIGNATURE_BYTES)(signature),
      }));
      return { msg: group[0]!.message, ...aggregateWithRandomness(parts) };
    });
    const [first, second] = sets;
    if (second === undefined) return verify(first!.msg, first!.pk, first!.sig);
    return verifyMultipleAggregateSignatures(sets);
  } catch {
    return false; // some bytes are not a key or a signature; the single checks say which
  }
}

function keyOf(bytes: Uint8Array): PublicKey {
  const hex = toHex(bytes);
  const known = keys.get(hex);
  if (known) return known;
  const key = PublicKey.fromBytes(sized(BLS_KEY_BYTES)(bytes), true);
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(hex, key);
  return key;
}

/** A signature point that is in its subgroup and not at infinity. */
const signatureOf = (bytes: Uint8Array): Signature =>
  Signature.fromBytes(sized(BLS_SIGNATURE_BYTES)(bytes), true, true);

/** The library also reads uncompressed points; here only the compressed form is valid. */
const sized = (length: number) => (bytes: Uint8Array) => {
  if (bytes.length !== length) throw new RangeError(`a point of ${length} bytes is meant`);
  return bytes;
};

function attempt(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false; // the bytes are not a key or a signature
  }
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && Buffer.compare(bytes.subarray(0, prefix.length), prefix) === 0;
}
