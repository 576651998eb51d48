import * as z from 'zod';
import type { Bls } from '../../kernel/bls.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import { decodeCanonical } from '../../kernel/canonical.ts';
import { Problem } from '../../kernel/errors.ts';
import { msOf } from '../../kernel/hybrid-time.ts';
import { leafHash, verifyInclusion } from '../../kernel/merkle.ts';
import type { Verifier } from '../../kernel/signer.ts';
import { MAX_EVENT_BYTES, openEvent, signingPayload, type LogEvent } from '../../log/event.ts';
import { digestOfRoot, MAX_ANCHORED } from '../types/anchor.ts';
import { MAX_HEADER_BYTES, openHeader, type Header } from '../types/block.ts';
import { bytesOf, bytesUpTo, Digest } from '../types/fields.ts';
import {
  checkSeal,
  ClaimWire,
  followEpochs,
  MAX_EPOCHS,
  MAX_PROOF_BYTES,
  SealWire,
  type ProofFault,
  type Trust,
} from './proof.ts';
import type { ValidatorSet } from '../types/validators.ts';
import { problem } from '../problems.ts';

/** [H9] An event that the anchor of a final block covers. */
const EventClaimWire = z.strictObject({
  /** The event's bytes. */
  x: bytesUpTo(MAX_EVENT_BYTES),
  /** Its author's signature; null if the node that made the proof never had it. */
  g: bytesOf(64).nullable(),
  /** Place of the event in its list. */
  p: z
    .int()
    .nonnegative()
    .max(MAX_ANCHORED - 1),
  /** How many events the list holds. */
  n: z.int().min(1).max(MAX_ANCHORED),
  /** Inclusion path by RFC 9162. */
  w: z.array(Digest).max(16),
  /** Root of the list. */
  r: Digest,
  /** Digest of the previous anchor. */
  q: Digest,
  /** Total number of ids in all anchors before this one. */
  k: z.int().nonnegative(),
  b: bytesUpTo(MAX_HEADER_BYTES),
  f: SealWire,
});

export const EVENT_PROOF = 'impulse/event-proof';

/** [H9] The proof of an event, as a file holds it. */
export const EventProofWire = z.strictObject({
  v: z.literal(1),
  what: z.literal(EVENT_PROOF),
  /** Digest of the genesis document that it is checked against. */
  c: Digest,
  /** Every change of the validators since then, in order. */
  e: z.array(ClaimWire).max(MAX_EPOCHS),
  claim: EventClaimWire,
});
export type EventProofWire = z.infer<typeof EventProofWire>;

export type EventProofFault =
  | ProofFault
  | 'event-too-large'
  | 'bad-event'
  | 'bad-parents'
  | 'not-anchored'
  | 'wrong-anchor-digest'
  | 'anchor-early';

/** The facts that the proof of an event shows. */
export interface ProvenEvent {
  readonly event: LogEvent;
  readonly header: Header;
  readonly set: ValidatorSet;
  /** Places of the signers. */
  readonly signers: readonly number[];
  /** Changes of the validators since the genesis document. */
  readonly epochs: number;
}

export type EventProofVerdict =
  | { readonly ok: true; readonly proven: ProvenEvent }
  | { readonly ok: false; readonly code: EventProofFault | string; readonly message: string };

/** Reads a proof file by rule [H9]. Throws a Problem `proof-too-large`, `malformed`, `non-canonical` or `bad-proof`. */
export function openEventProof(bytes: Uint8Array): EventProofWire {
  if (bytes.length > MAX_PROOF_BYTES) throw problem('proof-too-large');
  const parsed = EventProofWire.safeParse(decodeCanonical(bytes));
  if (parsed.success) return parsed.data;
  throw problem('bad-event-proof');
}

/** [H9] Checks the proof of an event with only a genesis document: no node, no network, no clock. */
export async function verifyEventProof(
  bytes: Uint8Array,
  trust: Trust,
  { bls, verifier }: { bls: Bls; verifier: Verifier },
): Promise<EventProofVerdict> {
  try {
    const { c, e, claim } = openEventProof(bytes);
    if (!equalBytes(c, trust.community)) {
      throw problem('proof-of-other-genesis');
    }
    const event = openEvent({ bytes: claim.x, signature: claim.g });
    if (!equalBytes(event.community, trust.community)) {
      throw problem('foreign-event');
    }
    const header = checkAnchor(claim, event);
    const set = followEpochs(e, trust, bls);
    const signers = checkSeal(header, claim.f, { ...trust, set }, bls);
    await checkAuthor(event, verifier);
    return { ok: true, proven: { event, header, set, signers, epochs: e.length } };
  } catch (error) {
    if (error instanceof Problem) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
}

/** The path leads from the event to the root of its list, and the root to the digest in the header. */
function checkAnchor(claim: EventProofWire['claim'], { id, time }: LogEvent): Header {
  const header = openHeader(claim.b);
  if (header.anchor === null) throw problem('not-anchored');
  const { p, n, w, r, q, k } = claim;
  if (!verifyInclusion(leafHash(id), p, n, w, r)) {
    throw problem('event-not-listed');
  }
  if (!equalBytes(header.anchor.digest, digestOfRoot({ previous: q, before: k, count: n, root: r }))) {
    throw problem('anchor-of-other-list');
  }
  if (msOf(time) > header.anchor.time) {
    throw problem('anchor-early');
  }
  return header;
}

async function checkAuthor({ author, bytes, signature }: LogEvent, verifier: Verifier): Promise<void> {
  if (signature === null) return;
  const [holds] = await verifier.verify([{ publicKey: author, message: signingPayload(bytes), signature }]);
  if (!holds) throw problem('bad-event-signature');
}
