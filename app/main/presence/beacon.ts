import * as z from 'zod';
import { concatBytes, utf8 } from '../kernel/bytes.ts';
import { decodeCanonical, decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import type { Signer } from '../kernel/signer.ts';
import { problem } from './problems.ts';

/** The largest beacon, in bytes. */
export const MAX_BEACON_BYTES = 1024;
export const MAX_NODE_NAME = 60;
export const MAX_DOING = 80;

const PREFIX = utf8('impulse/presence/1\0');

const sized = (length: number) =>
  z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length === length);
const ms = z.int().nonnegative();

const Beacon = z.strictObject({
  v: z.literal(1),
  community: sized(32),
  author: sized(32),
  node: z.string().max(MAX_NODE_NAME),
  doing: z.string().max(MAX_DOING),
  idleMs: ms,
  /** When this visit began, in milliseconds since the epoch by the author's clock, like `at`. */
  since: ms,
  at: ms,
  leaving: z.boolean(),
});
export type Beacon = z.infer<typeof Beacon>;

const Sealed = z.tuple([
  z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length <= MAX_BEACON_BYTES),
  sized(64),
]);

/** A beacon with its proof. */
export interface SealedBeacon {
  readonly beacon: Beacon;
  /** The bytes that the signature covers. */
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** Signs a beacon under a prefix of its own, so that the signature is valid for nothing else. */
export function sealBeacon(beacon: Omit<Beacon, 'v' | 'author'>, signer: Signer): Uint8Array {
  const bytes = encodeCanonical({ v: 1, author: signer.publicKey, ...beacon });
  return encodeCanonical([bytes, signer.sign(concatBytes(PREFIX, bytes))]);
}

/** Parses a beacon from outside; the signature is not checked yet. Throws a Problem `malformed` or `non-canonical`. */
export function openBeacon(data: Uint8Array): SealedBeacon {
  const sealed = data.length <= MAX_BEACON_BYTES ? Sealed.safeParse(decodeCbor(data)).data : undefined;
  const beacon = sealed && Beacon.safeParse(decodeCanonical(sealed[0])).data;
  if (!beacon) throw problem('malformed');
  return { beacon, message: concatBytes(PREFIX, sealed[0]), signature: sealed[1] };
}
