import * as z from 'zod';
import { BLS_SIGNATURE_BYTES, type Bls, type BlsSigner } from '../../kernel/bls.ts';
import { equalBytes, fromBase64Url, toBase64Url } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import type { Problem } from '../../kernel/errors.ts';
import { bytesOf } from '../types/fields.ts';
import { changeMessage, makeChange } from './transactions/validators.ts';
import {
  makeValidatorSet,
  MAX_VALIDATORS,
  placeOf,
  ValidatorSet,
  type Validator,
} from '../types/validators.ts';
import { problem } from '../problems.ts';

/** Signatures by place, as they are passed on. */
export const Signatures = z
  .array(
    z.tuple([
      z
        .int()
        .nonnegative()
        .max(MAX_VALIDATORS - 1),
      bytesOf(BLS_SIGNATURE_BYTES),
    ]),
  )
  .max(MAX_VALIDATORS);

/** A change of the validators while its signatures are collected, in the form that validators pass on. */
const Collected = z.strictObject({
  set: ValidatorSet,
  signatures: Signatures,
});

export interface Wish {
  readonly add: readonly Validator[];
  /** Ed25519 keys. */
  readonly remove: readonly Uint8Array[];
  readonly quorum?: number | undefined;
  /** A change that others have signed; then no other field is used. */
  readonly change?: string | undefined;
}

/** The validator that signs, and the set in force. */
export interface Endorser {
  readonly community: Uint8Array;
  readonly current: ValidatorSet;
  readonly key: Uint8Array;
  readonly bls: BlsSigner;
  readonly check: Bls;
}

/** An agreement to which this validator has added its signature. */
export interface Endorsed<Body = ReturnType<typeof makeChange>> {
  /** The text to pass on to the other validators. */
  readonly text: string;
  readonly signatures: number;
  readonly needed: number;
  /** The body of the transaction, once a quorum has signed. */
  readonly body: Body | null;
}

/**
 * Adds this validator's signature to a change of the set [X20]. Throws a Problem `not-a-validator`,
 * `bad-change`, `stale-set`, `no-change` or `bad-validators`.
 */
export function endorse(wish: Wish, endorser: Endorser): Endorsed {
  const { community, current, check } = endorser;
  const collected = wish.change === undefined ? null : openCollected(wish.change);
  const next = collected?.set ?? nextSet(wish, current);
  if (next.epoch !== current.epoch + 1) {
    throw problem('stale-set');
  }
  const message = changeMessage(community, current, next);
  const signatures = sign(endorser, message, collected?.signatures);
  const text = toBase64Url(encodeCanonical({ set: next, signatures: [...signatures] }));
  const enough = signatures.size >= current.quorum;
  const body = enough ? makeChange(current, next, signatures, check) : null;
  return { text, signatures: signatures.size, needed: current.quorum, body };
}

/**
 * Signs a message, and adds the valid signatures that others gave, by place.
 *
 * @throws Problem `not-a-validator`.
 */
export function sign(
  { current, key, bls, check }: Endorser,
  message: Uint8Array,
  others: z.infer<typeof Signatures> = [],
): Map<number, Uint8Array> {
  const me = placeOf(current, key);
  if (me < 0 || !equalBytes(current.validators[me]!.bls, bls.publicKey)) {
    throw problem('not-a-validator');
  }
  const signatures = new Map([[me, bls.sign(message)]]);
  for (const [place, signature] of others) {
    const validator = current.validators[place];
    if (validator && check.verify({ key: validator.bls, message, signature }))
      signatures.set(place, signature);
  }
  return signatures;
}

function nextSet({ add, remove, quorum }: Wish, current: ValidatorSet): ValidatorSet {
  if (add.length === 0 && remove.length === 0 && quorum === undefined) {
    throw problem('no-change');
  }
  for (const key of remove) {
    if (placeOf(current, key) < 0) {
      throw problem('no-such-validator');
    }
  }
  const gone = [...remove, ...add.map(({ key }) => key)];
  const stay = current.validators.filter(({ key }) => !gone.some((one) => equalBytes(one, key)));
  const { epoch, model } = current;
  const validators = [...stay, ...add];
  return makeValidatorSet({
    epoch: epoch + 1,
    model,
    validators,
    ...(quorum === undefined ? {} : { quorum }),
  });
}

function openCollected(text: string): z.infer<typeof Collected> {
  return openPassedOn(text, Collected, (cause) => problem('bad-change', {}, { cause }));
}

/** Reads a text that validators pass on; throws the problem that `bad` makes. */
export function openPassedOn<T>(text: string, schema: z.ZodType<T>, bad: (cause?: unknown) => Problem): T {
  let value: unknown;
  try {
    value = decodeCanonical(fromBase64Url(text));
  } catch (error) {
    throw bad(error);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw bad();
  return parsed.data;
}
