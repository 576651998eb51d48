import { base58btc } from 'multiformats/bases/base58';
import { base64url } from 'multiformats/bases/base64';

/** Multicodec prefix of an Ed25519 public key (0xed, as a varint). */
const ED25519 = [0xed, 0x01];

/** `did:key` of a 32-byte Ed25519 public key. */
export const didOfKey = (key: Uint8Array): string =>
  `did:key:${base58btc.encode(Uint8Array.from([...ED25519, ...key]))}`;

/** The 32-byte key of a `did:key`, or null for anything else. */
export function keyOfDid(did: string): Uint8Array | null {
  try {
    const bytes = base58btc.decode(`z${did.replace(/^did:key:z/, '')}`);
    const known = bytes.length === 34 && ED25519.every((byte, place) => bytes[place] === byte);
    return known ? bytes.slice(2) : null;
  } catch {
    // The text has characters outside the alphabet: no key.
    return null;
  }
}

/** Bytes as lower-case hexadecimal digits. */
export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Pairs of hexadecimal digits as bytes. */
export const bytesOfHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Base64url without padding as bytes, or null if the text is not base64url. */
export function bytesOfBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(base64url.baseDecode(text));
  } catch {
    return null;
  }
}

/** Bytes in base64url without padding. */
export const base64UrlOf = (bytes: Uint8Array): string => base64url.baseEncode(bytes);
