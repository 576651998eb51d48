import * as z from 'zod';
import type { Bls } from '../../kernel/bls.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import { msOf } from '../../kernel/hybrid-time.ts';
import { leafHash, verifyInclusion } from '../../kernel/merkle.ts';
import type { Verifier } from '../../kernel/signer.ts';
import { MAX_EVENT_BYTES, openEvent, signingPayload, type LogEvent } from '../../log/event.ts';
import { digestOfRoot, MAX_ANCHORED } from '../types/anchor.ts';
import { MAX_HEADER_BYTES, openHeader, type Header } from '../types/block.ts';
import { bytesOf, bytesUpTo, Digest } from '../types/fields.ts';
import {
  checkSeal,
  checkTrust,
  followEpochs,
  openProofFile,
  proofFile,
  refuted,
  SealWire,
  type ProofFault,
  type ProvenBlock,
  type Trust,
  type Verdict,
} from './proof.ts';
import { problem } from './problems.ts';

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
export const EventProofWire = proofFile(EVENT_PROOF, EventClaimWire);
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
export interface ProvenEvent extends ProvenBlock {
  readonly event: LogEvent;
}

export type EventProofVerdict = Verdict<ProvenEvent, EventProofFault>;

/** Reads a proof file by rule [H9]. Throws the Problems of {@link openProofFile}. */
export const openEventProof = (bytes: Uint8Array): EventProofWire =>
  openProofFile(bytes, EventProofWire, 'bad-event-proof');

/** [H9] Checks the proof of an event with only a genesis document: no node, no network, no clock. */
export async function verifyEventProof(
  bytes: Uint8Array,
  trust: Trust,
  { bls, verifier }: { bls: Bls; verifier: Verifier },
): Promise<EventProofVerdict> {
  try {
    const file = openEventProof(bytes);
    const { e, claim } = file;
    checkTrust(file, trust);
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
    return refuted(error);
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
