import * as z from 'zod';
import { fromHex, toHex } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import { didOf } from '../kernel/did.ts';
import { Problem } from '../kernel/errors.ts';
import { openHeader } from './block.ts';
import { ProofWire, type ClaimWire } from './proof.ts';
import { openTransaction } from './transaction.ts';

/** Bytes in JSON: hexadecimal behind a mark, so that no text is taken for them. */
const MARK = '0x';

/**
 * [F1] A proof as JSON: the same fields with bytes in hexadecimal, and `reads`, which says what it is about
 * and is not part of the proof.
 */
export function proofToJson(proof: ProofWire): Record<string, unknown> {
  return { reads: readsOf(proof.claim), ...(marked(proof) as Record<string, unknown>) };
}

/** Throws a Problem `bad-proof`. */
export function proofFromJson(json: unknown): ProofWire {
  const shape = z.looseObject({ reads: z.unknown() }).safeParse(json);
  const { reads: _, ...fields } = shape.data ?? {};
  const parsed = ProofWire.safeParse(unmarked(fields));
  if (parsed.success) return parsed.data;
  throw new Problem('bad-proof', 'That is not a finality proof, or a part of it is missing.');
}

function readsOf({ x, b }: ClaimWire): Record<string, unknown> {
  const { id, account, nonce, kind, body } = openTransaction(x);
  const { height, time, hash } = openHeader(b);
  return {
    transaction: cidOf(id),
    account: didOf(account),
    nonce,
    kind,
    body: marked(body),
    block: { height, hash: cidOf(hash), time: new Date(time).toISOString() },
  };
}

/** A value of the codec as JSON can say it. */
export function marked(value: unknown): unknown {
  if (value instanceof Uint8Array) return MARK + toHex(value);
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, marked(one)]));
}

/** No field of a proof is free text that could begin with the mark. */
function unmarked(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? fromHex(value.slice(MARK.length)) : value;
  if (Array.isArray(value)) return value.map(unmarked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unmarked(one)]));
}
