import * as z from 'zod';
import { BLS_SIGNATURE_BYTES, type Bls } from '../../kernel/bls.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import { bytesOf, bytesUpTo, Digest } from './fields.ts';
import { MAX_VALIDATORS, setHash, type ValidatorSet } from './validators.ts';
import { motionFields, motionMessage, type Motion, type Vote } from './vote.ts';
import { problem } from '../problems.ts';

/** [K5] The aggregated signatures of a quorum on one motion. */
export interface Certificate extends Motion {
  /** Hash of the validator set whose members signed. */
  readonly set: Uint8Array;
  /** Bit i, counted from the lowest bit of the first byte, represents validator i. */
  readonly bitmap: Uint8Array;
  readonly signature: Uint8Array;
}

/** The largest encoded certificate. */
export const MAX_CERTIFICATE_BYTES = 320;

/** Why a certificate proves nothing. */
export type CertificateFault = 'wrong-set' | 'bad-bitmap' | 'short-certificate' | 'bad-signature';

const CertificateWire = z
  .strictObject({
    ...motionFields,
    v: Digest,
    m: bytesUpTo(MAX_VALIDATORS / 8),
    g: bytesOf(BLS_SIGNATURE_BYTES),
  })
  .refine(({ k, b }) => (k === 'nullify') === (b === null));

export function encodeCertificate(certificate: Certificate): Uint8Array {
  const { kind, epoch, slot, block, set, bitmap, signature } = certificate;
  return encodeCanonical({ k: kind, e: epoch, s: slot, b: block, v: set, m: bitmap, g: signature });
}

/** Reads a certificate by rule [K5]. Throws a Problem `malformed`, `non-canonical` or `bad-certificate`. */
export function openCertificate(bytes: Uint8Array): Certificate {
  const parsed =
    bytes.length <= MAX_CERTIFICATE_BYTES
      ? CertificateWire.safeParse(decodeCanonical(bytes)).data
      : undefined;
  if (!parsed) throw problem('bad-certificate');
  const { k, e, s, b, v, m, g } = parsed;
  return { kind: k, epoch: e, slot: s, block: b, set: v, bitmap: m, signature: g };
}

/**
 * Aggregates checked votes on one motion.
 *
 * @param votes at least a quorum, each voter once.
 */
export function makeCertificate(set: ValidatorSet, votes: readonly Vote[], bls: Bls): Certificate {
  const { kind, epoch, slot, block } = votes[0]!;
  const bitmap = new Uint8Array(bitmapBytes(set));
  for (const { voter } of votes) bitmap[voter >> 3]! |= 1 << (voter & 7);
  const signature = bls.aggregate(votes.map((vote) => vote.signature));
  return { kind, epoch, slot, block, set: setHash(set), bitmap, signature };
}

/** The places of the validators that signed, in order. */
export function signersOf({ bitmap }: Pick<Certificate, 'bitmap'>): number[] {
  return Array.from({ length: bitmap.length * 8 }, (_, place) => place).filter(
    (place) => (bitmap[place >> 3]! >> (place & 7)) & 1,
  );
}

/**
 * [K5] Why a certificate does not prove its motion by this set; null if it does.
 *
 * The signature is checked last because it costs most.
 */
export function judgeCertificate(
  certificate: Certificate,
  { community, set, bls }: { community: Uint8Array; set: ValidatorSet; bls: Bls },
): CertificateFault | null {
  if (certificate.epoch !== set.epoch || !equalBytes(certificate.set, setHash(set))) return 'wrong-set';
  const signers = signersOf(certificate);
  const { validators, quorum } = set;
  if (certificate.bitmap.length !== bitmapBytes(set) || (signers.at(-1) ?? 0) >= validators.length) {
    return 'bad-bitmap';
  }
  if (signers.length < quorum) return 'short-certificate';
  const keys = signers.map((place) => validators[place]!.bls);
  const message = motionMessage(community, set, certificate);
  return bls.verifyAggregate(keys, message, certificate.signature) ? null : 'bad-signature';
}

function bitmapBytes({ validators }: ValidatorSet): number {
  return Math.ceil(validators.length / 8);
}
