import * as z from 'zod';
import { BLS_SIGNATURE_BYTES, type Bls } from '../../kernel/bls.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import { Problem } from '../../kernel/errors.ts';
import { leafHash, verifyInclusion } from '../../kernel/merkle.ts';
import { MAX_HEADER_BYTES, openHeader, type Header } from '../types/block.ts';
import { judgeCertificate, MAX_CERTIFICATE_BYTES, openCertificate, signersOf } from '../types/certificate.ts';
import { bytesOf, bytesUpTo, Digest, Millis } from '../types/fields.ts';
import { checkPossessions, firstSetOf, type ChainOrigin } from '../state/genesis.ts';
import { MAX_TRANSACTION_BYTES, openTransaction, type Transaction } from '../types/transaction.ts';
import { MAX_VALIDATORS, ValidatorSet } from '../types/validators.ts';
import { motionMessage } from '../types/vote.ts';
import { problem as ledgerProblem } from '../problems.ts';
import { invalidCertificate, problem } from './problems.ts';

/** [F1] The largest proof file. */
export const MAX_PROOF_BYTES = 4 * 1024 * 1024;
/** The most headers between a block and the certificate that makes it final. */
const MAX_TAIL = 256;
/** The most changes of the validators in one proof. */
export const MAX_EPOCHS = 10_000;

/** [F3] Single signatures in place of an aggregate. */
const SingleSignature = z.strictObject({
  /** Place in the validator set. */
  i: z
    .int()
    .nonnegative()
    .max(MAX_VALIDATORS - 1),
  g: bytesOf(BLS_SIGNATURE_BYTES),
  /** When it was seen; this is not signed. */
  t: Millis,
});

/** [F2] Why a block is final: headers that follow it, and a quorum's signature on the last of them. */
export const SealWire = z.strictObject({
  h: z.array(bytesUpTo(MAX_HEADER_BYTES)).max(MAX_TAIL),
  c: bytesUpTo(MAX_CERTIFICATE_BYTES).nullable(),
  s: z.array(SingleSignature).max(MAX_VALIDATORS),
});
export type SealWire = z.infer<typeof SealWire>;

/** A transaction in a final block. */
export const ClaimWire = z.strictObject({
  x: bytesUpTo(MAX_TRANSACTION_BYTES),
  /** Place of the transaction in its block. */
  p: z.int().nonnegative(),
  /** Inclusion path by RFC 9162. */
  w: z.array(Digest).max(64),
  b: bytesUpTo(MAX_HEADER_BYTES),
  f: SealWire,
});
export type ClaimWire = z.infer<typeof ClaimWire>;

/** [F1] The schema of a proof file, by what it proves. */
export const proofFile = <What extends string, Claim extends z.ZodType>(what: What, claim: Claim) =>
  z.strictObject({
    v: z.literal(1),
    what: z.literal(what),
    /** Digest of the genesis document that it is checked against. */
    c: Digest,
    /** Every change of the validators since then, in order. */
    e: z.array(ClaimWire).max(MAX_EPOCHS),
    claim,
  });

/** [F1] A finality proof, as a file holds it. */
export const ProofWire = proofFile('impulse/finality-proof', ClaimWire);
export type ProofWire = z.infer<typeof ProofWire>;

/** Why a proof is invalid. */
export type ProofFault =
  | 'proof-too-large'
  | 'malformed'
  | 'non-canonical'
  | 'bad-proof'
  | 'bad-header'
  | 'header-too-large'
  | 'bad-transaction'
  | 'transaction-too-large'
  | 'bad-certificate'
  | 'wrong-community'
  | 'wrong-epoch'
  | 'not-included'
  | 'broken-chain'
  | 'wrong-set'
  | 'bad-bitmap'
  | 'short-certificate'
  | 'bad-signature'
  | 'duplicate-signer'
  | 'not-a-change'
  | 'stale-set';

/** The final block behind every proof. */
export interface ProvenBlock {
  readonly header: Header;
  readonly set: ValidatorSet;
  /** Places of the signers. */
  readonly signers: readonly number[];
  /** Changes of the validators since the genesis document. */
  readonly epochs: number;
}

/** The facts that a finality proof shows. */
export interface Proven extends ProvenBlock {
  readonly transaction: Transaction;
  /** Place of the transaction in its block. */
  readonly place: number;
}

/** The result of checking a proof; `code` is a fault of that kind of proof, or of decoding it. */
export type Verdict<Facts, Fault extends string = ProofFault> =
  | { readonly ok: true; readonly proven: Facts }
  | Refuted<Fault>;
interface Refuted<Fault extends string> {
  readonly ok: false;
  readonly code: Fault | (string & {});
  readonly message: string;
}
export type ProofVerdict = Verdict<Proven>;

/** A genesis document whose validators proved possession of their keys: the root of trust. */
export interface Trust {
  readonly community: Uint8Array;
  readonly set: ValidatorSet;
}

/**
 * Makes a genesis document the root of trust for checking proofs; done once for any number of proofs.
 *
 * @throws Problem `unproven-possession`.
 */
export function trustIn(origin: ChainOrigin, bls: Bls): Trust {
  checkPossessions(origin.ledger, bls);
  return { community: origin.id, set: firstSetOf(origin.ledger) };
}

export function encodeProof(proof: object): Uint8Array {
  return encodeCanonical(proof);
}

/**
 * Reads a proof file by rule [F1].
 *
 * @throws Problem `proof-too-large`, `malformed`, `non-canonical`, or the given one if it does not fit the schema.
 */
export function openProofFile<Wire extends z.ZodType>(
  bytes: Uint8Array,
  wire: Wire,
  unfit: 'bad-proof' | 'bad-event-proof' | 'bad-entry-proof',
): z.infer<Wire> {
  if (bytes.length > MAX_PROOF_BYTES) throw problem('proof-too-large');
  const parsed = wire.safeParse(decodeCanonical(bytes));
  if (parsed.success) return parsed.data;
  throw problem(unfit);
}

export const openProof = (bytes: Uint8Array): ProofWire => openProofFile(bytes, ProofWire, 'bad-proof');

/** Throws a Problem unless a proof is checked against the genesis document that it names. */
export function checkTrust({ c }: { readonly c: Uint8Array }, { community }: Trust): void {
  if (!equalBytes(c, community)) throw problem('proof-of-other-genesis');
}

/** The verdict on a proof whose check threw a Problem; anything else is thrown again. */
export function refuted(error: unknown): Refuted<never> {
  if (error instanceof Problem) return { ok: false, code: error.code, message: error.message };
  throw error;
}

/** [F4] Checks a proof file with only a genesis document: no node, no network, no clock. */
export function verifyProof(bytes: Uint8Array, trust: Trust, bls: Bls): ProofVerdict {
  try {
    const proof = openProof(bytes);
    checkTrust(proof, trust);
    const set = followEpochs(proof.e, trust, bls);
    const { transaction, header, signers } = checkClaim(proof.claim, { ...trust, set }, bls);
    const place = proof.claim.p;
    return { ok: true, proven: { transaction, header, place, set, signers, epochs: proof.e.length } };
  } catch (error) {
    return refuted(error);
  }
}

/** [F5] The validator set at the end of a chain of changes. Throws a Problem of {@link ProofFault}. */
export function followEpochs(links: readonly ClaimWire[], trust: Trust, bls: Bls): ValidatorSet {
  let set = trust.set;
  for (const link of links) {
    const { transaction } = checkClaim(link, { ...trust, set }, bls);
    const { kind, body } = transaction;
    const next = ValidatorSet.safeParse((body as { set?: unknown }).set);
    if (kind !== 'validators.change' || !next.success) {
      throw problem('not-a-change');
    }
    if (next.data.epoch !== set.epoch + 1) {
      throw problem('step-missing');
    }
    set = next.data;
  }
  return set;
}

/** Throws a Problem of {@link ProofFault} unless a quorum of the trusted set made the transaction final. */
function checkClaim(claim: ClaimWire, trust: Trust, bls: Bls) {
  const header = openHeader(claim.b);
  const transaction = openTransaction(claim.x);
  if (!equalBytes(transaction.community, trust.community)) {
    throw ledgerProblem('foreign-transaction');
  }
  // [F4] The path leads from the transaction to the root in the header.
  const leaf = leafHash(claim.x);
  if (!verifyInclusion(leaf, claim.p, header.count, claim.w, header.transactionRoot)) {
    throw problem('not-included');
  }
  return { header, transaction, signers: checkSeal(header, claim.f, trust, bls) };
}

/** [F2] Places of the validators that made a header final. Throws a Problem of {@link ProofFault}. */
export function checkSeal(header: Header, seal: SealWire, { community, set }: Trust, bls: Bls): number[] {
  const chain = [header, ...seal.h.map(openHeader)];
  for (const [index, one] of chain.entries()) {
    if (!equalBytes(one.community, community)) {
      throw problem('foreign-block');
    }
    if (one.epoch !== set.epoch) throw problem('wrong-epoch');
    if (index > 0 && !equalBytes(one.parent, chain[index - 1]!.hash)) {
      throw problem('broken-chain');
    }
  }
  const last = chain.at(-1)!;
  if (seal.c !== null && seal.s.length === 0) return checkAggregate(last, seal.c, { community, set }, bls);
  if (seal.c !== null) throw problem('two-seals');
  return checkSingles(last, seal.s, { community, set }, bls);
}

function checkAggregate(header: Header, bytes: Uint8Array, { community, set }: Trust, bls: Bls): number[] {
  const certificate = openCertificate(bytes);
  const { kind, block, slot } = certificate;
  if (kind !== 'finalise' || block === null || !equalBytes(block, header.hash) || slot !== header.slot) {
    throw problem('not-a-finality-certificate');
  }
  const fault = judgeCertificate(certificate, { community, set, bls });
  if (fault) throw invalidCertificate(fault);
  return signersOf(certificate);
}

/** [F3] Checks a quorum of single signatures, each by a different validator. */
function checkSingles(header: Header, singles: SealWire['s'], { community, set }: Trust, bls: Bls): number[] {
  const { epoch, slot, hash } = header;
  const message = motionMessage(community, set, { kind: 'finalise', epoch, slot, block: hash });
  if (new Set(singles.map(({ i }) => i)).size < singles.length) {
    throw problem('duplicate-signer');
  }
  if (singles.length < set.quorum) {
    throw ledgerProblem('short-certificate', { signed: singles.length, quorum: set.quorum });
  }
  for (const { i, g } of singles) {
    const key = set.validators[i]?.bls;
    if (!key || !bls.verify({ key, message, signature: g })) {
      throw problem('bad-validator-signature');
    }
  }
  return singles.map(({ i }) => i).sort((a, b) => a - b);
}
