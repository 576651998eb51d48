import * as z from 'zod';
import { compareBytes, concatBytes, utf8 } from '../kernel/bytes.ts';
import { decodeCanonical, decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Signer } from '../kernel/signer.ts';
import { problem } from './problems.ts';

/** [L1] The largest encoded event, in bytes. */
export const MAX_EVENT_BYTES = 128 * 1024;
/** [L4] The most heads of its author that an event may name. */
export const MAX_PARENTS = 16;

const SIGNING_PREFIX = utf8('impulse/event/1\0');

/** An author's statement; the unit of the log. See SPEC.md for the numbered rules. */
export interface EventFields {
  /** Digest of the genesis document. */
  readonly community: Uint8Array;
  /** Ed25519 public key. */
  readonly author: Uint8Array;
  /** Hybrid time in ticks, see kernel/hybrid-time.ts. */
  readonly time: number;
  /** Ids of this author's heads as the author knew them, ascending. */
  readonly parents: readonly Uint8Array[];
  readonly kind: string;
  readonly body: unknown;
}

/** A decoded event with its identity. `signature` is null if it was proven by ancestry alone. */
export interface LogEvent extends EventFields {
  /** SHA-256 of `bytes`. */
  readonly id: Uint8Array;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array | null;
}

/** An event in the form in which it is sent. */
export interface SealedEvent {
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array | null;
}

const digest: z.ZodType<Uint8Array> = z.instanceof(Uint8Array).refine((bytes) => bytes.length === 32);

const Wire = z.strictObject({
  v: z.literal(1),
  c: digest,
  a: digest,
  t: z.int().nonnegative(),
  p: z.array(digest).max(MAX_PARENTS),
  k: z.string().min(1).max(40),
  b: z.record(z.string(), z.unknown()),
});

/** The bytes that are hashed and signed. */
export function encodeEvent(fields: EventFields): Uint8Array {
  return encodeCanonical({
    v: 1,
    c: fields.community,
    a: fields.author,
    t: fields.time,
    p: fields.parents,
    k: fields.kind,
    b: fields.body,
  });
}

/** The signed message: a domain prefix, so that the signature is valid for nothing else, and the bytes. */
export function signingPayload(bytes: Uint8Array): Uint8Array {
  return concatBytes(SIGNING_PREFIX, bytes);
}

/** Makes, hashes and signs an event. Throws a Problem `event-too-large`. */
export function sealEvent(fields: EventFields, signer: Signer): LogEvent {
  const event = formEvent(fields);
  return { ...event, signature: signer.sign(signingPayload(event.bytes)) };
}

/** Makes and hashes an event that is signed later. Throws a Problem `event-too-large`. */
export function formEvent(fields: EventFields): LogEvent {
  const bytes = encodeEvent(fields);
  if (bytes.length > MAX_EVENT_BYTES) {
    throw problem('draft-too-large');
  }
  return { ...fields, bytes, id: sha256(bytes), signature: null };
}

/**
 * Decodes an event from outside, by rules [L1] to [L4]. Throws a Problem: `event-too-large`, `malformed`,
 * `non-canonical`, `bad-event`, `bad-parents`.
 */
export function openEvent(sealed: SealedEvent): LogEvent {
  const { bytes, signature } = sealed;
  if (bytes.length > MAX_EVENT_BYTES) throw problem('event-too-large');
  const parsed = Wire.safeParse(decodeCanonical(bytes));
  if (!parsed.success) throw problem('bad-event');
  const { c, a, t, p, k, b } = parsed.data;
  for (let index = 1; index < p.length; index++) {
    if (compareBytes(p[index - 1]!, p[index]!) >= 0) {
      throw problem('bad-parents');
    }
  }
  return {
    community: c,
    author: a,
    time: t,
    parents: p,
    kind: k,
    body: b,
    bytes,
    signature,
    id: sha256(bytes),
  };
}

/** The body of a stored event, which was checked when it was admitted. */
export function bodyOf<T>(bytes: Uint8Array): T {
  return (decodeCbor(bytes) as { b: T }).b;
}
