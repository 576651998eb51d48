import * as z from 'zod';
import { ledgerEvents } from './events.ts';
import type { Bls } from '../../../kernel/bls.ts';
import { encodeCanonical } from '../../../kernel/canonical.ts';
import { setOf, writeSet } from '../accounts.ts';
import type { LedgerKind } from '../kinds.ts';
import { agreementOf, mustBeAgreed, quorumFields } from '../quorum.ts';
import { possessionsProven, setHash, ValidatorSet } from '../../types/validators.ts';
import { problem } from '../../problems.ts';

const Change = z.strictObject({ set: ValidatorSet, ...quorumFields });

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
  return { set: next, ...agreementOf(current, signatures, bls) };
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
  execute({ body: { set, ...agreement }, state, block, bls }) {
    const current = setOf(state);
    if (current.epoch !== block.epoch || set.epoch !== current.epoch + 1) {
      throw problem('change-of-old-set', { epoch: current.epoch });
    }
    if (set.model !== current.model) throw problem('model-fixed');
    mustBeAgreed(current, agreement, changeMessage(block.community, current, set), bls);
    if (!possessionsProven(set, bls)) {
      throw problem('unproven-possession');
    }
    writeSet(state, set);
    const { epoch, validators: next } = set;
    return [ledgerEvents.validatorsChanged.of({ epoch, validators: next.length, quorum: set.quorum })];
  },
};
