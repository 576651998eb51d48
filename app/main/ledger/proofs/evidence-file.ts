import * as z from 'zod';
import type { Bls } from '../../kernel/bls.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import { convicts, encodeEvidence, openEvidence, type Evidence } from '../types/equivocation.ts';
import { bytesUpTo, Digest } from '../types/fields.ts';
import { ClaimWire, followEpochs, type Trust } from './proof.ts';
import type { Validator } from '../types/validators.ts';
import { MAX_VOTE_BYTES } from '../types/vote.ts';
import { problem } from './problems.ts';

const MAX_FILE_BYTES = 8 * 1024 * 1024;
/** [V9] The most pieces in one file. */
export const MAX_PIECES = 1000;

const EvidenceFile = z.strictObject({
  v: z.literal(1),
  what: z.literal('impulse/evidence'),
  c: Digest,
  e: z.array(ClaimWire).max(10_000),
  x: z
    .array(bytesUpTo(3 * MAX_VOTE_BYTES))
    .min(1)
    .max(MAX_PIECES),
});

/** Valid evidence, with the validator that it convicts. */
export interface Conviction {
  readonly evidence: Evidence;
  readonly validator: Validator;
}

export function encodeEvidenceFile(
  community: Uint8Array,
  links: readonly ClaimWire[],
  pieces: readonly Evidence[],
): Uint8Array {
  const what = 'impulse/evidence';
  return encodeCanonical({ v: 1, what, c: community, e: links, x: pieces.map(encodeEvidence) });
}

/**
 * [V9] Checks an evidence file with only a genesis document. Throws a Problem `evidence-too-large`,
 * `bad-evidence`, `wrong-community`, `not-convicting` or those of a proof.
 */
export function verifyEvidenceFile(bytes: Uint8Array, trust: Trust, bls: Bls): Conviction[] {
  if (bytes.length > MAX_FILE_BYTES) {
    throw problem('evidence-too-large');
  }
  const parsed = EvidenceFile.safeParse(decodeCanonical(bytes));
  if (!parsed.success) throw problem('bad-evidence-file');
  const { c, e, x } = parsed.data;
  if (!equalBytes(c, trust.community)) {
    throw problem('evidence-of-other-genesis');
  }
  const sets = [trust.set];
  for (const link of e) {
    const set = sets.at(-1)!;
    sets.push(followEpochs([link], { ...trust, set }, bls));
  }
  return x.map((piece) => {
    const evidence = openEvidence(piece);
    const set = sets[evidence.first.epoch];
    if (!set || !convicts(evidence, { community: c, set, bls })) {
      throw problem('not-convicting');
    }
    return { evidence, validator: set.validators[evidence.first.voter]! };
  });
}
