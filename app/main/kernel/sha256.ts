// The only node: module that pure code may import: a hash is a function of its input, and the built-in one is
// several times faster than any in JavaScript.
import { hash } from 'node:crypto';

/** SHA-256 of some bytes: 32 bytes (FIPS 180-4). */
export function sha256(bytes: Uint8Array): Uint8Array {
  const digest = hash('sha256', bytes, 'buffer');
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.byteLength);
}
