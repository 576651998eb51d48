import { beforeAll, describe, expect, test } from 'vitest';
import { equalBytes } from '../../kernel/bytes.ts';
import { merkleRoot } from '../../kernel/merkle.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { blsSignerOf, blst } from '../../platform/bls/blst.ts';
import { immediateVerifier } from '../../platform/crypto/ed25519.ts';
import { anchorDigest } from '../types/anchor.ts';
import { makeHeader } from '../types/block.ts';
import { encodeCertificate, openCertificate } from '../types/certificate.ts';
import { openEventProof, verifyEventProof, type EventProofWire } from './event-proof.ts';
import { encodeProof, trustIn, verifyProof, type Trust } from './proof.ts';
import { openProofFile, proofFromJson, proofToJson } from './proof-json.ts';
import { Prover } from '../chain/prover.ts';
import { AnchoredLedger } from '../chain/test-anchors.ts';

let world: AnchoredLedger;
let trust: Trust;
/** A post in a list of seven, after a change of the validators; and a post in the block before. */
let proof: EventProofWire;
let other: EventProofWire;

const ports = { bls: blst, verifier: immediateVerifier };
const check = (bytes: Uint8Array, by = trust) => verifyEventProof(bytes, by, ports);
const verdict = async (changed: EventProofWire, by = trust) => {
  const answer = await check(encodeProof(changed), by);
  return answer.ok ? 'ok' : answer.code;
};
const claim = (changes: Partial<EventProofWire['claim']>) =>
  verdict({ ...proof, claim: { ...proof.claim, ...changes } });

beforeAll(async () => {
  world = new AnchoredLedger({ validators: 4, bls: blst, blsSigner: blsSignerOf });
  const { ledger, mara } = world;
  trust = trustIn(ledger.origin, blst);
  const prover = new Prover(ledger.origin.id, ledger.chain.store);
  const proveAt = (id: Uint8Array) =>
    prover.proveEvent(id, mara.node.log.store.sealed(id)!, mara.node.log.store.anchors.find(id)!.height!);
  const [first] = await world.say(2);
  await world.block();
  await ledger.act(ledger.founder, 'validators.change', ledger.change(ledger.people.slice(1)));
  const later = await world.say(7);
  await world.block();
  [proof, other] = [proveAt(later[4]!), proveAt(first!)];
});

describe('the proof of a post', () => {
  test('[H9] shows the event, its author, its block and the signers, from the genesis document on', async () => {
    const answer = await check(encodeProof(proof));
    if (!answer.ok) throw new Error(answer.code);
    const { event, header, set, signers, epochs } = answer.proven;
    expect(event).toMatchObject({ kind: 'chat.say', body: { text: 'line 4', me: false } });
    expect(equalBytes(event.author, world.community.founder.publicKey)).toBe(true);
    expect([header.height, set.epoch, epochs, signers]).toEqual([3, 1, 1, [0, 1, 2]]);
    expect(await verdict(other)).toBe('ok');
  });

  test('[H9] is decoded from its JSON form to the same bytes', () => {
    const json = JSON.stringify(proofToJson(proof));
    const bytes = Buffer.from(encodeProof(proof));
    expect(Buffer.from(encodeProof(proofFromJson(JSON.parse(json)))).equals(bytes)).toBe(true);
    expect(bytes.equals(openProofFile(Buffer.from(json)))).toBe(true);
  });

  test('[H9] without its author’s signature relies on the validators, and says so', async () => {
    const answer = await check(encodeProof({ ...proof, claim: { ...proof.claim, g: null } }));
    expect(answer).toMatchObject({ ok: true, proven: { event: { signature: null } } });
  });

  test('[H9] of another event, place, list, block or community proves nothing', async () => {
    expect(await claim({ x: other.claim.x, g: other.claim.g })).toBe('not-included');
    expect(await claim({ p: (proof.claim.p + 1) % 7 })).toBe('not-included');
    expect(await claim({ n: 8 })).toBe('wrong-anchor-digest');
    expect(await claim({ n: 4 })).toBe('not-included');
    expect(await claim({ w: [] })).toBe('not-included');
    expect(await claim({ w: proof.claim.w.toReversed() })).toBe('not-included');
    expect(await claim({ r: other.claim.r })).toBe('not-included');
    expect(await claim({ ...proof.claim, p: 0, n: 1, w: [], r: proof.claim.r })).toBe('not-included');
    expect(await claim({ q: sha256(proof.claim.q) })).toBe('wrong-anchor-digest');
    expect(await claim({ k: proof.claim.k + 1 })).toBe('wrong-anchor-digest');
    expect(await claim({ b: other.claim.b })).toBe('wrong-anchor-digest');
    expect(await verdict({ ...proof, c: sha256(proof.c) })).toBe('wrong-community');
    expect(await verdict(proof, { ...trust, community: sha256(trust.community) })).toBe('wrong-community');
  });

  test('[H9] on a block that has no anchor, or is not final, proves nothing', async () => {
    const { chain } = world.ledger;
    expect(await claim({ b: chain.store.header(2)!.bytes })).toBe('not-anchored');
    // A forged list, under a header that nobody signed.
    const header = chain.store.header(3)!;
    const list = { previous: trust.community, before: 0, ids: [sha256(proof.claim.x)] };
    const forged = makeHeader({ ...header, anchor: { ...header.anchor!, digest: anchorDigest(list) } });
    const { q, k, n, w } = { q: list.previous, k: 0, n: 1, w: [] };
    const r = merkleRoot(list.ids);
    expect(await claim({ b: forged.bytes, q, k, n, w, r, p: 0 })).toBe('bad-certificate');
    const early = makeHeader({ ...header, anchor: { ...header.anchor!, time: 0 } });
    expect(await claim({ b: early.bytes })).toBe('anchor-early');
  });

  test('[H9] with a forged or short certificate, or a missing step of the validators, proves nothing', async () => {
    const certificate = openCertificate(proof.claim.f.c!);
    const sealed = (changes: Partial<typeof certificate>) =>
      claim({ f: { ...proof.claim.f, c: encodeCertificate({ ...certificate, ...changes }) } });
    expect(await sealed({ kind: 'notarise' })).toBe('bad-certificate');
    expect(await sealed({ bitmap: Uint8Array.of(0b011) })).toBe('short-certificate');
    expect(await sealed({ set: sha256(certificate.set) })).toBe('wrong-set');
    expect(await sealed({ signature: openCertificate(other.claim.f.c!).signature })).toBe('bad-signature');
    expect(await verdict({ ...proof, e: [] })).toBe('wrong-epoch');
    expect(await verdict({ ...other, e: proof.e })).toBe('wrong-epoch');
  });

  test('[H9] with another person’s signature is refused', async () => {
    expect(await claim({ g: other.claim.g })).toBe('bad-signature');
    expect(await claim({ g: new Uint8Array(64) })).toBe('bad-signature');
  });

  test('[H9] that is truncated, padded, too large or of another kind is refused with a reason', async () => {
    const bytes = encodeProof(proof);
    for (let length = 0; length < bytes.length; length += 53) {
      expect(await check(bytes.slice(0, length))).toMatchObject({ ok: false, code: 'malformed' });
    }
    expect(await check(Buffer.concat([bytes, Uint8Array.of(0)]))).toMatchObject({ ok: false });
    expect(await check(new Uint8Array(5 * 1024 * 1024))).toMatchObject({ code: 'proof-too-large' });
    expect(verifyProof(bytes, trust, blst)).toMatchObject({ ok: false, code: 'bad-proof' });
    expect(() => openEventProof(Uint8Array.of(0xa0))).toThrow('not a proof of an event');
  });

  test('[H9] with any byte changed proves nothing, or exactly the same', async () => {
    const bytes = encodeProof(proof);
    for (let at = 0; at < bytes.length; at += 7) {
      const bent = bytes.slice();
      bent[at]! ^= 1 << (at % 8);
      const answer = await check(bent);
      if (answer.ok) expect.fail(`byte ${at} does not matter`);
      expect(answer.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    }
  });
});
