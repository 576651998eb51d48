import * as z from 'zod';
import { decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import { MAX_EVENT_BYTES } from './event.ts';
import { problem } from './problems.ts';

/** [S2] The catch-up protocol: one channel per pull, opened by the side that wants events. */
export const SYNC_PROTOCOL = '/impulse/sync/1';
/** [S5] The most ids in one `want`. */
export const MAX_WANT = 1000;
/** [S4] The largest reconciliation message, in bytes. */
export const RECON_BYTES = 64 * 1024;
/** [S5] The size at which an `events` message is sent. */
export const EVENTS_BYTES = 192 * 1024;
/** [S5] The most event bytes in the answer to one `want`; the rest is requested again. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** The most addresses that a node announces for itself. */
export const MAX_ADDRESSES = 16;

/** [S11] The largest `hello`, in bytes. */
export const MAX_HELLO_BYTES = 64 * 1024;
/** [S11] The most kinds of events that a node names. */
export const MAX_KINDS = 1000;

const sized = (length: number) =>
  z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length === length);
const upTo = (limit: number) => z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length <= limit);
const count = z.int().nonnegative();

const digest = sized(32);
const signature = sized(64);

export const SealedPair = z.tuple([upTo(MAX_EVENT_BYTES), signature.nullable()]);
export const NodeName = z.string().max(60);
const Address = z.string().max(400);

/** [S11] What the peer's release can do; later releases may add fields. */
const Release = z.looseObject({
  versions: z.tuple([count, count]).refine(([lowest, highest]) => lowest <= highest),
  kinds: z.array(z.string().max(40)).max(MAX_KINDS),
  /** Its clock, in milliseconds since the epoch. */
  at: count.optional(),
});

const shapes = {
  /**
   * Community, author key, node name, signature, own addresses, events held by stratum, release. Later releases may
   * add elements; release 0.1 leaves out the last.
   */
  hello: z
    .tuple([
      z.literal('hello'),
      digest,
      digest,
      NodeName,
      signature,
      z.array(Address).max(MAX_ADDRESSES),
      z.tuple([count, count]),
      Release.optional(),
    ])
    .rest(z.unknown()),
  /** Why the handshake was not accepted. */
  refused: z.tuple([z.literal('refused'), z.string().max(40)]),
  /** Opener: stratum, whether a round begins, message. */
  recon: z.tuple([
    z.literal('recon'),
    z.union([z.literal(0), z.literal(1)]),
    z.boolean(),
    upTo(2 * RECON_BYTES),
  ]),
  /** Answerer: message. */
  reconciled: z.tuple([z.literal('reconciled'), upTo(2 * RECON_BYTES)]),
  want: z.tuple([z.literal('want'), z.array(digest).min(1).max(MAX_WANT)]),
  events: z.tuple([z.literal('events'), z.array(SealedPair).min(1).max(MAX_WANT)]),
  /** How many of the requested ids, from the first, were handled. */
  done: z.tuple([z.literal('done'), z.int().min(1).max(MAX_WANT)]),
  /** The opener holds everything that the answerer showed; with the number of its content events. */
  equal: z.tuple([z.literal('equal'), count]),
} as const;

export type MessageName = keyof typeof shapes;
export type MessageOf<N extends MessageName> = z.infer<(typeof shapes)[N]>;
export type Message = MessageOf<MessageName>;

export function encodeMessage(message: Message): Uint8Array {
  return encodeCanonical(message);
}

/** Parses one message, which must be one of the expected ones. Throws a Problem `malformed`. */
export function decodeMessage<N extends MessageName>(
  bytes: Uint8Array,
  expected: readonly N[],
): MessageOf<N> {
  const value = decodeCbor(bytes);
  const name = Array.isArray(value) ? expected.find((one) => one === value[0]) : undefined;
  const parsed = name === undefined ? undefined : shapes[name].safeParse(value);
  const isTooLong = name === 'hello' && bytes.length > MAX_HELLO_BYTES;
  if (!parsed?.success || isTooLong) throw problem('malformed');
  return parsed.data as MessageOf<N>;
}
