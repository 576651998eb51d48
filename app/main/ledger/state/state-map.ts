import { concatBytes, equalBytes, fromHex, toHex } from '../../kernel/bytes.ts';
import { sha256 } from '../../kernel/sha256.ts';

/**
 * The authenticated map: a compact sparse Merkle tree over 256-bit places [E3], after Dahlberg, Pulls and
 * Peeters, "Efficient Sparse Merkle Trees" (2016), in which the only leaf of a subtree is lifted to its top
 * as in Diem's Jellyfish tree. Four levels form a page, so that a change reads and writes log16(n) pages.
 */

/** The content of one of the sixteen branches of a page. */
export type Slot = null | Leaf | Inner;
export interface Leaf {
  readonly place: Uint8Array;
  /** SHA-256 of the entry's value. */
  readonly value: Uint8Array;
}
export interface Inner {
  readonly hash: Uint8Array;
}
/** Sixteen slots. A page is named by the hexadecimal digits of the path to it; the root's name is empty. */
export type Page = readonly Slot[];

export interface PageSource {
  /** Null if there is no such page. */
  page(path: string): Page | null;
  /** The slot above the root page: the whole map. */
  readonly top: Slot;
}

/** Entries to write, by the hexadecimal digits of their place; null removes an entry. */
export type PlaceChanges = ReadonlyMap<string, Uint8Array | null>;

export interface MapUpdate {
  readonly top: Slot;
  /** The changed pages; null for removed ones. */
  readonly pages: ReadonlyMap<string, Page | null>;
}

const EMPTY = new Uint8Array(32);
const LEAF = Uint8Array.of(0);
const INNER = Uint8Array.of(1);
const NO_PAGE: Page = Array.from({ length: 16 }, () => null);

/** The hash of a subtree, from its slot; the root of the map, from its top. */
export function slotHash(slot: Slot): Uint8Array {
  if (slot === null) return EMPTY;
  return 'hash' in slot ? slot.hash : leafHashOf(slot);
}

const leafHashes = new WeakMap<Leaf, Uint8Array>();

function leafHashOf(leaf: Leaf): Uint8Array {
  const known = leafHashes.get(leaf);
  if (known) return known;
  const hash = sha256(concatBytes(LEAF, leaf.place, leaf.value));
  leafHashes.set(leaf, hash);
  return hash;
}

/** Writes entries into the map without changing the source. Costs O(changes * log n). */
export function updateMap(source: PageSource, changes: PlaceChanges): MapUpdate {
  const pages = new Map<string, Page | null>();
  const sorted = [...changes].sort(([a], [b]) => (a < b ? -1 : 1));
  return { top: updateSlot(source, '', source.top, sorted, pages), pages };
}

/** The subtree at `path` that holds exactly these entries, whose places all begin with it. */
export function buildSlot(path: string, entries: ReadonlyMap<string, Uint8Array>): Slot {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return updateSlot({ top: null, page: () => null }, path, null, sorted, new Map());
}

type Changes = readonly (readonly [place: string, value: Uint8Array | null])[];

/** The slot at `path` after changes that all lie below it. */
function updateSlot(
  source: PageSource,
  path: string,
  slot: Slot,
  changes: Changes,
  pages: Map<string, Page | null>,
): Slot {
  if (changes.length === 0) return slot;
  if (slot !== null && 'hash' in slot) {
    const page = source.page(path);
    if (!page) throw new Error(`page ${path} of the state is missing`);
    return settlePage(source, path, page, changes, pages);
  }
  const leaves: (readonly [string, Uint8Array])[] = [];
  if (slot !== null) {
    const place = toHex(slot.place);
    if (!changes.some(([changed]) => changed === place)) leaves.push([place, slot.value]);
  }
  for (const [place, value] of changes) if (value !== null) leaves.push([place, value]);
  if (leaves.length === 0) return null;
  if (leaves.length === 1) return { place: fromHex(leaves[0]![0]), value: leaves[0]![1] };
  leaves.sort(([a], [b]) => (a < b ? -1 : 1));
  return settlePage(source, path, NO_PAGE, leaves, pages);
}

function settlePage(
  source: PageSource,
  path: string,
  before: Page,
  changes: Changes,
  pages: Map<string, Page | null>,
): Slot {
  const page = [...before];
  for (let from = 0; from < changes.length;) {
    const digit = changes[from]![0][path.length]!;
    let to = from + 1;
    while (to < changes.length && changes[to]![0][path.length] === digit) to++;
    const branch = Number.parseInt(digit, 16);
    page[branch] = updateSlot(source, path + digit, page[branch]!, changes.slice(from, to), pages);
    from = to;
  }
  const slot = foldSlots(page);
  const kept = slot !== null && 'hash' in slot;
  if (kept || before !== NO_PAGE) pages.set(path, kept ? page : null);
  return slot;
}

/** The slot above adjacent slots, sixteen of a page or fewer: nothing, their only leaf, or a hash. */
export function foldSlots(slots: Page): Slot {
  let row = slots;
  while (row.length > 1) {
    const below = row;
    row = Array.from({ length: below.length / 2 }, (_, n) => join(below[2 * n]!, below[2 * n + 1]!));
  }
  return row[0]!;
}

function join(left: Slot, right: Slot): Slot {
  if (left === null && (right === null || !('hash' in right))) return right;
  if (right === null && !('hash' in left!)) return left;
  return { hash: sha256(concatBytes(INNER, slotHash(left), slotHash(right))) };
}

/** [E4] The proof that an entry is in the map, or is not. */
export interface MapProof {
  /** The leaf at the end of the path; null if there is nothing. */
  readonly leaf: Leaf | null;
  /** The sibling hashes along the path, from the root down. */
  readonly siblings: readonly Uint8Array[];
}

export function proveEntry(source: PageSource, place: Uint8Array): MapProof {
  const siblings: Uint8Array[] = [];
  const digits = toHex(place);
  let slot = source.top;
  for (let path = ''; slot !== null && 'hash' in slot; path = digits.slice(0, path.length + 1)) {
    const page = source.page(path);
    if (!page) throw new Error(`page ${path} of the state is missing`);
    slot = descend(page, Number.parseInt(digits[path.length]!, 16), siblings);
  }
  return { leaf: slot, siblings };
}

/** Walks the four levels of a page towards a branch; stops early at a lifted leaf or at an empty subtree. */
function descend(page: Page, branch: number, siblings: Uint8Array[]): Slot {
  for (let from = 0, size = 8; size >= 1; size /= 2) {
    const [left, right] = [page.slice(from, from + size), page.slice(from + size, from + 2 * size)];
    const goRight = branch >= from + size;
    const [way, beside] = goRight ? [right, left] : [left, right];
    siblings.push(slotHash(foldSlots(beside)));
    const slot = foldSlots(way);
    if (slot === null || !('hash' in slot)) return slot;
    if (goRight) from += size;
    if (size === 1) return slot;
  }
  throw new Error('a page has four levels');
}

/**
 * [E4] Whether a proof shows that a place of the map with this root holds `value`; null means that it holds
 * nothing.
 */
export function verifyEntry(
  root: Uint8Array,
  place: Uint8Array,
  value: Uint8Array | null,
  { leaf, siblings }: MapProof,
): boolean {
  if (siblings.length > 256) return false;
  const isHere = leaf !== null && equalBytes(leaf.place, place);
  if (value === null ? isHere : !isHere || !equalBytes(leaf.value, sha256(value))) return false;
  if (leaf !== null && !isHere && !sharesBits(leaf.place, place, siblings.length)) return false;
  let hash = slotHash(leaf);
  for (let depth = siblings.length - 1; depth >= 0; depth--) {
    const right = bitOf(place, depth) === 1;
    const [a, b] = right ? [siblings[depth]!, hash] : [hash, siblings[depth]!];
    hash = sha256(concatBytes(INNER, a, b));
  }
  return equalBytes(hash, root);
}

function bitOf(place: Uint8Array, depth: number): number {
  return (place[depth >> 3]! >> (7 - (depth & 7))) & 1;
}

function sharesBits(a: Uint8Array, b: Uint8Array, count: number): boolean {
  for (let depth = 0; depth < count; depth++) if (bitOf(a, depth) !== bitOf(b, depth)) return false;
  return true;
}
