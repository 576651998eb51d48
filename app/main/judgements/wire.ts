import * as z from 'zod';
import { concatBytes, equalBytes, utf8 } from '../kernel/bytes.ts';
import { decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import { packScores, SCORES_BYTES, unpackScores, type OwnJudgement } from '../moderation/index.ts';
import { problem } from './problems.ts';

/** [JX1] One question, opened by the side that asks. */
export const JUDGEMENTS_PROTOCOL = '/impulse/judgements/1';
/** [JX1] Items in one question, at most. */
export const MAX_ASKED = 256;
const MAX_STATEMENT_BYTES = 64 * 1024;
const PREFIX = utf8('impulse/judgements/1\0');

const sized = (length: number) =>
  z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length === length);

const Ask = z.tuple([z.literal('ask'), z.array(sized(32)).min(1).max(MAX_ASKED)]);
const Given = z.tuple([
  z.literal('given'),
  z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length <= MAX_STATEMENT_BYTES),
  sized(64),
]);
const Entry = z.tuple([
  sized(32),
  sized(SCORES_BYTES),
  z.literal([0, 1]),
  z.string().min(2).max(3).nullable(),
]);
const Statement = z.tuple([sized(32), z.array(Entry.nullable()).max(MAX_ASKED)]);

export const encodeAsk = (ids: readonly Uint8Array[]): Uint8Array => encodeCanonical(['ask', ids]);

/** The ids of the events that a peer asks about. Throws a Problem `bad-statement`. */
export const decodeAsk = (bytes: Uint8Array): readonly Uint8Array[] => parsed(Ask, bytes)[1];

export const encodeGiven = (statement: Uint8Array, signature: Uint8Array): Uint8Array =>
  encodeCanonical(['given', statement, signature]);

/** Throws a Problem `bad-statement`. */
export function decodeGiven(bytes: Uint8Array): { statement: Uint8Array; signature: Uint8Array } {
  const [, statement, signature] = parsed(Given, bytes);
  return { statement, signature };
}

/** [JX2] */
export function encodeStatement(community: Uint8Array, all: readonly (OwnJudgement | null)[]): Uint8Array {
  return encodeCanonical([
    community,
    all.map((one) => one && [one.key, packScores(one.scores), one.stage === 'second' ? 1 : 0, one.language]),
  ]);
}

/**
 * [JX3] The judgements of a statement, in the order asked.
 * @throws Problem `bad-statement`.
 */
export function decodeStatement(
  bytes: Uint8Array,
  community: Uint8Array,
  count: number,
): readonly (OwnJudgement | null)[] {
  const [named, entries] = parsed(Statement, bytes);
  if (!equalBytes(named, community) || entries.length !== count) throw problem('bad-statement');
  return entries.map((entry) => {
    if (entry === null) return null;
    const [key, scores, stage, language] = entry;
    return { key, scores: unpackScores(scores), stage: stage === 1 ? 'second' : 'first', language };
  });
}

/** [JX2] The bytes that are signed. */
export const signedBytes = (statement: Uint8Array): Uint8Array => concatBytes(PREFIX, statement);

function parsed<Shape extends z.ZodType>(shape: Shape, bytes: Uint8Array): z.infer<Shape> {
  const result = shape.safeParse(decodeCbor(bytes));
  if (!result.success) throw problem('bad-statement');
  return result.data;
}
