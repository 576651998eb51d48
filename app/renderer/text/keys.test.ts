import { expect, test } from 'vitest';
import { base64UrlOf, bytesOfBase64Url, bytesOfHex, didOfKey, hexOf, keyOfDid } from './keys.ts';

// From the did:key specification's test vectors for Ed25519.
const DID = 'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp';
const HEX = '3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29';

test('a key and its identity convert into each other', () => {
  expect(didOfKey(bytesOfHex(HEX))).toBe(DID);
  expect(hexOf(keyOfDid(DID) ?? new Uint8Array())).toBe(HEX);
});

test('text that is no Ed25519 identity has no key', () => {
  for (const text of ['', 'did:key:z', 'did:key:z0OIl', 'did:web:example.org', `${DID}x`])
    expect(keyOfDid(text)).toBeNull();
});

test('base64url round-trips, and other text is rejected', () => {
  const bytes = Uint8Array.from([0, 255, 62, 63, 1]);
  expect(bytesOfBase64Url(base64UrlOf(bytes))).toEqual(bytes);
  expect(bytesOfBase64Url('not base64url!')).toBeNull();
});
