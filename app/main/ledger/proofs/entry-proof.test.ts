import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { toHex, utf8 } from '../../kernel/bytes.ts';
import { encodeCanonical } from '../../kernel/canonical.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { blsSignerOf, blst } from '../../platform/bls/blst.ts';
import { Prover } from '../chain/prover.ts';
import { ACCOUNTS, type Account } from '../state/accounts.ts';
import { proveEntry, type Leaf } from '../state/state-map.ts';
import { TestLedger } from '../test-ledger.ts';
import { placeOfKey, readEntry } from '../types/state.ts';
import { openEntryProof, verifyEntryProof, type EntryProofWire } from './entry-proof.ts';
import { openAnyProof, openProofFile, proofFromJson, proofToJson } from './proof-json.ts';
import { encodeProof, trustIn, verifyProof, type Trust } from './proof.ts';

const PRESENT = 'handle/odin';
const ABSENT = 'handle/wotan';

let ledger: TestLedger;
let trust: Trust;
let prover: Prover;
let there: EntryProofWire;
let absent: EntryProofWire;

const check = (proof: EntryProofWire, by = trust) => {
  const answer = verifyEntryProof(encodeProof(proof), by, blst);
  return answer.ok ? 'ok' : answer.code;
};
const bent = (proof: EntryProofWire, changes: Partial<EntryProofWire['claim']>) =>
  check({ ...proof, claim: { ...proof.claim, ...changes } });
const prove = (key: string) => prover.proveEntry(ledger.chain.state, key);

beforeAll(async () => {
  ledger = new TestLedger({ validators: 4, bls: blst, blsSigner: blsSignerOf });
  trust = trustIn(ledger.origin, blst);
  prover = new Prover(ledger.origin.id, ledger.chain.store);
  const odin = ledger.person('odin');
  await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'member', handle: 'Odin' });
  for (let n = 0; n < 20; n++) {
    const member = sha256(utf8(`member ${n}`));
    await ledger.submit(ledger.sign(ledger.founder, 'role.grant', { member, role: 'guest' }));
  }
  await ledger.block();
  await ledger.act(ledger.founder, 'validators.change', ledger.change([...ledger.people, odin]));
  const last = await ledger.block([], true);
  for (const vote of ledger.votes(last, ledger.chain.set)) ledger.chain.keepSignature(vote);
  there = prove(PRESENT);
  absent = prove(ABSENT);
});

describe('the proof of a state entry', () => {
  test('[F6] [F7] shows key, value and block, from the genesis document on', () => {
    const odin = ledger.person('odin');
    const answer = verifyEntryProof(encodeProof(there), trust, blst);
    if (!answer.ok) throw new Error(answer.code);
    const { key, value, header, set, signers, epochs } = answer.proven;
    expect([key, toHex(value!)]).toEqual([PRESENT, toHex(odin.key)]);
    expect(toHex(header.hash)).toBe(toHex(ledger.chain.base.hash));
    expect([set.epoch, epochs, signers.length]).toEqual([1, 1, 5]);
    const account = prove(ACCOUNTS + toHex(odin.key));
    expect(check(account)).toBe('ok');
    const state = { get: () => account.claim.x };
    expect(readEntry<Account>(state, '')).toMatchObject({ role: 'member', handle: 'Odin' });
  });

  test('[F7] shows that there is no such entry', () => {
    const answer = verifyEntryProof(encodeProof(absent), trust, blst);
    expect(answer).toMatchObject({ ok: true, proven: { key: ABSENT, value: null } });
  });

  test('[F7] with single signatures shows the same', () => {
    const single = prover.proveEntry(ledger.chain.state, PRESENT, true);
    expect(single.claim.f.c).toBeNull();
    expect(check(single)).toBe('ok');
  });

  test('[F6] has a JSON form with the same content', () => {
    for (const proof of [there, absent]) {
      const json = proofToJson(proof);
      expect(encodeProof(proofFromJson(json))).toEqual(encodeProof(proof));
      expect(openProofFile(utf8(JSON.stringify(json)))).toEqual(encodeProof(proof));
      expect(encodeProof(openAnyProof(encodeProof(proof)))).toEqual(encodeProof(proof));
    }
    expect(proofToJson(absent)['reads']).toMatchObject({ entry: ABSENT, value: null });
    expect(proofToJson(prove('ledger/parameters'))['reads']).toMatchObject({ value: { credit: 'credit' } });
  });

  test('[F6] of another form is refused', () => {
    const open = (claim: object) => () =>
      openEntryProof(encodeCanonical({ ...there, claim: { ...there.claim, ...claim } }));
    expect(open({})).not.toThrow();
    expect(open({ k: '0xab' })).toThrow('not a proof of a state entry');
    expect(open({ k: `handle/${'x'.repeat(300)}` })).toThrow('not a proof of a state entry');
    expect(open({ l: [sha256(utf8('a')), sha256(utf8('b'))] })).toThrow('not a proof of a state entry');
    expect(open({ w: Array.from({ length: 257 }, () => sha256(utf8('a'))) })).toThrow('not a proof');
    expect(verifyEntryProof(new Uint8Array(5 * 1024 * 1024), trust, blst)).toMatchObject({
      code: 'proof-too-large',
    });
    // A finality proof says something else, and the other way round.
    expect(verifyProof(encodeProof(there), trust, blst)).toMatchObject({ ok: false, code: 'bad-proof' });
  });

  test('[F7] of another value, key, block or community proves nothing', () => {
    expect(bent(there, { x: utf8('another') })).toBe('not-in-state');
    expect(bent(there, { k: ABSENT })).toBe('not-in-state');
    expect(bent(there, { w: there.claim.w.slice(1) })).toBe('not-in-state');
    expect(bent(there, { w: [...there.claim.w, sha256(utf8('more'))] })).toBe('not-in-state');
    const { store } = ledger.chain;
    // Odin has his handle since the first block; the path belongs to the last one.
    expect(bent(there, { b: store.header(1)!.bytes })).toBe('not-in-state');
    expect(check({ ...there, c: sha256(there.c) })).toBe('wrong-community');
    expect(check(there, { ...trust, community: sha256(trust.community) })).toBe('wrong-community');
    expect(check({ ...there, e: [] })).toBe('wrong-epoch');
  });

  test('[F7] of a state that no quorum signed is refused', () => {
    const { header } = ledger.blockOf([], { stateRoot: ledger.chain.base.stateRoot });
    expect(bent(there, { b: header.bytes })).toBe('bad-certificate');
  });

  test('before the first block does not exist', () => {
    const young = new TestLedger();
    const none = new Prover(young.origin.id, young.chain.store);
    expect(() => none.proveEntry(young.chain.state, PRESENT)).toThrow('No block is final yet');
  });
});

describe('a forged proof of absence of an entry that is there', () => {
  test('[F7] is refused, whatever stands at the end of the path', () => {
    const lie = { x: null };
    const own: [Uint8Array, Uint8Array] = [placeOfKey(PRESENT), sha256(there.claim.x!)];
    expect(bent(there, lie)).toBe('not-absent');
    expect(bent(there, { ...lie, l: own })).toBe('not-absent');
    const others = [...ledger.chain.entriesUnder('account/'), ...ledger.chain.entriesUnder('ledger/')];
    for (const { key, value } of others) {
      const l: [Uint8Array, Uint8Array] = [placeOfKey(key), sha256(value)];
      expect(bent(there, { ...lie, l })).toBe('not-absent');
      // The path of the other entry, to which it really leads.
      const { siblings } = proveEntry(ledger.chain.state, placeOfKey(key));
      expect(bent(there, { ...lie, l, w: [...siblings] })).toBe('not-absent');
    }
    for (let depth = 0; depth <= there.claim.w.length; depth++) {
      expect(bent(there, { ...lie, w: there.claim.w.slice(0, depth) })).toBe('not-absent');
    }
    expect(bent(absent, { k: PRESENT })).toBe('not-absent');
  });

  test('[F7] is refused for every entry of a state and every path of another key', () => {
    const { chain } = ledger;
    const keys = [...chain.entriesUnder('account/'), ...chain.entriesUnder('handle/')].map(({ key }) => key);
    const leafOf = (leaf: Leaf | null): [Uint8Array, Uint8Array] | null => leaf && [leaf.place, leaf.value];
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.string(), (key, other) => {
        const { leaf, siblings } = proveEntry(chain.state, placeOfKey(`handle/${other}`));
        const claim = { k: key, x: null, l: leafOf(leaf), w: [...siblings] };
        expect(bent(there, claim)).toBe('not-absent');
      }),
      { numRuns: 300 },
    );
  });
});

/** Checks a file with one changed bit: it is refused, or it proves that another key is absent, which is true. */
function checkChanged(file: Uint8Array, at: number, bit: number): void {
  const changed = file.slice();
  changed[at]! ^= 1 << bit;
  const answer = verifyEntryProof(changed, trust, blst);
  if (!answer.ok) {
    expect(answer.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    return;
  }
  const { key, value } = answer.proven;
  expect([value, key === ABSENT, ledger.chain.state.get(key)]).toEqual([null, false, null]);
}

test('[F7] a proof with one changed bit is refused with a typed problem, or proves another gap', () => {
  const files = [there, absent].map(encodeProof);
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.nat(), fc.nat({ max: 7 }), (file, at, bit) => {
      checkChanged(file, at % file.length, bit);
    }),
    { numRuns: 1500 },
  );
});

test('[F7] a proof whose key has one changed bit proves nothing false', () => {
  for (const [proof, key] of [
    [there, PRESENT],
    [absent, ABSENT],
  ] as const) {
    const file = encodeProof(proof);
    const at = Buffer.from(file).indexOf(key);
    for (let n = 0; n < 8 * key.length; n++) checkChanged(file, at + (n >> 3), n & 7);
  }
});
