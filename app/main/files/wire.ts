import * as z from 'zod';
import { decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import { CHUNK_BYTES } from './manifest.ts';
import { problem } from './problems.ts';

/** One channel per file, opened by the side that wants it; handshakes come first, as in catch-up. */
export const FILES_PROTOCOL = '/impulse/files/1';

const sized = (length: number) =>
  z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length === length);
const upTo = (limit: number) => z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length <= limit);

const shapes = {
  /** Opener: a file's id, and the first wanted chunk. */
  get: z.tuple([z.literal('get'), sized(32), z.int().nonnegative().max(1_000_000)]),
  /** Answerer: the manifest; chunks follow in order. */
  manifest: z.tuple([z.literal('manifest'), upTo(CHUNK_BYTES)]),
  chunk: z.tuple([z.literal('chunk'), z.int().nonnegative(), upTo(CHUNK_BYTES)]),
  /** Answerer: the end of the transfer: `done`, `missing` or `busy`. */
  end: z.tuple([z.literal('end'), z.enum(['done', 'missing', 'busy'])]),
} as const;

type Name = keyof typeof shapes;
export type FileMessage<N extends Name> = z.infer<(typeof shapes)[N]>;

export function encodeFileMessage(message: FileMessage<Name>): Uint8Array {
  return encodeCanonical(message);
}

/** Parses one of the expected messages. Throws a Problem `malformed`. */
export function decodeFileMessage<N extends Name>(bytes: Uint8Array, expected: readonly N[]): FileMessage<N> {
  const value = decodeCbor(bytes);
  const name = Array.isArray(value) ? expected.find((one) => one === value[0]) : undefined;
  const parsed = name === undefined ? undefined : shapes[name].safeParse(value);
  if (!parsed?.success) throw problem('malformed');
  return parsed.data as FileMessage<N>;
}
