import * as z from 'zod';
import type { Bls } from '../../kernel/bls.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import { bytesUpTo } from './fields.ts';
import type { ValidatorSet } from './validators.ts';
import { conflict, encodeVote, MAX_VOTE_BYTES, motionMessage, openVote, type Vote } from './vote.ts';
import { problem } from '../problems.ts';

/** [K7] Two signed votes of one validator that the rules forbid together. */
export interface Evidence {
  readonly first: Vote;
  readonly second: Vote;
}

const EvidenceWire = z.tuple([
  z.literal('impulse/evidence/1'),
  bytesUpTo(MAX_VOTE_BYTES),
  bytesUpTo(MAX_VOTE_BYTES),
]);

export function encodeEvidence({ first, second }: Evidence): Uint8Array {
  return encodeCanonical(['impulse/evidence/1', encodeVote(first), encodeVote(second)]);
}

/**
 * Reads stored or exported evidence. Throws a Problem `malformed`, `non-canonical`, `bad-evidence` or
 * `bad-vote`.
 */
export function openEvidence(bytes: Uint8Array): Evidence {
  const parsed = EvidenceWire.safeParse(decodeCanonical(bytes)).data;
  if (!parsed) throw problem('bad-evidence');
  return { first: openVote(parsed[1]), second: openVote(parsed[2]) };
}

/** [K7] Whether evidence convicts its validator. Anyone who has the set of the epoch can check this. */
export function convicts(
  { first, second }: Evidence,
  { community, set, bls }: { community: Uint8Array; set: ValidatorSet; bls: Bls },
): boolean {
  const validator = set.validators[first.voter];
  if (!validator || first.voter !== second.voter || first.epoch !== set.epoch || !conflict(first, second)) {
    return false;
  }
  return [first, second].every((vote) =>
    bls.verify({
      key: validator.bls,
      message: motionMessage(community, set, vote),
      signature: vote.signature,
    }),
  );
}

/** Whether two pieces of evidence show the same offence of the same validator in the same slot. */
export function sameOffence(a: Evidence, b: Evidence): boolean {
  const facts = ({ first }: Evidence) => encodeCanonical([first.epoch, first.slot, first.voter]);
  return equalBytes(facts(a), facts(b));
}
