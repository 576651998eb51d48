import * as z from 'zod';
import { BLS_KEY_BYTES, BLS_SIGNATURE_BYTES, type Bls } from '../../kernel/bls.ts';
import { compareBytes, equalBytes, toHex } from '../../kernel/bytes.ts';
import { encodeCanonical } from '../../kernel/canonical.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { problem } from '../problems.ts';
import { bytesOf } from './fields.ts';

/** [V1] The maximum number of validators in a set. */
export const MAX_VALIDATORS = 64;

/** The faults that a quorum tolerates: validators that lie, or validators that only stop. */
export type FaultModel = 'byzantine' | 'crash';

/** [V2] Who signs blocks. */
export const Validator = z.strictObject({
  /** Ed25519 public key of the person who runs it. */
  key: bytesOf(32),
  /** Peer id of the node that signs. */
  peer: z.string().min(1).max(128),
  bls: bytesOf(BLS_KEY_BYTES),
  /** Proof that the holder of `bls` knows its secret. */
  pop: bytesOf(BLS_SIGNATURE_BYTES),
});
export type Validator = z.infer<typeof Validator>;

/** [V1] to [V4] The form of a set; {@link possessionsProven} checks the possessions. */
export const ValidatorSet = z
  .strictObject({
    epoch: z.int().nonnegative(),
    model: z.enum(['byzantine', 'crash']),
    quorum: z.int().positive(),
    validators: z.array(Validator).min(1).max(MAX_VALIDATORS),
  })
  .superRefine((set, context) => {
    for (const fault of faultsOf(set)) {
      context.addIssue({ code: 'custom', message: problem.fields(fault).message });
    }
  });
export type ValidatorSet = z.infer<typeof ValidatorSet>;

/** [V3] The least quorum of `count` validators: two thirds and one, or a half and one. */
export function leastQuorum(model: FaultModel, count: number): number {
  return model === 'byzantine' ? Math.floor((2 * count) / 3) + 1 : Math.floor(count / 2) + 1;
}

/** How many validators of the set may fail before blocks stop being final. */
export function spareValidators(set: ValidatorSet): number {
  return set.validators.length - set.quorum;
}

/**
 * Makes a set of validators, in the order of sets.
 *
 * @param quorum the least one of the model if left out.
 * @throws Problem `bad-validators`.
 */
export function makeValidatorSet(init: {
  readonly epoch: number;
  readonly model: FaultModel;
  readonly quorum?: number;
  readonly validators: readonly Validator[];
}): ValidatorSet {
  const validators = init.validators.toSorted((a, b) => compareBytes(a.key, b.key));
  const { epoch, model, quorum = leastQuorum(model, validators.length) } = init;
  const set = { epoch, model, quorum, validators };
  if (ValidatorSet.safeParse(set).success) return set;
  const [fault = 'bad-validators'] = faultsOf(set);
  throw problem(fault);
}

const hashes = new WeakMap<ValidatorSet, Uint8Array>();

/** [V5] SHA-256 of the canonical bytes of a set; cached because every vote names it. */
export function setHash(set: ValidatorSet): Uint8Array {
  const known = hashes.get(set);
  if (known) return known;
  const hash = sha256(encodeCanonical(set));
  hashes.set(set, hash);
  return hash;
}

/** [V6] Whether every validator of a set proved possession of its BLS key. */
export function possessionsProven(set: ValidatorSet, bls: Bls): boolean {
  return set.validators.every((validator) => bls.checkPossession(validator.bls, validator.pop));
}

/** The place of a validator in its set by its Ed25519 key, or -1. */
export function placeOf(set: ValidatorSet, key: Uint8Array): number {
  return set.validators.findIndex((validator) => equalBytes(validator.key, key));
}

type SetFault = 'unsorted-validators' | 'shared-bls-key' | 'shared-peer' | 'small-quorum' | 'large-quorum';

function* faultsOf(set: {
  readonly model: FaultModel;
  readonly quorum: number;
  readonly validators: readonly Validator[];
}): Generator<SetFault> {
  const { model, quorum, validators } = set;
  for (let index = 1; index < validators.length; index++) {
    // [V2] Ascending by key, so that a set has only one form and no validator appears twice.
    if (compareBytes(validators[index - 1]!.key, validators[index]!.key) >= 0) {
      yield 'unsorted-validators';
      break;
    }
  }
  if (new Set(validators.map(({ bls }) => toHex(bls))).size < validators.length) {
    yield 'shared-bls-key';
  }
  if (new Set(validators.map(({ peer }) => peer)).size < validators.length) {
    yield 'shared-peer';
  }
  // [V3] A set may require more than its model needs, never less.
  if (quorum < leastQuorum(model, validators.length)) yield 'small-quorum';
  if (quorum > validators.length) yield 'large-quorum';
}
