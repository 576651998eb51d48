import * as z from 'zod';
import type { Bls } from '../../kernel/bls.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { verifyEntry } from '../state/state-map.ts';
import { MAX_HEADER_BYTES, openHeader, type Header } from '../types/block.ts';
import { bytesUpTo, Digest } from '../types/fields.ts';
import { placeOfKey } from '../types/state.ts';
import {
  checkSeal,
  checkTrust,
  followEpochs,
  MAX_PROOF_BYTES,
  openProofFile,
  proofFile,
  refuted,
  SealWire,
  type ProofFault,
  type ProvenBlock,
  type Trust,
  type Verdict,
} from './proof.ts';
import { problem } from './problems.ts';

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
export const EntryProofWire = proofFile(ENTRY_PROOF, EntryClaimWire);
export type EntryProofWire = z.infer<typeof EntryProofWire>;

export type EntryProofFault = ProofFault | 'not-in-state' | 'not-absent';

/** The facts that the proof of an entry shows. */
export interface ProvenEntry extends ProvenBlock {
  readonly key: string;
  /** Null if the state has no such entry. */
  readonly value: Uint8Array | null;
  /** The block after which that is so. */
}

export type EntryProofVerdict = Verdict<ProvenEntry, EntryProofFault>;

/** Reads a proof file by rule [F6]. Throws the Problems of {@link openProofFile}. */
export const openEntryProof = (bytes: Uint8Array): EntryProofWire =>
  openProofFile(bytes, EntryProofWire, 'bad-entry-proof');

/** [F7] Checks the proof of an entry with only a genesis document: no node, no network, no clock. */
export function verifyEntryProof(bytes: Uint8Array, trust: Trust, bls: Bls): EntryProofVerdict {
  try {
    const file = openEntryProof(bytes);
    const { e, claim } = file;
    checkTrust(file, trust);
    const header = openHeader(claim.b);
    checkPath(claim, header);
    const set = followEpochs(e, trust, bls);
    const signers = checkSeal(header, claim.f, { ...trust, set }, bls);
    const { k: key, x: value } = claim;
    return { ok: true, proven: { key, value, header, set, signers, epochs: e.length } };
  } catch (error) {
    return refuted(error);
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
