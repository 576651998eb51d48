import * as z from 'zod';
import { decodeCbor } from '../kernel/canonical.ts';
import { problem } from './problems.ts';

/** Bytes of one length. */
export const sized = (length: number) =>
  z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length === length);

/** Bytes of at most `limit`. */
export const upTo = (limit: number) =>
  z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length <= limit);

/** Parses a message from another node. Throws a Problem `malformed`. */
export function decodeMessage<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  const parsed = schema.safeParse(decodeCbor(bytes));
  if (parsed.success) return parsed.data;
  throw problem('malformed');
}
