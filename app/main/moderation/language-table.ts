/**
 * The file `languages.bin`: how typical sequences of UTF-8 bytes are of languages. Little endian; the numbers of languages
 * (L), sequences (N) and marks (M) as 32-bit integers; L codes of two letters (ISO 639-1); N sequences of 6 bytes, padded
 * with zeros; for each the number of its marks, one byte; M marks of a language and its score, one byte each.
 */
export interface LanguageTable {
  readonly codes: readonly string[];
  readonly sequences: readonly { readonly bytes: Uint8Array; readonly marks: readonly Mark[] }[];
}

/** The place of a language in the table, and its score: both below 256. */
export type Mark = readonly [language: number, score: number];

/** The most bytes of a sequence. */
export const SEQUENCE_BYTES = 6;
const HEAD_BYTES = 12;
const CODE_BYTES = 2;

/** Writes a table as a file. */
export function packed({ codes, sequences }: LanguageTable): Uint8Array {
  const marks = sequences.flatMap((one) => one.marks.flat());
  const counts = sequences.map((one) => one.marks.length);
  const head = new Uint8Array(Uint32Array.of(codes.length, sequences.length, marks.length / 2).buffer);
  const padded = sequences.map(({ bytes }) => Buffer.concat([bytes], SEQUENCE_BYTES));
  return Buffer.concat([
    head,
    Buffer.from(codes.join('')),
    ...padded,
    Buffer.from(counts),
    Buffer.from(marks),
  ]);
}

/** A table for fast search: sequences by their hash. */
export interface SearchTable {
  readonly codes: readonly string[];
  readonly count: number;
  /** The place of a sequence; -1 if it is not in the table. */
  find(bytes: Uint8Array, from: number, length: number): number;
  /** Where the marks of a sequence begin in `marks`; those of the next one follow. */
  readonly starts: Uint32Array;
  readonly marks: Uint8Array;
}

/** Reads a file. Throws an Error if its parts do not fit together. */
export function openTable(file: Uint8Array): SearchTable {
  if (file.length < HEAD_BYTES) throw new Error('the table of languages is cut off');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const [languages, count, marked] = [0, 4, 8].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
  ];
  let at = HEAD_BYTES;
  const part = (length: number) => file.subarray(at, (at += length));
  const codes = new TextDecoder('latin1').decode(Uint8Array.from(part(languages * CODE_BYTES)));
  const keys = part(count * SEQUENCE_BYTES);
  const counts = part(count);
  const marks = part(marked * 2);
  const starts = new Uint32Array(count + 1);
  for (let place = 0; place < count; place += 1) starts[place + 1] = starts[place]! + 2 * counts[place]!;
  if (at !== file.length || starts[count] !== marks.length)
    throw new Error('the table of languages does not add up');
  for (let mark = 0; mark < marks.length; mark += 2)
    if (marks[mark]! >= languages) throw new Error('the table of languages names an unknown language');
  return {
    codes: codes.match(/../g) ?? [],
    count,
    find: searchIn(keys, count),
    starts,
    marks,
  };
}

/** FNV-1a of 32 bits (Fowler, Noll, Vo). */
const HASH_START = 0x811c9dc5;
const HASH_PRIME = 0x01000193;

function hashOf(bytes: Uint8Array, from: number, length: number): number {
  let hash = HASH_START;
  for (let at = from; at < from + length; at += 1) hash = Math.imul(hash ^ bytes[at]!, HASH_PRIME);
  return hash >>> 0;
}

function searchIn(keys: Uint8Array, count: number): SearchTable['find'] {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, count * 2)));
  /** Places in the table, one more each; 0 where there is none. Collisions take the next free slot. */
  const slots = new Uint32Array(size);
  const lengthAt = (key: number) => {
    let length = SEQUENCE_BYTES;
    while (length > 0 && keys[key + length - 1] === 0) length -= 1;
    return length;
  };
  for (let place = 0; place < count; place += 1) {
    const key = place * SEQUENCE_BYTES;
    let slot = hashOf(keys, key, lengthAt(key)) & (size - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
    slots[slot] = place + 1;
  }
  const isAt = (place: number, bytes: Uint8Array, from: number, length: number) => {
    const key = place * SEQUENCE_BYTES;
    for (let at = 0; at < length; at += 1) if (keys[key + at] !== bytes[from + at]) return false;
    return length === SEQUENCE_BYTES || keys[key + length] === 0;
  };
  return (bytes, from, length) => {
    if (length > SEQUENCE_BYTES) return -1;
    let slot = hashOf(bytes, from, length) & (size - 1);
    for (; slots[slot] !== 0; slot = (slot + 1) & (size - 1)) {
      const place = slots[slot]! - 1;
      if (isAt(place, bytes, from, length)) return place;
    }
    return -1;
  };
}
