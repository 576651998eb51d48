/** Deeper values than this are left to encoding again. */
const MAX_DEPTH = 32;

const FALSE = 0xf4;
const NULL = 0xf6;

/**
 * Whether bytes that decode as DAG-CBOR are certainly canonical: definite lengths, shortest integers, map
 * keys as ASCII text in order (shorter first, then by byte) and each once, no trailing bytes. False means
 * unknown: floats, tags, text beyond ASCII and very large integers are left to encoding again, which costs
 * several times as much.
 */
export function isSurelyCanonical(bytes: Uint8Array): boolean {
  return pastValue(bytes, 0, 0) === bytes.length;
}

/** The end of the value at `at`; -1 if unsure. */
function pastValue(bytes: Uint8Array, at: number, depth: number): number {
  const first = bytes[at]!;
  switch (first >>> 5) {
    case 0:
    case 1:
      return pastHead(bytes, at);
    case 2: {
      const start = pastHead(bytes, at);
      return start < 0 ? -1 : within(bytes, start + argument(bytes, at));
    }
    case 3:
      return pastText(bytes, at);
    case 4: {
      let next = pastHead(bytes, at);
      for (let left = argument(bytes, at); left > 0 && next >= 0; left--) {
        next = depth < MAX_DEPTH && next < bytes.length ? pastValue(bytes, next, depth + 1) : -1;
      }
      return next;
    }
    case 5:
      return pastMap(bytes, at, depth);
    default:
      return first >= FALSE && first <= NULL ? at + 1 : -1;
  }
}

function pastMap(bytes: Uint8Array, at: number, depth: number): number {
  let next = pastHead(bytes, at);
  let [keyAt, keyEnd] = [0, 0];
  for (let left = argument(bytes, at); left > 0 && next >= 0; left--) {
    if (depth >= MAX_DEPTH || next >= bytes.length || bytes[next]! >>> 5 !== 3) return -1;
    const end = pastText(bytes, next);
    if (end < 0 || end >= bytes.length) return -1;
    if (keyEnd > 0 && !ascends(bytes, keyAt, keyEnd, next, end)) return -1;
    [keyAt, keyEnd] = [next, end];
    next = pastValue(bytes, end, depth + 1);
  }
  return next;
}

/** The head of a text holds its length, so encoded keys compare in the order of DAG-CBOR. */
function ascends(bytes: Uint8Array, aAt: number, aEnd: number, bAt: number, bEnd: number): boolean {
  const length = aEnd - aAt;
  if (length !== bEnd - bAt) return length < bEnd - bAt;
  for (let index = 0; index < length; index++) {
    const difference = bytes[aAt + index]! - bytes[bAt + index]!;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function pastText(bytes: Uint8Array, at: number): number {
  const start = pastHead(bytes, at);
  if (start < 0) return -1;
  const end = within(bytes, start + argument(bytes, at));
  for (let index = start; index < end; index++) if (bytes[index]! > 0x7f) return -1;
  return end;
}

function within(bytes: Uint8Array, end: number): number {
  return end <= bytes.length ? end : -1;
}

/** The end of a head (initial byte and argument); -1 if a shorter one exists, or the argument is huge. */
function pastHead(bytes: Uint8Array, at: number): number {
  const short = bytes[at]! & 31;
  if (short < 24) return at + 1;
  const size = short === 24 ? 1 : short === 25 ? 2 : short === 26 ? 4 : 0;
  if (size > 0) {
    const least = size === 1 ? 24 : size === 2 ? 0x100 : 0x10000;
    return at + size < bytes.length && argument(bytes, at) >= least ? at + 1 + size : -1;
  }
  if (short !== 27 || at + 8 >= bytes.length) return -1;
  const value = argument(bytes, at);
  return value > 0xffffffff && value < Number.MAX_SAFE_INTEGER ? at + 9 : -1;
}

function argument(bytes: Uint8Array, at: number): number {
  const short = bytes[at]! & 31;
  if (short < 24) return short;
  let value = 0;
  for (let index = 1; index <= 1 << (short - 24); index++) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}
