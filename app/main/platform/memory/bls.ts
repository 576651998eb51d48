import {
  BLS_KEY_BYTES,
  BLS_SIGNATURE_BYTES,
  type Bls,
  type BlsCheck,
  type BlsSigner,
} from '../../kernel/bls.ts';
import { concatBytes, equalBytes, utf8 } from '../../kernel/bytes.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { problem } from './problems.ts';

const WORDS = BLS_SIGNATURE_BYTES / 4;
const MESSAGE = utf8('m');
const POSSESSION = utf8('p');

/**
 * A stand-in for BLS in simulated worlds: a thousand times cheaper, deterministic, and additive like the real
 * one. It does not prevent forgery, so it is for worlds whose byzantine nodes do not forge. Keys, signatures
 * and aggregates fulfil the same contract.
 */
export const memoryBls: Bls = {
  verify: ({ key, message, signature }) =>
    isKey(key) && isSignature(signature) && equalBytes(signature, signatureOf(key, MESSAGE, message)),
  verifyAggregate(keys, message, signature) {
    if (keys.length === 0 || !keys.every(isKey) || !isSignature(signature)) return false;
    return equalBytes(signature, sumOf(keys.map((key) => signatureOf(key, MESSAGE, message))));
  },
  verifyMany: async (checks: readonly BlsCheck[]) => checks.map((check) => memoryBls.verify(check)),
  aggregate(signatures) {
    if (signatures.length === 0 || !signatures.every(isSignature)) {
      throw problem('bad-signature');
    }
    return sumOf(signatures);
  },
  checkPossession: (key, proof) => isKey(key) && equalBytes(proof, signatureOf(key, POSSESSION, key)),
};

export function memoryBlsSigner(seed: Uint8Array): BlsSigner {
  const point = sha256(concatBytes(utf8('key'), seed));
  const publicKey = concatBytes(point, sha256(point).subarray(0, BLS_KEY_BYTES - point.length));
  return {
    publicKey,
    sign: (message) => signatureOf(publicKey, MESSAGE, message),
    provePossession: () => signatureOf(publicKey, POSSESSION, publicKey),
  };
}

/** Keys have a checksum, since not all bytes are points of a real curve. */
function isKey(key: Uint8Array): boolean {
  return (
    key.length === BLS_KEY_BYTES &&
    equalBytes(key.subarray(32), sha256(key.subarray(0, 32)).subarray(0, BLS_KEY_BYTES - 32))
  );
}

/** The last word of a signature is the sum of the others, which holds for sums too and reveals garbage. */
function isSignature(signature: Uint8Array): boolean {
  if (signature.length !== BLS_SIGNATURE_BYTES) return false;
  const view = viewOf(signature);
  let sum = 0;
  let infinity = true;
  for (let word = 0; word < WORDS - 1; word++) {
    const value = view.getUint32(4 * word);
    sum = (sum + value) >>> 0;
    infinity &&= value === 0;
  }
  return !infinity && sum === view.getUint32(4 * (WORDS - 1));
}

function signatureOf(key: Uint8Array, domain: Uint8Array, message: Uint8Array): Uint8Array {
  const hash = viewOf(sha256(concatBytes(domain, key, message)));
  const signature = new Uint8Array(BLS_SIGNATURE_BYTES);
  const view = viewOf(signature);
  let sum = 0;
  for (let word = 0; word < WORDS - 1; word++) {
    const value = Math.imul(hash.getUint32(4 * (word % 8)), 2 * word + 1) >>> 0;
    view.setUint32(4 * word, value);
    sum = (sum + value) >>> 0;
  }
  view.setUint32(4 * (WORDS - 1), sum);
  return signature;
}

/** The sum word by word: like that of points it does not depend on the order, and counts duplicates. */
function sumOf(signatures: readonly Uint8Array[]): Uint8Array {
  const sum = new Uint8Array(BLS_SIGNATURE_BYTES);
  const view = viewOf(sum);
  for (const signature of signatures) {
    const other = viewOf(signature);
    for (let word = 0; word < WORDS; word++) {
      view.setUint32(4 * word, (view.getUint32(4 * word) + other.getUint32(4 * word)) >>> 0);
    }
  }
  return sum;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
