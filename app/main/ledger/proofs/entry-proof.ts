import * as z from 'zod';
import type { Bls } from '../../kernel/bls.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import { decodeCanonical } from '../../kernel/canonical.ts';
import { Problem } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { verifyEntry } from '../state/state-map.ts';
import { MAX_HEADER_BYTES, openHeader, type Header } from '../types/block.ts';
import { bytesUpTo, Digest } from '../types/fields.ts';
import { placeOfKey } from '../types/state.ts';
import type { ValidatorSet } from '../types/validators.ts';
import {
  checkSeal,
  ClaimWire,
  followEpochs,
  MAX_EPOCHS,
  MAX_PROOF_BYTES,
  SealWire,
  type ProofFault,
  type Trust,
} from './proof.ts';
import { problem } from '../problems.ts';

/**
 * [F6] The key of a state entry [E2]. It begins with a letter, so the JSON form does not take it for bytes, and
 * no other text has the same bytes in UTF-8.
 */
export const EntryKey = z
  .string()
  .max(200)
  .regex(/^[a-z][a-z0-9-]*\/./u)
  .refine((key) => key.isWellFormed());

/** [F6] An entry of the state after a final block, or its absence. */
const EntryClaimWire = z
  .strictObject({
    /** Key of the entry. */
    k: EntryKey,
    /** Value of the entry; null if there is no such entry. */
    x: bytesUpTo(MAX_PROOF_BYTES).nullable(),
    /** For an absent entry, place and value hash of the leaf at the end of the path; null if nothing is there. */
    l: z.tuple([Digest, Digest]).nullable(),
    /** Hashes beside the path, from the root down [E4]. */
    w: z.array(Digest).max(256),
    b: bytesUpTo(MAX_HEADER_BYTES),
    f: SealWire,
  })
  .refine(({ x, l }) => x === null || l === null);

export const ENTRY_PROOF = 'impulse/entry-proof';

/** [F6] The proof of a state entry or of its absence, as a file holds it. */
export const EntryProofWire = z.strictObject({
  v: z.literal(1),
  what: z.literal(ENTRY_PROOF),
  /** Digest of the genesis document that it is checked against. */
  c: Digest,
  /** Every change of the validators since then, in order. */
  e: z.array(ClaimWire).max(MAX_EPOCHS),
  claim: EntryClaimWire,
});
export type EntryProofWire = z.infer<typeof EntryProofWire>;

export type EntryProofFault = ProofFault | 'not-in-state' | 'not-absent';

/** The facts that the proof of an entry shows. */
export interface ProvenEntry {
  readonly key: string;
  /** Null if the state has no such entry. */
  readonly value: Uint8Array | null;
  /** The block after which that is so. */
  readonly header: Header;
  readonly set: ValidatorSet;
  /** Places of the signers. */
  readonly signers: readonly number[];
  /** Changes of the validators since the genesis document. */
  readonly epochs: number;
}

export type EntryProofVerdict =
  | { readonly ok: true; readonly proven: ProvenEntry }
  | { readonly ok: false; readonly code: EntryProofFault | string; readonly message: string };

/** Reads a proof file by rule [F6]. Throws a Problem `proof-too-large`, `malformed`, `non-canonical` or `bad-proof`. */
export function openEntryProof(bytes: Uint8Array): EntryProofWire {
  if (bytes.length > MAX_PROOF_BYTES) throw problem('proof-too-large');
  const parsed = EntryProofWire.safeParse(decodeCanonical(bytes));
  if (parsed.success) return parsed.data;
  throw problem('bad-entry-proof');
}

/** [F7] Checks the proof of an entry with only a genesis document: no node, no network, no clock. */
export function verifyEntryProof(bytes: Uint8Array, trust: Trust, bls: Bls): EntryProofVerdict {
  try {
    const { c, e, claim } = openEntryProof(bytes);
    if (!equalBytes(c, trust.community)) throw problem('proof-of-other-genesis');
    const header = openHeader(claim.b);
    checkPath(claim, header);
    const set = followEpochs(e, trust, bls);
    const signers = checkSeal(header, claim.f, { ...trust, set }, bls);
    const { k: key, x: value } = claim;
    return { ok: true, proven: { key, value, header, set, signers, epochs: e.length } };
  } catch (error) {
    if (error instanceof Problem) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
}

/** [F7] The path leads from the entry, or from what is in its place, to the state root in the header. */
function checkPath({ k, x, l, w }: EntryProofWire['claim'], { stateRoot }: Header): void {
  const place = placeOfKey(k);
  const [leafPlace, leafValue] = x === null ? (l ?? []) : [place, sha256(x)];
  const leaf = leafPlace && leafValue ? { place: leafPlace, value: leafValue } : null;
  if (verifyEntry(stateRoot, place, x, { leaf, siblings: w })) return;
  throw problem(x === null ? 'entry-not-absent' : 'entry-not-in-state');
}
