import * as z from 'zod';
import { BLS_SIGNATURE_BYTES } from '../../kernel/bls.ts';
import { equalBytes, toHex } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import { bytesOf, Digest } from './fields.ts';
import { MAX_VALIDATORS, setHash, type ValidatorSet } from './validators.ts';
import { problem } from '../problems.ts';

/**
 * [K14] What a validator may say about a slot: that it votes for a block, that it votes for no block, or that
 * it takes the block for settled and will never vote for none.
 */
export type VoteKind = 'notarise' | 'nullify' | 'finalise';

/** The subject of a vote. */
export interface Motion {
  readonly kind: VoteKind;
  readonly epoch: number;
  readonly slot: number;
  /** Hash of the block; null to nullify. */
  readonly block: Uint8Array | null;
}

/** A motion with one validator's signature. */
export interface Vote extends Motion {
  /** Place in the validator set of the epoch. */
  readonly voter: number;
  readonly signature: Uint8Array;
}

/** The largest encoded vote. */
export const MAX_VOTE_BYTES = 256;
export const Slot = z.int().positive();

/** The fields that name a motion on the wire; only a nullification has no block [K14]. */
export const motionFields = {
  k: z.enum(['notarise', 'nullify', 'finalise']),
  e: z.int().nonnegative(),
  s: Slot,
  b: Digest.nullable(),
};

const VoteWire = z
  .strictObject({
    ...motionFields,
    i: z
      .int()
      .nonnegative()
      .max(MAX_VALIDATORS - 1),
    g: bytesOf(BLS_SIGNATURE_BYTES),
  })
  .refine(({ k, b }) => (k === 'nullify') === (b === null));

/**
 * [K14] The bytes that a vote signs. They name the community and the set, so that the vote is valid for no
 * other.
 */
export function motionMessage(community: Uint8Array, set: ValidatorSet, motion: Motion): Uint8Array {
  const { kind, epoch, slot, block } = motion;
  return encodeCanonical(['impulse/vote/1', community, epoch, setHash(set), kind, slot, block]);
}

export function encodeVote({ kind, epoch, slot, block, voter, signature }: Vote): Uint8Array {
  return encodeCanonical({ k: kind, e: epoch, s: slot, b: block, i: voter, g: signature });
}

/** Reads a vote by rule [K14]. Throws a Problem `malformed`, `non-canonical` or `bad-vote`. */
export function openVote(bytes: Uint8Array): Vote {
  const parsed = bytes.length <= MAX_VOTE_BYTES ? VoteWire.safeParse(decodeCanonical(bytes)).data : undefined;
  if (!parsed) throw problem('bad-vote');
  const { k, e, s, b, i, g } = parsed;
  return { kind: k, epoch: e, slot: s, block: b, voter: i, signature: g };
}

/** One text for each motion of an epoch and slot. */
export function motionKey({ kind, block }: Pick<Motion, 'kind' | 'block'>): string {
  return block === null ? kind : `${kind} ${toHex(block)}`;
}

/**
 * [K7] Whether two motions of one slot cannot both come from a validator that keeps the rules. Notarising one
 * block and finalising another is no conflict: the quorum chose, and the validator followed.
 */
export function conflict(a: Motion, b: Motion): boolean {
  if (a.epoch !== b.epoch || a.slot !== b.slot) return false;
  if (a.kind !== b.kind) {
    const kinds = [a.kind, b.kind];
    return kinds.includes('nullify') && kinds.includes('finalise');
  }
  return a.block !== null && b.block !== null && !equalBytes(a.block, b.block);
}
