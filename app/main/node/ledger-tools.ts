import { openGenesis } from '../community/index.ts';
import { decodeCbor } from '../kernel/canonical.ts';
import { cidOf } from '../kernel/cid.ts';
import { didOf } from '../kernel/did.ts';
import { Problem } from '../kernel/errors.ts';
import {
  marked,
  openProof,
  openProofFile,
  proofToJson,
  motionText,
  trustIn,
  verifyEvidenceFile,
  verifyProof,
  type ProofVerdict,
} from '../ledger/index.ts';
import { blst } from '../platform/bls/blst.ts';

/** What a proof file shows, in words for a program and for a person. */
export interface ProofReport {
  readonly ok: boolean;
  /** Why it proves nothing; null when it does. */
  readonly code: string | null;
  readonly message: string;
  readonly community: { readonly id: string; readonly name: string };
  readonly transaction: {
    readonly id: string;
    readonly account: string;
    readonly kind: string;
    readonly body: unknown;
  } | null;
  readonly block: { readonly height: number; readonly hash: string; readonly time: number } | null;
  readonly signers: readonly string[];
  readonly quorum: number | null;
  readonly validators: number | null;
  readonly model: string | null;
  readonly epochs: number | null;
}

/**
 * Checks a finality proof with a genesis document and nothing else.
 *
 * @param proof the file as it is: canonical DAG-CBOR, or its JSON form.
 * @throws Problem `bad-genesis` or `unproven-possession` for the genesis document.
 */
export function checkProofFile(proof: Uint8Array, genesisBytes: Uint8Array): ProofReport {
  const genesis = openGenesis(genesisBytes);
  const trust = trustIn(genesis, blst);
  const verdict = verdictOn(proof, (bytes) => verifyProof(bytes, trust, blst));
  const community = { id: cidOf(genesis.id), name: genesis.name };
  if (!verdict.ok) {
    const { code, message } = verdict;
    const nothing = { transaction: null, block: null, signers: [], quorum: null };
    return { ok: false, code, message, community, ...nothing, validators: null, model: null, epochs: null };
  }
  const { transaction, header, set, signers, epochs } = verdict.proven;
  const { id, account, kind, body } = transaction;
  return {
    ok: true,
    code: null,
    message: 'The transaction is final.',
    community,
    transaction: { id: cidOf(id), account: didOf(account), kind, body: marked(body) },
    block: { height: header.height, hash: cidOf(header.hash), time: header.time },
    signers: signers.map((place) => didOf(set.validators[place]!.key)),
    quorum: set.quorum,
    validators: set.validators.length,
    model: set.model,
    epochs,
  };
}

/** What a file of evidence shows. */
export interface EvidenceReport {
  readonly ok: boolean;
  /** Why it proves nothing; null when it does. */
  readonly code: string | null;
  readonly message: string;
  readonly convicted: readonly {
    readonly validator: string;
    readonly epoch: number;
    readonly slot: number;
    readonly votes: readonly [string, string];
  }[];
}

/** Checks a file of evidence with a genesis document and nothing else. Throws as {@link checkProofFile}. */
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

function verdictOn(proof: Uint8Array, verify: (bytes: Uint8Array) => ProofVerdict): ProofVerdict {
  try {
    return verify(openProofFile(proof));
  } catch (error) {
    if (error instanceof Problem) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
}

/** A genesis document for reading: its id and its fields, bytes in hexadecimal. */
export function readGenesis(bytes: Uint8Array): { id: string; document: unknown } {
  return { id: cidOf(openGenesis(bytes).id), document: marked(decodeCbor(bytes)) };
}

/** The JSON form of a proof. Throws a Problem `bad-proof` and the like. */
export function proofAsJson(proof: Uint8Array): Record<string, unknown> {
  return proofToJson(openProof(proof));
}
