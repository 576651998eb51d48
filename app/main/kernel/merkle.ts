import { concatBytes, equalBytes } from './bytes.ts';
import { sha256 } from './sha256.ts';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Hash of one entry (RFC 9162, section 2.1.1). */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(concatBytes(LEAF, entry));
}

/** Hash of a node over its two children (RFC 9162, section 2.1.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(NODE, left, right));
}

/** Root of a tree of leaf hashes; without leaves, the hash of nothing (RFC 9162, section 2.1.1). */
export function rootOfLeaves(leaves: readonly Uint8Array[]): Uint8Array {
  return rootOf(leaves, 0, leaves.length);
}

/** Root of a tree over entries. */
export function merkleRoot(entries: readonly Uint8Array[]): Uint8Array {
  return rootOfLeaves(entries.map(leafHash));
}

/** The hashes that lead from leaf `index` to the root (RFC 9162, section 2.1.3.1). */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) throw new RangeError('no such leaf');
  return pathOf(leaves, index, 0, leaves.length);
}

/** Whether a leaf is number `index` of the `size` leaves under a root (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isPlace(index, size)) return false;
  let fn = BigInt(index);
  let sn = BigInt(size - 1);
  let hash = leaf;
  for (const step of path) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      hash = nodeHash(step, hash);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else hash = nodeHash(hash, step);
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && equalBytes(hash, root);
}

/**
 * The hashes that prove that the tree of the first `size` leaves is the beginning of this one (RFC 9162,
 * section 2.1.4.1).
 */
export function consistencyProof(leaves: readonly Uint8Array[], size: number): Uint8Array[] {
  if (!Number.isInteger(size) || size < 1 || size > leaves.length) throw new RangeError('no such tree');
  return size === leaves.length ? [] : subproof(leaves, size, 0, leaves.length, true);
}

/** Whether the tree of `first` leaves is the beginning of the tree of `second` leaves (RFC 9162, section 2.1.4.2). */
export function verifyConsistency(
  first: number,
  firstRoot: Uint8Array,
  second: number,
  secondRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isPlace(first - 1, second)) return false;
  if (first === second) return proof.length === 0 && equalBytes(firstRoot, secondRoot);
  const path = isPowerOfTwo(first) ? [firstRoot, ...proof] : proof;
  if (path.length === 0 || proof.length === 0) return false;
  let fn = BigInt(first - 1);
  let sn = BigInt(second - 1);
  while ((fn & 1n) === 1n) {
    fn >>= 1n;
    sn >>= 1n;
  }
  let firstHash = path[0]!;
  let secondHash = path[0]!;
  for (const step of path.slice(1)) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      firstHash = nodeHash(step, firstHash);
      secondHash = nodeHash(step, secondHash);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else secondHash = nodeHash(secondHash, step);
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && equalBytes(firstHash, firstRoot) && equalBytes(secondHash, secondRoot);
}

function isPlace(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
}

function isPowerOfTwo(size: number): boolean {
  const bits = BigInt(size);
  return (bits & (bits - 1n)) === 0n;
}

/** The largest power of two below `size`, which is at least 2. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

function rootOf(leaves: readonly Uint8Array[], from: number, to: number): Uint8Array {
  if (to === from) return sha256(new Uint8Array(0));
  if (to - from === 1) return leaves[from]!;
  const middle = from + splitOf(to - from);
  return nodeHash(rootOf(leaves, from, middle), rootOf(leaves, middle, to));
}

function pathOf(leaves: readonly Uint8Array[], index: number, from: number, to: number): Uint8Array[] {
  if (to - from === 1) return [];
  const middle = from + splitOf(to - from);
  return index < middle
    ? [...pathOf(leaves, index, from, middle), rootOf(leaves, middle, to)]
    : [...pathOf(leaves, index, middle, to), rootOf(leaves, from, middle)];
}

function subproof(
  leaves: readonly Uint8Array[],
  size: number,
  from: number,
  to: number,
  complete: boolean,
): Uint8Array[] {
  if (from + size === to) return complete ? [] : [rootOf(leaves, from, to)];
  const split = splitOf(to - from);
  const middle = from + split;
  return size <= split
    ? [...subproof(leaves, size, from, middle, complete), rootOf(leaves, middle, to)]
    : [...subproof(leaves, size - split, middle, to, false), rootOf(leaves, from, middle)];
}
