import { base58btc } from 'multiformats/bases/base58';
import { problem } from './encoding-problems.ts';

/** Multicodec prefix of an Ed25519 public key (0xed, as a varint). */
const ED25519 = [0xed, 0x01] as const;

/** `did:key` of a 32-byte Ed25519 public key (https://w3c-ccg.github.io/did-key-spec/). */
export function didOf(publicKey: Uint8Array): string {
  const bytes = new Uint8Array(34);
  bytes.set(ED25519);
  bytes.set(publicKey, 2);
  return `did:key:${base58btc.encode(bytes)}`;
}

/** The 32-byte Ed25519 public key of a `did:key`. Throws a Problem `bad-did` for anything else. */
export function publicKeyOf(did: string): Uint8Array {
  try {
    const bytes = base58btc.decode(did.slice('did:key:'.length) as `z${string}`);
    if (bytes.length === 34 && bytes[0] === ED25519[0] && bytes[1] === ED25519[1]) return bytes.slice(2);
  } catch {
    // falls through to the same refusal
  }
  throw problem('bad-did');
}
