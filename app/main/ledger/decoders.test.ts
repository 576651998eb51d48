import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { Problem } from '../kernel/errors.ts';
import { memoryBls } from '../platform/memory/bls.ts';
import { encodeBlock, makeHeader, openBlock, openHeader } from './types/block.ts';
import { verifyEntryProof } from './proofs/entry-proof.ts';
import { encodeProof, trustIn, verifyProof, type Trust } from './proofs/proof.ts';
import { Prover } from './chain/prover.ts';
import { openManifest, openPart } from './chain/snapshot.ts';
import { TestLedger } from './test-ledger.ts';
import { openTransaction } from './types/transaction.ts';

const limits = { bytes: 64 * 1024, transactions: 50 };
let ledger: TestLedger;
let trust: Trust;
/** One valid sample for every decoder. */
let samples: Record<string, Uint8Array>;
let blockHash: string;
let decoders: Record<string, (bytes: Uint8Array) => unknown>;

beforeAll(async () => {
  ledger = new TestLedger({ validators: 4, parameters: { snapshotInterval: 2 } });
  trust = trustIn(ledger.origin, memoryBls);
  const odin = ledger.person('odin');
  const grant = await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'member' });
  await ledger.act(ledger.founder, 'validators.change', ledger.change([...ledger.people, odin]));
  const last = await ledger.act(odin, 'handle.register', { handle: 'Odin' });
  const { store, snapshots } = ledger.chain;
  const prover = new Prover(ledger.origin.id, store);
  const cut = snapshots.cut(2)!;
  samples = {
    transaction: grant.sealed,
    header: store.header(1)!.bytes,
    block: encodeBlock(store.block(1)!),
    proof: encodeProof(prover.prove(last.id)),
    entryProof: encodeProof(prover.proveEntry(ledger.chain.state, 'handle/nobody')),
    manifest: prover.manifest(2, cut),
    part: snapshots.part(2, 0)!,
  };
  blockHash = toHex(store.header(1)!.hash);
  decoders = {
    transaction: openTransaction,
    header: openHeader,
    block: (bytes) => openBlock(bytes, limits),
    proof(bytes) {
      const verdict = verifyProof(bytes, trust, memoryBls);
      if (!verdict.ok) throw new Problem(verdict.code, verdict.message);
      return verdict;
    },
    entryProof(bytes) {
      const verdict = verifyEntryProof(bytes, trust, memoryBls);
      if (!verdict.ok) throw new Problem(verdict.code, verdict.message);
      return verdict;
    },
    manifest: (bytes) => openManifest(bytes, trust, memoryBls),
    part: (bytes) => openPart(bytes, 0, cut),
  };
});

const NAMES = ['transaction', 'header', 'block', 'proof', 'entryProof', 'manifest', 'part'];

const plainValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 100 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 4 }), tie('value'), { maxKeys: 5 }),
  ),
})).value;

const damage = fc.record({
  at: fc.nat(),
  byte: fc.integer({ min: 0, max: 255 }),
  how: fc.constantFrom('set', 'cut', 'put'),
});

function bend(bytes: Uint8Array, wounds: readonly { at: number; byte: number; how: string }[]): Uint8Array {
  const out = [...bytes];
  for (const { at, byte, how } of wounds) {
    const place = at % Math.max(1, out.length);
    if (how === 'set') out[place] = byte;
    else if (how === 'cut') out.splice(place, 1);
    else out.splice(place, 0, byte);
  }
  return Uint8Array.from(out);
}

/** True if it was opened; a refusal is a Problem with a code, and anything else is a bug in the decoder. */
function opens(name: string, bytes: Uint8Array): boolean {
  try {
    decoders[name]!(bytes);
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.code).toMatch(/^[a-z-]+$/);
    return false;
  }
}

test.each(NAMES)('a valid %s opens', (name) => {
  expect(opens(name, samples[name]!)).toBe(true);
});

test.each(NAMES)('random bytes as a %s are refused with a reason', (name) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void opens(name, bytes)),
    { numRuns: 300 },
  );
});

test.each(NAMES)('random values as a %s are refused with a reason', (name) => {
  fc.assert(
    fc.property(plainValue, (value) => void opens(name, encodeCanonical(value))),
    { numRuns: 300 },
  );
});

test.each(NAMES)('a damaged %s is refused with a reason, or has the form of another valid one', (name) => {
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (wounds) => {
      const bent = bend(samples[name]!, wounds);
      if (!opens(name, bent) || toHex(bent) === toHex(samples[name]!)) return;
      // A part is checked against the snapshot, and a block by its hash: neither has a second valid form.
      expect(name).not.toBe('part');
      if (name === 'block') expect(toHex(openBlock(bent, limits).header.hash)).not.toBe(blockHash);
    }),
    { numRuns: 300 },
  );
});

test('[F4] damage to a proof never makes it prove something else', () => {
  const sound = verifyProof(samples['proof']!, trust, memoryBls);
  if (!sound.ok) throw new Error(sound.code);
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (wounds) => {
      const verdict = verifyProof(bend(samples['proof']!, wounds), trust, memoryBls);
      if (verdict.ok) {
        expect(toHex(verdict.proven.transaction.id)).toBe(toHex(sound.proven.transaction.id));
        expect(toHex(verdict.proven.header.hash)).toBe(toHex(sound.proven.header.hash));
      }
    }),
    { numRuns: 500 },
  );
});

test('[LB1] a header has one form: encoding a decoded header gives the same bytes', () => {
  const header = openHeader(samples['header']!);
  expect(toHex(makeHeader(header).bytes)).toBe(toHex(samples['header']!));
});
