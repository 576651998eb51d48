import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { toHex } from '../../kernel/bytes.ts';
import type { SignatureCheck, Verifier } from '../../kernel/signer.ts';

/** DER prefix of an Ed25519 SubjectPublicKeyInfo (RFC 8410); the raw key follows. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const MAX_KEYS = 4096;

/** Key objects by hex. Creating one costs a tenth of a check. */
const keys = new Map<string, KeyObject>();

function keyOf(publicKey: Uint8Array): KeyObject {
  const hex = toHex(publicKey);
  const known = keys.get(hex);
  if (known) return known;
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(hex, key);
  return key;
}

function check({ publicKey, message, signature }: SignatureCheck): boolean {
  try {
    return signature.length === 64 && verify(null, message, keyOf(publicKey), signature);
  } catch {
    return false; // the key is not a point of the curve
  }
}

/** Batches up to this size are checked synchronously: waking the pool's threads takes longer. */
const AT_ONCE = 4;

/** Checks on the thread pool, so that several cores share a batch and the caller's thread stays free. */
export const pooledVerifier: Verifier = {
  verify: async (checks) =>
    checks.length <= AT_ONCE ? checks.map(check) : Promise.all(checks.map(checkInPool)),
};

function checkInPool({ publicKey, message, signature }: SignatureCheck): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      if (signature.length !== 64) return resolve(false);
      verify(null, message, keyOf(publicKey), signature, (error, valid) => resolve(!error && valid));
    } catch {
      resolve(false);
    }
  });
}

/** Checks synchronously on the caller's thread, which the simulation needs to be deterministic. */
export const immediateVerifier: Verifier = { verify: async (checks) => checks.map(check) };
