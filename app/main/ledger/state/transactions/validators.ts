import * as z from 'zod';
import { ledgerEvents } from './events.ts';
import { BLS_SIGNATURE_BYTES, type Bls } from '../../../kernel/bls.ts';
import { encodeCanonical } from '../../../kernel/canonical.ts';
import { setOf, writeSet } from '../accounts.ts';
import { signersOf } from '../../types/certificate.ts';
import { bytesOf, bytesUpTo } from '../../types/fields.ts';
import type { LedgerKind } from '../kinds.ts';
import { MAX_VALIDATORS, possessionsProven, setHash, ValidatorSet } from '../../types/validators.ts';
import { problem } from '../../problems.ts';

const Change = z.strictObject({
  set: ValidatorSet,
  /** The validators of the set in force that signed, as in certificates. */
  bitmap: bytesUpTo(MAX_VALIDATORS / 8),
  signature: bytesOf(BLS_SIGNATURE_BYTES),
});

/**
 * [X20] The message that a validator signs to agree to the next set. It names the set in force, so it is
 * valid once.
 */
export function changeMessage(community: Uint8Array, current: ValidatorSet, next: ValidatorSet): Uint8Array {
  return encodeCanonical(['impulse/validators/1', community, current.epoch, setHash(current), setHash(next)]);
}

/** Aggregates the validators' signatures on a change, given by place; the body of `validators.change`. */
export function makeChange(
  current: ValidatorSet,
  next: ValidatorSet,
  signatures: ReadonlyMap<number, Uint8Array>,
  bls: Bls,
): z.infer<typeof Change> {
  const bitmap = new Uint8Array(Math.ceil(current.validators.length / 8));
  for (const place of signatures.keys()) bitmap[place >> 3]! |= 1 << (place & 7);
  return { set: next, bitmap, signature: bls.aggregate([...signatures.values()]) };
}

/**
 * [X20] A quorum of the set in force replaces it; the block that carries this is the last of its epoch. Any
 * account may submit it.
 */
export const validatorsChange: LedgerKind<z.infer<typeof Change>> = {
  name: 'validators.change',
  body: Change,
  leastRole: 'guest',
  feeless: true,
  execute({ body: { set, bitmap, signature }, state, block, bls }) {
    const current = setOf(state);
    if (current.epoch !== block.epoch || set.epoch !== current.epoch + 1) {
      throw problem('change-of-old-set', { epoch: current.epoch });
    }
    if (set.model !== current.model) throw problem('model-fixed');
    const signers = signersOf({ bitmap });
    const { validators, quorum } = current;
    if (bitmap.length !== Math.ceil(validators.length / 8) || (signers.at(-1) ?? 0) >= validators.length) {
      throw problem('bad-bitmap');
    }
    if (signers.length < quorum) {
      throw problem('short-certificate', { signed: signers.length, quorum });
    }
    const keys = signers.map((place) => validators[place]!.bls);
    if (!bls.verifyAggregate(keys, changeMessage(block.community, current, set), signature)) {
      throw problem('change-not-signed');
    }
    if (!possessionsProven(set, bls)) {
      throw problem('unproven-possession');
    }
    writeSet(state, set);
    const { epoch, validators: next } = set;
    return [ledgerEvents.validatorsChanged.of({ epoch, validators: next.length, quorum: set.quorum })];
  },
};
