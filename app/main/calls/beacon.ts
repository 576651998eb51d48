import * as z from 'zod';
import { concatBytes, utf8 } from '../kernel/bytes.ts';
import { decodeCanonical, decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import type { Signer } from '../kernel/signer.ts';
import { MAX_PARTICIPANTS } from './access.ts';
import { problem } from './problems.ts';
import { MAX_SUCCESSORS } from './succession.ts';

/** The most rooms of a beacon, and its size in bytes. */
export const MAX_ROOMS = 16;
const MAX_BYTES = MAX_ROOMS * (MAX_PARTICIPANTS + MAX_SUCCESSORS + 2) * 34 + 1024;
const PREFIX = utf8('impulse/calls/1\0');

const sized = (length: number) =>
  z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length === length);
const Beacon = z.strictObject({
  v: z.literal(1),
  community: sized(32),
  author: sized(32),
  at: z.int().nonnegative(),
  rooms: z
    .array(
      z.strictObject({
        room: sized(32),
        people: z.array(sized(32)).max(MAX_PARTICIPANTS),
        successors: z.array(sized(32)).max(MAX_SUCCESSORS),
      }),
    )
    .max(MAX_ROOMS),
});
/** [CA17] Who is in the calls of a host. */
export type Beacon = z.infer<typeof Beacon>;

const Sealed = z.tuple([
  z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length <= MAX_BYTES),
  sized(64),
]);

/** Signs a beacon under a prefix of its own, so that the signature is valid for nothing else. */
export function sealBeacon(beacon: Omit<Beacon, 'v' | 'author'>, signer: Signer): Uint8Array {
  const bytes = encodeCanonical({ v: 1, author: signer.publicKey, ...beacon });
  return encodeCanonical([bytes, signer.sign(concatBytes(PREFIX, bytes))]);
}

/** Parses a beacon from outside; the signature is not checked yet. Throws a Problem `bad-message` or one of the encoding. */
export function openBeacon(data: Uint8Array): { beacon: Beacon; message: Uint8Array; signature: Uint8Array } {
  const sealed = data.length <= MAX_BYTES + 100 ? Sealed.safeParse(decodeCbor(data)).data : undefined;
  const beacon = sealed && Beacon.safeParse(decodeCanonical(sealed[0])).data;
  if (!beacon) throw problem('bad-message');
  return { beacon, message: concatBytes(PREFIX, sealed[0]), signature: sealed[1] };
}
