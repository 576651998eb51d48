import * as z from 'zod';
import type { Bls } from '../../kernel/bls.ts';
import { equalBytes, toHex } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { MAX_HEADER_BYTES, openHeader, type Header } from '../types/block.ts';
import { bytesUpTo, Digest } from '../types/fields.ts';
import { checkSeal, ClaimWire, followEpochs, SealWire, type Trust } from '../proofs/proof.ts';
import { placeOfKey } from '../types/state.ts';
import { buildSlot, foldSlots, slotHash, type PageSource, type Slot } from '../state/state-map.ts';
import { versionAfter } from '../state/protocol.ts';
import type { ValidatorSet } from '../types/validators.ts';
import { problem } from '../problems.ts';

/** [Q2] The greatest depth of the cut, in hexadecimal digits of the places. */
const MAX_DEPTH = 3;
/** The approximate limit of entries per part. */
const ENTRIES_PER_PART = 1024;
/** The most bytes of a part and of a manifest. */
export const MAX_PART_BYTES = 8 * 1024 * 1024;
export const MAX_MANIFEST_BYTES = 8 * 1024 * 1024;

const SlotWire = z.union([z.null(), Digest, z.tuple([Digest, Digest])]);
const CutWire = z.strictObject({
  depth: z.int().min(0).max(MAX_DEPTH),
  slots: z.array(SlotWire).max(16 ** MAX_DEPTH),
});

/**
 * [Q1] A snapshot's manifest: a final header, the seal that makes it final, and the tops of the parts of its
 * state.
 */
export const ManifestWire = z.strictObject({
  v: z.literal(1),
  what: z.literal('impulse/snapshot'),
  c: Digest,
  /** The changes of the validators since the genesis document. */
  e: z.array(ClaimWire).max(10_000),
  b: bytesUpTo(MAX_HEADER_BYTES),
  f: SealWire,
  cut: CutWire,
});
export type ManifestWire = z.infer<typeof ManifestWire>;

const PartWire = z.array(z.tuple([z.string().min(1).max(200), bytesUpTo(MAX_PART_BYTES)]));

/** A state cut into parts. */
export interface Cut {
  readonly depth: number;
  /** The top of each part, in order of the places. */
  readonly slots: readonly Slot[];
}

export type Entry = readonly [key: string, value: Uint8Array];

/** A snapshot whose header a quorum made final; each part is checked against it separately. */
export interface Snapshot {
  readonly header: Header;
  readonly seal: SealWire;
  readonly links: readonly ClaimWire[];
  /** The set that signed the header. */
  readonly set: ValidatorSet;
  readonly cut: Cut;
}

/** A snapshot with everything needed to start from it. */
export interface Fetched {
  readonly snapshot: Snapshot;
  /** In order. */
  readonly parts: readonly Uint8Array[];
}

/** The depth at which to cut a state with this many entries. */
export function depthFor(entries: number): number {
  let depth = 0;
  while (depth < MAX_DEPTH && entries / 16 ** depth > ENTRIES_PER_PART) depth++;
  return depth;
}

/** Cuts a state at a depth. */
export function cutState(state: PageSource, depth: number): Cut {
  return {
    depth,
    slots: Array.from({ length: 16 ** depth }, (_, part) => slotAt(state, digitsOf(part, depth))),
  };
}

function slotAt(state: PageSource, digits: string): Slot {
  let slot = state.top;
  for (let at = 0; at < digits.length; at++) {
    if (slot === null) return null;
    // A leaf above the cut belongs to the one part that contains its place.
    if (!('hash' in slot)) return toHex(slot.place).startsWith(digits) ? slot : null;
    slot = state.page(digits.slice(0, at))![Number.parseInt(digits[at]!, 16)]!;
  }
  return slot;
}

/** The hexadecimal digits with which the places of a part begin. */
export function digitsOf(part: number, depth: number): string {
  return depth === 0 ? '' : part.toString(16).padStart(depth, '0');
}

export function encodeCut({ depth, slots }: Cut): Uint8Array {
  return encodeCanonical({ depth, slots: slots.map(slotWire) });
}

export function openCut(bytes: Uint8Array): Cut {
  return cutOf(CutWire.parse(decodeCanonical(bytes)));
}

export function encodePart(entries: readonly Entry[]): Uint8Array {
  return encodeCanonical(entries);
}

export function encodeManifest(init: {
  readonly community: Uint8Array;
  readonly links: readonly ClaimWire[];
  readonly header: Header;
  readonly seal: SealWire;
  readonly cut: Cut;
}): Uint8Array {
  const { community, links, header, seal, cut } = init;
  const wire = { depth: cut.depth, slots: cut.slots.map(slotWire) };
  const what = 'impulse/snapshot';
  return encodeCanonical({ v: 1, what, c: community, e: links, b: header.bytes, f: seal, cut: wire });
}

/**
 * [Q3] Checks a snapshot from the genesis document on. Throws the Problems of a proof, `snapshot-too-large`,
 * `bad-snapshot` or `wrong-state-root`.
 */
export function openManifest(bytes: Uint8Array, trust: Trust, bls: Bls): Snapshot {
  if (bytes.length > MAX_MANIFEST_BYTES) {
    throw problem('snapshot-too-large');
  }
  const parsed = ManifestWire.safeParse(decodeCanonical(bytes));
  if (!parsed.success) throw problem('bad-snapshot');
  const { c, e, b, f, cut: wire } = parsed.data;
  if (!equalBytes(c, trust.community)) {
    throw problem('foreign-snapshot');
  }
  const set = followEpochs(e, trust, bls);
  const header = openHeader(b);
  checkSeal(header, f, { ...trust, set }, bls);
  if (wire.slots.length !== 16 ** wire.depth) throw problem('snapshot-parts-missing');
  const cut = cutOf(wire);
  if (!equalBytes(slotHash(foldSlots(cut.slots)), header.stateRoot)) {
    throw problem('wrong-state-root');
  }
  return { header, seal: f, links: e, set, cut };
}

/** [Q4] The entries of a part, if the snapshot contains it. Throws a Problem `bad-part` or `wrong-part`. */
export function openPart(bytes: Uint8Array, part: number, { depth, slots }: Cut): Entry[] {
  if (bytes.length > MAX_PART_BYTES) throw problem('part-too-large');
  const parsed = PartWire.safeParse(decodeCanonical(bytes));
  if (!parsed.success) throw problem('bad-part');
  const digits = digitsOf(part, depth);
  const places = new Map(parsed.data.map(([key, value]) => [toHex(placeOfKey(key)), sha256(value)]));
  const belongs =
    places.size === parsed.data.length && [...places.keys()].every((place) => place.startsWith(digits));
  const slot = belongs ? buildSlot(digits, places) : undefined;
  const meant = slots[part];
  if (slot === undefined || meant === undefined || !equalBytes(slotHash(slot), slotHash(meant))) {
    throw problem('wrong-part');
  }
  return parsed.data;
}

/** The number of the part that holds an entry, or would hold it. */
export function partOf(key: string, { depth }: Cut): number {
  const digits = toHex(placeOfKey(key)).slice(0, depth);
  return depth === 0 ? 0 : Number.parseInt(digits, 16);
}

/**
 * [PV8] Refuses the state of a version of the protocol that the release does not know.
 *
 * @param entries those of the part of `ledger/protocol`, or of all parts.
 * @param known the newest version that the release knows.
 * @throws Problem `snapshot-too-new`.
 */
export function mustBeKnown(entries: readonly Entry[], known: number): void {
  const values = new Map(entries);
  const version = versionAfter({ get: (key) => values.get(key) ?? null });
  if (version > known) throw problem('snapshot-too-new', { version, known });
}

function slotWire(slot: Slot): z.infer<typeof SlotWire> {
  if (slot === null) return null;
  return 'hash' in slot ? slot.hash : [slot.place, slot.value];
}

function cutOf({ depth, slots }: z.infer<typeof CutWire>): Cut {
  const slotOf = (wire: z.infer<typeof SlotWire>): Slot => {
    if (wire === null) return null;
    return wire instanceof Uint8Array ? { hash: wire } : { place: wire[0], value: wire[1] };
  };
  return { depth, slots: slots.map(slotOf) };
}
