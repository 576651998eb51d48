import * as z from 'zod';
import { decodeCbor, encodeCanonical } from '../../kernel/canonical.ts';
import { MAX_BLOCK_BYTES, MAX_HEADER_BYTES } from '../types/block.ts';
import { MAX_CERTIFICATE_BYTES } from '../types/certificate.ts';
import { bytesUpTo, Digest } from '../types/fields.ts';
import { MAX_VOTE_BYTES } from '../types/vote.ts';
import { problem } from '../problems.ts';

/** [K11] The catch-up protocol: one channel per request. */
export const LEDGER_PROTOCOL = '/impulse/ledger/1';
/** Votes in one message of a response. */
export const MAX_VOTES = 1000;
/** Closing blocks after one change of the set. */
export const MAX_CLOSING = 1000;

const block = bytesUpTo(2 * MAX_BLOCK_BYTES);
const vote = bytesUpTo(MAX_VOTE_BYTES);
const certificate = bytesUpTo(MAX_CERTIFICATE_BYTES);
const count = z.int().nonnegative();

const shapes = {
  /** Gossip and responses: a block with its leader's vote. */
  proposal: z.tuple([z.literal('proposal'), block, vote]),
  /** Gossip. */
  vote: z.tuple([z.literal('vote'), vote]),
  /** Gossip and responses. */
  certificate: z.tuple([z.literal('certificate'), certificate]),
  /** Request: community, height of the asker's last final block. */
  ask: z.tuple([z.literal('ask'), Digest, count]),
  /** Response, first message: epoch, height of the last final block, current slot, the newest certificate. */
  standing: z.tuple([z.literal('standing'), count, count, count, certificate.nullable()]),
  /** Response: a block of the chain, followed by others or by `final`. */
  block: z.tuple([z.literal('block'), block]),
  /** Response: the closing headers after the blocks just sent, and the certificate on the last of them. */
  final: z.tuple([z.literal('final'), z.array(bytesUpTo(MAX_HEADER_BYTES)).max(MAX_CLOSING), certificate]),
  votes: z.tuple([z.literal('votes'), z.array(vote).min(1).max(MAX_VOTES)]),
  /** Response, last message: whether there is more to request at once. */
  end: z.tuple([z.literal('end'), z.boolean()]),
} as const;

export type WireName = keyof typeof shapes;
export type Wire<N extends WireName = WireName> = z.infer<(typeof shapes)[N]>;

export function encodeWire(message: Wire): Uint8Array {
  return encodeCanonical(message);
}

/** Parses one message, which must be one of the expected ones. Throws a Problem `malformed`. */
export function decodeWire<N extends WireName>(bytes: Uint8Array, expected: readonly N[]): Wire<N> {
  const value = decodeCbor(bytes);
  const name = Array.isArray(value) ? expected.find((one) => one === value[0]) : undefined;
  const parsed = name === undefined ? undefined : shapes[name].safeParse(value);
  if (!parsed?.success) throw problem('malformed');
  return parsed.data as Wire<N>;
}
