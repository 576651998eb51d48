import * as z from 'zod';
import { compareBytes, concatBytes, equalBytes } from '../../kernel/bytes.ts';
import { encodeCanonical } from '../../kernel/canonical.ts';
import { merkleRoot } from '../../kernel/merkle.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { bytesUpTo, Digest } from './fields.ts';
import { readEntry, writeEntry, type StateDraft, type StateView } from './state.ts';
import { problem } from '../problems.ts';

/** [LB5] A digest of the log up to a time, so that posts can be shown to be certified. */
export interface Anchor {
  /** No event that it covers is later; milliseconds since the epoch. */
  readonly time: number;
  readonly digest: Uint8Array;
}

/** [H1] The most events that one block lists. */
export const MAX_ANCHORED = 2048;
/** Bytes per event in a list. */
export const ANCHORED_BYTES = 32;
/** Bytes of a list beside its ids: the previous digest, a number and CBOR heads. */
export const MAX_ANCHORED_HEAD = 64;

/** [H1] The events that an anchor covers. They travel with the block and are not part of its header. */
export interface Anchored {
  /** Digest of the anchor before this one in the chain; the community's id for the first. */
  readonly previous: Uint8Array;
  /** Total number of ids in all anchors before this one. */
  readonly before: number;
  /** Ids of events, strictly ascending. */
  readonly ids: readonly Uint8Array[];
}

/** [H3] The last anchor of a chain. */
export interface AnchorTip {
  readonly digest: Uint8Array;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** Why an anchor does not continue the previous ones. */
export type AnchorFault = 'anchor-off-chain' | 'anchor-time';

const TIP = 'ledger/anchor';

export const AnchoredWire = z.tuple([
  Digest,
  z.int().nonnegative(),
  bytesUpTo(MAX_ANCHORED * ANCHORED_BYTES).refine(
    ({ length }) => length > 0 && length % ANCHORED_BYTES === 0,
  ),
]);

/** The last anchor at a point of the chain. */
export function anchorTipOf(state: StateView, community: Uint8Array): AnchorTip {
  return readEntry<AnchorTip>(state, TIP) ?? { digest: community, count: 0, time: 0 };
}

export function writeAnchorTip(state: StateDraft, { digest, count, time }: AnchorTip): void {
  writeEntry(state, TIP, { digest, count, time });
}

/** [H3] The tip once a block with this anchor is executed. */
export function tipAfter({ time, digest }: Anchor, { before, ids }: Anchored): AnchorTip {
  return { digest, count: before + ids.length, time };
}

/** [H2] The digest in the header of a block that lists these events. */
export function anchorDigest({ previous, before, ids }: Anchored): Uint8Array {
  return digestOfRoot({ previous, before, count: ids.length, root: merkleRoot(ids) });
}

/** [H2] The same digest, computed from the root of the list. */
export function digestOfRoot(parts: {
  previous: Uint8Array;
  before: number;
  count: number;
  root: Uint8Array;
}): Uint8Array {
  const { previous, before, count, root } = parts;
  return sha256(encodeCanonical(['impulse/anchor/1', previous, before, count, root]));
}

/** [H1] Appends events to the anchors so far. */
export function anchorOn(tip: AnchorTip, ids: readonly Uint8Array[]): Anchored {
  return { previous: tip.digest, before: tip.count, ids: ids.toSorted(compareBytes) };
}

/** The form in which a list is sent and stored. */
export function packAnchored({ previous, before, ids }: Anchored): z.infer<typeof AnchoredWire> {
  return [previous, before, concatBytes(...ids)];
}

/** [H1] Throws a Problem `bad-anchor` if ids are repeated or out of order. */
export function unpackAnchored([previous, before, joined]: z.infer<typeof AnchoredWire>): Anchored {
  const ids: Uint8Array[] = [];
  for (let at = 0; at < joined.length; at += ANCHORED_BYTES) {
    const id = joined.subarray(at, at + ANCHORED_BYTES);
    if (at > 0 && compareBytes(ids.at(-1)!, id) >= 0) {
      throw problem('bad-anchor');
    }
    ids.push(id);
  }
  return { previous, before, ids };
}

/**
 * [H2] Throws a Problem `wrong-anchor-digest` if the header's anchor does not match this list, or its
 * absence.
 */
export function checkAnchorDigest(
  { anchor }: { readonly anchor: Anchor | null },
  anchored: Anchored | undefined,
): void {
  if (anchor === null && anchored === undefined) return;
  if (anchor && anchored && equalBytes(anchor.digest, anchorDigest(anchored))) return;
  throw problem('wrong-anchor-digest');
}

/** [H3] Whether an anchor continues the one before it. */
export function judgeAnchor(
  { anchor, time }: { readonly anchor: Anchor | null; readonly time: number },
  { previous, before }: Anchored,
  tip: AnchorTip,
): AnchorFault | null {
  if (!equalBytes(previous, tip.digest) || before !== tip.count) return 'anchor-off-chain';
  return anchor!.time >= tip.time && anchor!.time <= time ? null : 'anchor-time';
}
