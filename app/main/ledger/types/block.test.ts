import { expect, test } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import { merkleRoot } from '../../kernel/merkle.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { TestLedger } from '../test-ledger.ts';
import { encodeBlock, openBlock } from './block.ts';

const limits = { bytes: 64 * 1024, transactions: 50 };
const ledger = new TestLedger();
const grants = ['odin', 'thor', 'ines'].map((name) =>
  ledger.sign(ledger.founder, 'role.grant', { member: ledger.person(name).key, role: 'member' }),
);
const sealed = grants.map((grant) => grant.sealed);
const block = ledger.blockOf(sealed);

test('[LB2] the transaction root is the RFC 9162 root over the sealed transactions', () => {
  expect(toHex(block.header.transactionRoot)).toBe(toHex(merkleRoot(sealed)));
  const empty = ledger.blockOf([]).header;
  expect(toHex(empty.transactionRoot)).toBe(toHex(sha256(new Uint8Array(0))));
});

test('[LB2] a block whose transactions do not match its header is refused', () => {
  for (const transactions of [sealed.slice(1), sealed.toReversed(), [...sealed, sealed[0]!], []]) {
    const bytes = encodeCanonical([block.header.bytes, transactions]);
    expect(() => openBlock(bytes, limits)).toThrow(
      expect.objectContaining({ code: 'wrong-transaction-root' }),
    );
  }
});

test('[LB3] a block is sent as its header and its sealed transactions, and its hash is the header’s', () => {
  const bytes = encodeBlock(block);
  const [header, transactions] = decodeCanonical(bytes) as [Uint8Array, Uint8Array[]];
  expect([header, ...transactions].map(toHex)).toEqual([block.header.bytes, ...sealed].map(toHex));
  const opened = openBlock(bytes, limits);
  expect(toHex(opened.header.hash)).toBe(toHex(sha256(opened.header.bytes)));
});
