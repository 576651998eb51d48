import { expect, test } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { signerOf } from '../../platform/memory/test-community.ts';
import { openTransaction, sealTransaction } from './transaction.ts';

const mara = signerOf('mara');
const transaction = sealTransaction(
  {
    community: sha256(mara.publicKey),
    account: mara.publicKey,
    device: null,
    nonce: 3,
    kind: 'x.y',
    body: {},
  },
  mara,
);
const fields = decodeCanonical(transaction.bytes) as Record<string, unknown>;

function codeOf(map: Record<string, unknown>): string {
  try {
    openTransaction(encodeCanonical([encodeCanonical(map), transaction.signature]));
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('[X1] a transaction is a map of seven fields, and its id is their hash', () => {
  expect(Object.keys(fields).toSorted()).toEqual(['a', 'b', 'c', 'd', 'k', 'n', 'v']);
  expect(toHex(transaction.id)).toBe(toHex(sha256(transaction.bytes)));
  expect(openTransaction(transaction.sealed)).toEqual(transaction);
  expect(codeOf({ ...fields, k: 'k'.repeat(40) })).toBe('ok');
});

test.each<[string, Record<string, unknown>]>([
  ['a further field', { x: 1 }],
  ['another version', { v: 2 }],
  ['a short community', { c: new Uint8Array(31) }],
  ['a short account', { a: new Uint8Array(31) }],
  ['a short device', { d: new Uint8Array(31) }],
  ['a negative nonce', { n: -1 }],
  ['an empty kind', { k: '' }],
  ['a kind of 41 characters', { k: 'k'.repeat(41) }],
  ['a body that is not a map', { b: [] }],
])('[X1] a transaction with %s is refused', (_, changes) => {
  expect(codeOf({ ...fields, ...changes })).toBe('bad-transaction');
});

test.each(Object.keys(fields))('[X1] a transaction without field %s is refused', (name) => {
  const { [name]: _, ...rest } = fields;
  expect(codeOf(rest)).toBe('bad-transaction');
});
