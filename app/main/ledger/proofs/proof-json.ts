import * as z from 'zod';
import { fromHex, toHex } from '../../kernel/bytes.ts';
import { decodeCanonical, decodeCbor } from '../../kernel/canonical.ts';
import { cidOf } from '../../kernel/cid.ts';
import { didOf, publicKeyOf } from '../../kernel/did.ts';
import { msOf } from '../../kernel/hybrid-time.ts';
import { openEvent } from '../../log/event.ts';
import { openHeader } from '../types/block.ts';
import { ENTRY_PROOF, EntryProofWire, openEntryProof } from './entry-proof.ts';
import { EVENT_PROOF, EventProofWire, openEventProof } from './event-proof.ts';
import { encodeProof, MAX_PROOF_BYTES, openProof, ProofWire, type ClaimWire } from './proof.ts';
import { openTransaction } from '../types/transaction.ts';
import { problem } from './problems.ts';

/** Bytes in JSON: hexadecimal after a mark, so that no text is taken for bytes. */
const MARK = '0x';

/** A proof of any kind, as a file holds it. */
export type AnyProof = ProofWire | EventProofWire | EntryProofWire;

/**
 * [F1] [F6] [H9] A proof as JSON: the same fields with bytes in hexadecimal, and `reads`, a description that is
 * not part of the proof.
 */
export function proofToJson(proof: AnyProof): Record<string, unknown> {
  return { reads: readsOfAny(proof), ...(marked(proof) as Record<string, unknown>) };
}

function readsOfAny(proof: AnyProof): Record<string, unknown> {
  switch (proof.what) {
    case EVENT_PROOF:
      return readsOfEvent(proof.claim);
    case ENTRY_PROOF:
      return readsOfEntry(proof.claim);
    default:
      return readsOf(proof.claim);
  }
}

/**
 * The kind of proof that canonical bytes say they are; everything else is left to the finality proof's decoder.
 */
export function proofKindOf(bytes: Uint8Array): 'event' | 'entry' | 'transaction' {
  try {
    const what = (decodeCbor(bytes) as { what?: unknown } | null)?.what;
    if (what === EVENT_PROOF) return 'event';
    return what === ENTRY_PROOF ? 'entry' : 'transaction';
  } catch {
    return 'transaction';
  }
}

/** Reads a proof of any kind. Throws the Problems of {@link openProof}. */
export function openAnyProof(bytes: Uint8Array): AnyProof {
  switch (proofKindOf(bytes)) {
    case 'event':
      return openEventProof(bytes);
    case 'entry':
      return openEntryProof(bytes);
    case 'transaction':
      return openProof(bytes);
  }
}

/** The canonical bytes of a proof file in either form. Throws a Problem `proof-too-large` or `bad-proof`. */
export function openProofFile(file: Uint8Array): Uint8Array {
  // A brace begins JSON; a map in CBOR begins with another byte.
  if (file[0] !== 0x7b) return file;
  if (file.length > 3 * MAX_PROOF_BYTES) throw problem('proof-too-large');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(file));
  } catch (error) {
    throw problem('bad-proof', {}, { cause: error });
  }
  return encodeProof(proofFromJson(json));
}

/** Throws a Problem `bad-proof`. */
export function proofFromJson(json: unknown): AnyProof {
  const shape = z.looseObject({ reads: z.unknown() }).safeParse(json);
  const { reads: _, ...fields } = shape.data ?? {};
  const parsed = z
    .discriminatedUnion('what', [ProofWire, EventProofWire, EntryProofWire])
    .safeParse(unmarked(fields));
  if (parsed.success) return parsed.data;
  throw problem('bad-proof');
}

function readsOf({ x, b }: ClaimWire): Record<string, unknown> {
  const { id, account, nonce, kind, body } = openTransaction(x);
  const { height, time, hash } = openHeader(b);
  return {
    transaction: cidOf(id),
    account: didOf(account),
    nonce,
    kind,
    body: marked(body),
    block: { height, hash: cidOf(hash), time: new Date(time).toISOString() },
  };
}

function readsOfEvent({ x, g, b }: EventProofWire['claim']): Record<string, unknown> {
  const { id, author, kind, time, body } = openEvent({ bytes: x, signature: g });
  const { height, time: blockTime, hash } = openHeader(b);
  return {
    event: cidOf(id),
    author: didOf(author),
    kind,
    time: new Date(msOf(time)).toISOString(),
    body: marked(body),
    block: { height, hash: cidOf(hash), time: new Date(blockTime).toISOString() },
  };
}

function readsOfEntry({ k, x, b }: EntryProofWire['claim']): Record<string, unknown> {
  const { height, time, hash } = openHeader(b);
  return {
    entry: k,
    value: x && markedEntry(x),
    block: { height, hash: cidOf(hash), time: new Date(time).toISOString() },
  };
}

/** [E2] The value of a state entry as JSON: what it encodes, or its bytes. */
export function markedEntry(value: Uint8Array): unknown {
  try {
    return marked(decodeCanonical(value));
  } catch {
    return marked(value);
  }
}

/** A CBOR value as JSON. */
export function marked(value: unknown): unknown {
  if (value instanceof Uint8Array) return MARK + toHex(value);
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, marked(one)]));
}

/** The beginning of a key as a person writes it. */
export const DID = 'did:key:z';

/** The body of a transaction as a person writes it: `did:key:…` for a key, `0x…` for bytes. */
export function unmarkedBody(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith(DID)) return publicKeyOf(value);
  if (Array.isArray(value)) return value.map(unmarkedBody);
  if (typeof value !== 'object' || value === null) return unmarked(value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unmarkedBody(one)]));
}

/** No field of a proof is free text that could begin with the mark. */
function unmarked(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? fromHex(value.slice(MARK.length)) : value;
  if (Array.isArray(value)) return value.map(unmarked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unmarked(one)]));
}
