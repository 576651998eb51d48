import { beforeAll, describe, expect, test } from 'vitest';
import { equalBytes } from '../../kernel/bytes.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { blsSignerOf, blst } from '../../platform/bls/blst.ts';
import type { Block } from '../types/block.ts';
import { makeBlock } from '../types/block.ts';
import { encodeCertificate, makeCertificate, openCertificate } from '../types/certificate.ts';
import {
  encodeProof,
  openProof,
  trustIn,
  verifyProof,
  type ClaimWire,
  type ProofWire,
  type Trust,
} from './proof.ts';
import { proofFromJson, proofToJson } from './proof-json.ts';
import { Prover } from '../chain/prover.ts';
import { TestLedger, type Person } from '../test-ledger.ts';
import type { Transaction } from '../types/transaction.ts';

let ledger: TestLedger;
let trust: Trust;
let prover: Prover;
let odin: Person;
let first: Transaction;
let last: Transaction;
let lastBlock: Block;

const verdict = (proof: ProofWire, by = trust) => {
  const answer = verifyProof(encodeProof(proof), by, blst);
  return answer.ok ? 'ok' : answer.code;
};

beforeAll(async () => {
  ledger = new TestLedger({ validators: 4, bls: blst, blsSigner: blsSignerOf });
  trust = trustIn(ledger.origin, blst);
  prover = new Prover(ledger.origin.id, ledger.chain.store);
  odin = ledger.person('odin');
  first = await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'member' });
  // Two changes of the validators, so that the last transaction's proof has a chain to follow.
  await ledger.act(ledger.founder, 'validators.change', ledger.change([...ledger.people, odin]));
  await ledger.act(ledger.founder, 'validators.change', ledger.change(ledger.people.slice(1)));
  for (let n = 0; n < 5; n++) {
    await ledger.submit(
      ledger.sign(ledger.founder, 'credit.transfer', { to: odin.key, amount: 1, memo: `${n}` }),
    );
  }
  last = ledger.sign(odin, 'credit.transfer', { to: ledger.founder.key, amount: 1, memo: 'back' });
  await ledger.block();
  await ledger.submit(last);
  lastBlock = await ledger.block();
  for (const vote of ledger.votes(lastBlock, (await ledger.chain.tip()).set))
    ledger.chain.keepSignature(vote);
});

describe('a finality proof', () => {
  test('[F4] shows the transaction, its block, and the signers, from the genesis document on', () => {
    const answer = verifyProof(encodeProof(prover.prove(last.id)), trust, blst);
    if (!answer.ok) throw new Error(answer.code);
    const { transaction, header, set, signers, epochs } = answer.proven;
    expect(equalBytes(transaction.id, last.id)).toBe(true);
    expect(equalBytes(header.hash, lastBlock.header.hash)).toBe(true);
    expect([set.epoch, set.validators.length, epochs, signers]).toEqual([2, 3, 2, [0, 1, 2]]);
    expect(verdict(prover.prove(first.id))).toBe('ok');
  });

  test('[F1] is decoded from its JSON form to the same bytes', () => {
    const proof = prover.prove(last.id);
    const json = JSON.parse(JSON.stringify(proofToJson(proof))) as unknown;
    expect(Buffer.from(encodeProof(proofFromJson(json))).equals(Buffer.from(encodeProof(proof)))).toBe(true);
  });

  test('[F3] is also valid with the single signatures of a quorum, none missing and none doubled', () => {
    const proof = prover.prove(last.id, true);
    expect(proof.claim.f).toMatchObject({ c: null });
    expect(verdict(proof)).toBe('ok');
    const { s } = proof.claim.f;
    const withSingles = (singles: typeof s) =>
      verdict({ ...proof, claim: { ...proof.claim, f: { ...proof.claim.f, s: singles } } });
    expect(withSingles(s.slice(1))).toBe('short-certificate');
    expect(withSingles([s[0]!, s[0]!, s[1]!])).toBe('duplicate-signer');
    expect(withSingles([{ ...s[0]!, g: s[1]!.g }, s[1]!, s[2]!])).toBe('bad-signature');
    expect(withSingles([{ ...s[0]!, i: 40 }, s[1]!, s[2]!])).toBe('bad-signature');
    expect(() => prover.prove(first.id, true)).toThrow('did not collect');
  });

  test('[F2] is valid when a later block of the chain is certified instead', () => {
    const proof = prover.prove(last.id);
    const { hash, slot, time, epoch, height, community, stateRoot } = lastBlock.header;
    const child = makeBlock(
      {
        community,
        epoch,
        slot: slot + 1,
        height: height + 1,
        parent: hash,
        time: time + 1,
        proposer: 0,
        stateRoot,
        anchor: null,
      },
      [],
    );
    const set = ledger.change(ledger.people.slice(1)).set.validators;
    const inForce = { epoch: 2, model: 'byzantine' as const, quorum: 3, validators: set };
    const certificate = encodeCertificate(makeCertificate(inForce, ledger.votes(child, inForce), blst));
    const withSeal = (f: ClaimWire['f']) => verdict({ ...proof, claim: { ...proof.claim, f } });
    expect(withSeal({ h: [child.header.bytes], c: certificate, s: [] })).toBe('ok');
    expect(withSeal({ h: [], c: certificate, s: [] })).toBe('bad-certificate');
    const orphan = makeBlock({ ...child.header, parent: sha256(hash) }, []);
    const astray = encodeCertificate(makeCertificate(inForce, ledger.votes(orphan, inForce), blst));
    expect(withSeal({ h: [orphan.header.bytes], c: astray, s: [] })).toBe('broken-chain');
  });

  test('[F4] of another transaction, place, block or community proves nothing', () => {
    const proof = prover.prove(last.id);
    const claim = (changes: Partial<ClaimWire>) =>
      verdict({ ...proof, claim: { ...proof.claim, ...changes } });
    expect(claim({ x: first.sealed })).toBe('not-included');
    expect(claim({ p: 1 })).toBe('not-included');
    expect(claim({ w: [sha256(last.id)] })).toBe('not-included');
    expect(claim({ b: prover.prove(first.id).claim.b })).toBe('not-included');
    expect(verdict({ ...proof, c: sha256(proof.c) })).toBe('wrong-community');
    const stranger = { ...trust, community: sha256(trust.community) };
    expect(verdict(proof, stranger)).toBe('wrong-community');
  });

  test('[F4] with a forged or short certificate, or one of another kind, proves nothing', () => {
    const proof = prover.prove(last.id);
    const certificate = openCertificate(proof.claim.f.c!);
    const withCertificate = (changes: Partial<typeof certificate>) =>
      verdict({
        ...proof,
        claim: {
          ...proof.claim,
          f: { ...proof.claim.f, c: encodeCertificate({ ...certificate, ...changes }) },
        },
      });
    expect(withCertificate({ kind: 'notarise' })).toBe('bad-certificate');
    expect(withCertificate({ bitmap: Uint8Array.of(0b011) })).toBe('short-certificate');
    expect(withCertificate({ bitmap: Uint8Array.of(0b1111) })).toBe('bad-bitmap');
    expect(withCertificate({ bitmap: Uint8Array.of(0b111, 0) })).toBe('bad-bitmap');
    expect(withCertificate({ set: sha256(certificate.set) })).toBe('wrong-set');
    expect(withCertificate({ signature: openCertificate(prover.prove(first.id).claim.f.c!).signature })).toBe(
      'bad-signature',
    );
    expect(withCertificate({ slot: certificate.slot + 1 })).toBe('bad-certificate');
  });

  test('[F5] with a step in the chain of validator sets left out, swapped or forged proves nothing', () => {
    const proof = prover.prove(last.id);
    const [one, two] = proof.e as [ClaimWire, ClaimWire];
    expect(verdict({ ...proof, e: [one] })).toBe('wrong-epoch');
    expect(verdict({ ...proof, e: [two] })).toBe('wrong-epoch');
    expect(verdict({ ...proof, e: [two, one] })).toBe('wrong-epoch');
    expect(verdict({ ...proof, e: [one, one, two] })).toBe('wrong-epoch');
    expect(verdict({ ...proof, e: [prover.prove(first.id).claim, one, two] })).toBe('not-a-change');
    expect(verdict({ ...proof, e: [] })).toBe('wrong-epoch');
  });

  test('[F1] that is truncated, padded or too large is refused with a reason', () => {
    const bytes = encodeProof(prover.prove(last.id));
    for (let length = 0; length < bytes.length; length += 97) {
      const answer = verifyProof(bytes.slice(0, length), trust, blst);
      expect(answer).toMatchObject({ ok: false, code: 'malformed' });
    }
    expect(verifyProof(Buffer.concat([bytes, Uint8Array.of(0)]), trust, blst)).toMatchObject({ ok: false });
    expect(verifyProof(new Uint8Array(5 * 1024 * 1024), trust, blst)).toMatchObject({
      code: 'proof-too-large',
    });
    expect(() => openProof(Uint8Array.of(0xa0))).toThrow('not a finality proof');
    expect(() => proofFromJson({ v: 1 })).toThrow('not a finality proof');
  });

  test('[V6] is not even checked if the genesis document has a key without proof of possession', () => {
    const { origin } = ledger;
    const [a, ...others] = origin.ledger.validators;
    const validators = [{ ...a!, pop: others[0]!.pop }, ...others];
    const bad = { ...origin, ledger: { ...origin.ledger, validators } };
    expect(() => trustIn(bad, blst)).toThrow('did not prove');
  });

  test('of an unknown transaction does not exist', () => {
    expect(() => prover.prove(sha256(last.id))).toThrow('knows no final transaction');
  });
});
