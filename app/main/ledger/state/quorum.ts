import { BLS_SIGNATURE_BYTES, type Bls } from '../../kernel/bls.ts';
import { signersOf } from '../types/certificate.ts';
import { bytesOf, bytesUpTo } from '../types/fields.ts';
import { MAX_VALIDATORS, type ValidatorSet } from '../types/validators.ts';
import { problem } from '../problems.ts';

/** The fields of a transaction's body that carry the agreement of a quorum, as in certificates. */
export const quorumFields = {
  /** The validators of the set in force that signed. */
  bitmap: bytesUpTo(MAX_VALIDATORS / 8),
  signature: bytesOf(BLS_SIGNATURE_BYTES),
};

/** The agreement of validators to a message. */
export interface Agreement {
  readonly bitmap: Uint8Array;
  readonly signature: Uint8Array;
}

/** Aggregates the signatures of validators of a set on one message, given by place. */
export function agreementOf(
  { validators }: ValidatorSet,
  signatures: ReadonlyMap<number, Uint8Array>,
  bls: Bls,
): Agreement {
  const bitmap = new Uint8Array(Math.ceil(validators.length / 8));
  for (const place of signatures.keys()) bitmap[place >> 3]! |= 1 << (place & 7);
  return { bitmap, signature: bls.aggregate([...signatures.values()]) };
}

/**
 * Checks that a quorum of a set signed a message.
 *
 * @throws Problem `bad-bitmap`, `short-certificate` or `bad-certificate`.
 */
export function mustBeAgreed(
  { validators, quorum }: ValidatorSet,
  { bitmap, signature }: Agreement,
  message: Uint8Array,
  bls: Bls,
): void {
  const signers = signersOf({ bitmap });
  if (bitmap.length !== Math.ceil(validators.length / 8) || (signers.at(-1) ?? 0) >= validators.length) {
    throw problem('bad-bitmap');
  }
  if (signers.length < quorum) throw problem('short-certificate', { signed: signers.length, quorum });
  const keys = signers.map((place) => validators[place]!.bls);
  if (!bls.verifyAggregate(keys, message, signature)) throw problem('change-not-signed');
}
