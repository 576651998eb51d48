import { openGenesis } from '../community/index.ts';
import { decodeCbor } from '../kernel/canonical.ts';
import { cidOf } from '../kernel/cid.ts';
import { didOf } from '../kernel/did.ts';
import { Problem } from '../kernel/errors.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import {
  marked,
  markedEntry,
  openAnyProof,
  openProofFile,
  proofKindOf,
  proofToJson,
  motionText,
  trustIn,
  verifyEntryProof,
  verifyEvidenceFile,
  verifyEventProof,
  verifyProof,
  type ProvenEntry,
  type ProvenEvent,
} from '../ledger/index.ts';
import { blst } from '../platform/bls/blst.ts';
import { pooledVerifier } from '../platform/crypto/ed25519.ts';

/** The result of checking a proof file, for programs and for people. */
export interface ProofReport {
  readonly ok: boolean;
  /** Why the proof is invalid; null if it is valid. */
  readonly code: string | null;
  readonly message: string;
  readonly community: { readonly id: string; readonly name: string };
  readonly transaction: {
    readonly id: string;
    readonly account: string;
    readonly kind: string;
    readonly body: unknown;
  } | null;
  /** The location of the event of the log that is proven: a post, for example. */
  readonly event: {
    readonly id: string;
    readonly author: string;
    /** Whether the author's signature is in the file; without it the validators vouch for the author. */
    readonly signed: boolean;
    readonly kind: string;
    /** Milliseconds since the epoch, as the author states. */
    readonly time: number;
    readonly body: unknown;
  } | null;
  /** The entry of the state that is proven to be there or to be absent. */
  readonly entry: {
    readonly key: string;
    readonly present: boolean;
    /** The decoded value, or its bytes as `0x` and hexadecimal digits; null if the entry is absent. */
    readonly value: unknown;
  } | null;
  readonly block: { readonly height: number; readonly hash: string; readonly time: number } | null;
  readonly signers: readonly string[];
  readonly quorum: number | null;
  readonly validators: number | null;
  readonly model: string | null;
  readonly epochs: number | null;
}

/**
 * Checks a proof of a transaction, of an event or of a state entry with only a genesis document.
 * @param file unchanged: canonical DAG-CBOR, or its JSON form.
 * @throws Problem `bad-genesis` or `unproven-possession` for the genesis document.
 */
export async function checkProofFile(file: Uint8Array, genesisBytes: Uint8Array): Promise<ProofReport> {
  const genesis = openGenesis(genesisBytes);
  const trust = trustIn(genesis, blst);
  const community = { id: cidOf(genesis.id), name: genesis.name };
  let proof: Uint8Array;
  try {
    proof = openProofFile(file);
  } catch (error) {
    if (error instanceof Problem) return refused(error, community);
    throw error;
  }
  const kind = proofKindOf(proof);
  if (kind === 'entry') {
    const verdict = verifyEntryProof(proof, trust, blst);
    return verdict.ok
      ? { ...shared(verdict.proven, community), ...entryShown(verdict.proven) }
      : refused(verdict, community);
  }
  if (kind === 'event') {
    const verdict = await verifyEventProof(proof, trust, { bls: blst, verifier: pooledVerifier });
    return verdict.ok
      ? { ...shared(verdict.proven, community), ...eventShown(verdict.proven) }
      : refused(verdict, community);
  }
  const verdict = verifyProof(proof, trust, blst);
  if (!verdict.ok) return refused(verdict, community);
  const { id, account, kind: named, body } = verdict.proven.transaction;
  return {
    ...shared(verdict.proven, community),
    message: 'The transaction is final.',
    transaction: { id: cidOf(id), account: didOf(account), kind: named, body: marked(body) },
    event: null,
    entry: null,
  };
}

function refused(
  { code, message }: { readonly code: string; readonly message: string },
  community: ProofReport['community'],
): ProofReport {
  const nothing = { transaction: null, event: null, entry: null, block: null, signers: [], quorum: null };
  return { ok: false, code, message, community, ...nothing, validators: null, model: null, epochs: null };
}

function shared(
  { header, set, signers, epochs }: Omit<ProvenEntry, 'key' | 'value'>,
  community: ProofReport['community'],
) {
  return {
    ok: true,
    code: null,
    community,
    block: { height: header.height, hash: cidOf(header.hash), time: header.time },
    signers: signers.map((place) => didOf(set.validators[place]!.key)),
    quorum: set.quorum,
    validators: set.validators.length,
    model: set.model,
    epochs,
  };
}

/** The result of checking an evidence file. */
export interface EvidenceReport {
  readonly ok: boolean;
  /** Why the evidence is invalid; null if it is valid. */
  readonly code: string | null;
  readonly message: string;
  readonly convicted: readonly {
    readonly validator: string;
    readonly epoch: number;
    readonly slot: number;
    readonly votes: readonly [string, string];
  }[];
}

/** Checks an evidence file with only a genesis document. Throws as {@link checkProofFile}. */
export function checkEvidenceFile(file: Uint8Array, genesisBytes: Uint8Array): EvidenceReport {
  const trust = trustIn(openGenesis(genesisBytes), blst);
  try {
    const convicted = verifyEvidenceFile(file, trust, blst).map(({ evidence, validator }) => ({
      validator: didOf(validator.key),
      epoch: evidence.first.epoch,
      slot: evidence.first.slot,
      votes: [motionText(evidence.first), motionText(evidence.second)] as const,
    }));
    return { ok: true, code: null, message: 'The evidence convicts.', convicted };
  } catch (error) {
    if (error instanceof Problem) {
      return { ok: false, code: error.code, message: error.message, convicted: [] };
    }
    throw error;
  }
}

type Shown = Pick<ProofReport, 'message' | 'transaction' | 'event' | 'entry'>;

function entryShown({ key, value, header: { height } }: ProvenEntry): Shown {
  return {
    message: value
      ? `The state has this entry after block ${height}.`
      : `The state has no such entry after block ${height}.`,
    transaction: null,
    event: null,
    entry: { key, present: value !== null, value: value && markedEntry(value) },
  };
}

function eventShown({ event }: ProvenEvent): Shown {
  const { id, author, signature, kind, time, body } = event;
  return {
    message: 'A quorum of the validators held this when they signed the block.',
    transaction: null,
    event: {
      id: cidOf(id),
      author: didOf(author),
      signed: signature !== null,
      kind,
      time: msOf(time),
      body: marked(body),
    },
    entry: null,
  };
}

/** A genesis document for people: its id and its fields, bytes in hexadecimal. */
export function readGenesis(bytes: Uint8Array): { id: string; document: unknown } {
  return { id: cidOf(openGenesis(bytes).id), document: marked(decodeCbor(bytes)) };
}

/** The JSON form of a proof. Throws a Problem such as `bad-proof`. */
export function proofAsJson(proof: Uint8Array): Record<string, unknown> {
  return proofToJson(openAnyProof(proof));
}
