import { aggregatePublicKeys, aggregateSerializedSignatures, PublicKey } from '@chainsafe/blst';
import { expect, test } from 'vitest';
import { fromHex, toHex, utf8 } from '../../kernel/bytes.ts';
import { blsContract } from '../../ledger/bls.contract.ts';
import { blsSignerOf, blst } from './blst.ts';

blsContract('blst', blst, blsSignerOf);

const signerOf = (n: number) => blsSignerOf(new Uint8Array(32).fill(n));

test('a rogue key that cancels other keys in the sum has no proof of possession', () => {
  // With rogue = own - victim, the attacker's own secret is enough to sign for both.
  const [victim, own] = [signerOf(1), signerOf(2)];
  const negated = victim.publicKey.with(0, victim.publicKey[0]! ^ 0x20);
  const rogue = aggregatePublicKeys([
    PublicKey.fromBytes(own.publicKey),
    PublicKey.fromBytes(negated),
  ]).toBytes();
  const message = utf8('nobody but one signed this');
  const forged = own.sign(message);
  // The attack works on a plain sum of keys, so every key needs a proof of possession.
  expect(blst.verifyAggregate([victim.publicKey, rogue], message, forged)).toBe(true);
  expect(blst.checkPossession(rogue, own.provePossession())).toBe(false);
  expect(blst.checkPossession(rogue, victim.provePossession())).toBe(false);
  const joined = aggregateSerializedSignatures([own.provePossession(), victim.provePossession()]).toBytes();
  expect(blst.checkPossession(rogue, joined)).toBe(false);
});

test('a signer does not sign a proof of possession for another key', () => {
  const message = Buffer.concat([utf8('impulse/bls-possession/1\0'), signerOf(2).publicKey]);
  expect(() => signerOf(1).sign(message)).toThrow('proofs of possession');
});

test('a point outside the subgroup is neither a key nor a signature', () => {
  // x = 4 of G1 and x = (2, 0) of G2 lie on their curves but not in the subgroups of prime order.
  const key = new Uint8Array(48).with(0, 0x80).with(47, 4);
  const signature = new Uint8Array(96).with(0, 0x80).with(95, 2);
  expect(() => PublicKey.fromBytes(key)).not.toThrow();
  expect(() => PublicKey.fromBytes(key, true)).toThrow(/GROUP/i);
  const signer = signerOf(1);
  const message = utf8('x');
  expect(blst.verify({ key, message, signature: signer.sign(message) })).toBe(false);
  expect(blst.checkPossession(key, signer.provePossession())).toBe(false);
  expect(() => aggregateSerializedSignatures([signature], false)).not.toThrow();
  expect(() => blst.aggregate([signature])).toThrow('not a BLS signature');
  expect(blst.verify({ key: signer.publicKey, message, signature })).toBe(false);
});

test('signatures follow the ciphersuite, by a vector of the Ethereum consensus tests', () => {
  // sign_case_84d45c9c7cca6b92, checked with the public key of the same secret.
  const key = fromHex(
    'b301803f8b5ac4a1133581fc676dfedc60d891dd5fa99028805e5ea5b08d3491af75d0707adab3b70c6a6a580217bf81',
  );
  const message = new Uint8Array(32).fill(0x56);
  const signature = fromHex(
    'af1390c3c47acdb37131a51216da683c509fce0e954328a59f93aebda7e4ff974ba208d9a4a2a2389f892a9d418d618418dd7f7a6bc7aa0da999a9d3a5b815bc085e14fd001f6a1948768a3f4afefc8b8240dda329f984cb345c6363272ba4fe',
  );
  expect(toHex(signature).length).toBe(192);
  expect(blst.verify({ key, message, signature })).toBe(true);
});
