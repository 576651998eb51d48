import { equalBytes, fromBase64Url, toBase64Url } from '../../kernel/bytes.ts';
import { decodeCbor, encodeCanonical } from '../../kernel/canonical.ts';
import type { Verifier } from '../../kernel/signer.ts';
import { openEvent, signingPayload, type LogEvent, type SealedEvent } from '../../log/event.ts';
import { CallConsent, callKinds } from '../kinds.ts';
import { problem } from '../problems.ts';

/** [CR3] An event in the form in which it is passed on with a request. */
export function proofOf({ bytes, signature }: LogEvent): string {
  return toBase64Url(encodeCanonical([bytes, signature ?? new Uint8Array(0)]));
}

/** The fields that a valid consent has. */
export interface Claim {
  readonly community: Uint8Array;
  readonly author: Uint8Array;
  readonly room: Uint8Array;
  readonly recording: string;
  readonly given: boolean;
}

/**
 * [CR3] The event of an answer, if it is what the answer says and its signature is right. Rejects with a Problem
 * `consent-not-proved`.
 */
export async function checkProof(
  proof: string | undefined,
  claim: Claim,
  verifier: Verifier,
): Promise<SealedEvent> {
  try {
    const [bytes, signature] = decodeCbor(fromBase64Url(proof ?? '')) as [Uint8Array, Uint8Array];
    const event = openEvent({ bytes, signature });
    const body = CallConsent.parse(event.body);
    const says =
      equalBytes(event.community, claim.community) &&
      equalBytes(event.author, claim.author) &&
      event.kind === callKinds.consent.name &&
      equalBytes(body.room, claim.room) &&
      toBase64Url(body.recording) === claim.recording &&
      body.given === claim.given;
    if (says && signature.length === 64) {
      const check = { publicKey: event.author, message: signingPayload(bytes), signature };
      if ((await verifier.verify([check]))[0] === true) return { bytes, signature };
    }
  } catch {
    // Not an event at all.
  }
  throw problem('consent-not-proved');
}
