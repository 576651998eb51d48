import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { BulkSigner } from '../../kernel/signer.ts';

/** DER of a PKCS 8 Ed25519 private key up to its 32-byte seed (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A signer for a 32-byte Ed25519 seed (RFC 8032). */
export function signerOf(seed: Uint8Array): BulkSigner {
  if (seed.length !== 32) throw new RangeError('an Ed25519 seed has 32 bytes');
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const publicKey = new Uint8Array(spki.subarray(-32));
  const signInPool = (bytes: Uint8Array) =>
    new Promise<Uint8Array>((resolve, reject) => {
      sign(null, bytes, key, (error, signature) =>
        error ? reject(error) : resolve(new Uint8Array(signature)),
      );
    });
  return {
    publicKey,
    sign: (bytes) => new Uint8Array(sign(null, bytes, key)),
    signAll: (messages) => Promise.all(messages.map(signInPool)),
  };
}
