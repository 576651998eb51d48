/** Hashed features of the first stage; its counterpart is tools/training/features.py. */

export const BUCKETS = 1 << 20;
const SHORTEST = 3;
const LONGEST = 5;
const MAX_WORD = 32;

const TABLE = new Uint32Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
const encoder = new TextEncoder();

/** The state of a CRC-32 before its first byte; its complement is the checksum. */
export const CRC_START = -1;

const step = (state: number, byte: number) => TABLE[(state ^ byte) & 255]! ^ (state >>> 8);

/** Continues a CRC-32 over a text's UTF-8. */
export function crc(text: string, state = CRC_START): number {
  let value = state;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 127) return crcOfBytes(encoder.encode(text), state);
    value = step(value, code);
  }
  return value;
}

function crcOfBytes(bytes: Uint8Array, state: number): number {
  let value = state;
  for (let at = 0; at < bytes.length; at += 1) value = step(value, bytes[at]!);
  return value;
}

/** The bucket of a CRC state. */
export const bucketOf = (state: number): number => ~state & (BUCKETS - 1);

const WORD_START = crc('w');
const PART_START = crc('c');
const PAIR_START = crc('b');

/** Buckets of a word itself and of its substrings of three to five letters. */
export function wordBuckets(word: string): number[] {
  const found = [bucketOf(crc(word, WORD_START))];
  if (word.startsWith('<')) return found;
  const bytes = PARTS;
  const size = fillParts(word);
  for (let start = 0; start < size; start += 1) {
    if (isInside(bytes[start]!)) continue;
    let state = PART_START;
    let letters = 0;
    for (let at = start; at < size && letters <= LONGEST; at += 1) {
      // A letter ends where the next begins.
      if (!isInside(bytes[at]!) && at > start) {
        letters += 1;
        if (letters >= SHORTEST && letters <= LONGEST) found.push(bucketOf(state));
      }
      if (letters < LONGEST) state = step(state, bytes[at]!);
      if (at === size - 1 && letters < LONGEST && letters + 1 >= SHORTEST) found.push(bucketOf(state));
    }
  }
  return found;
}

/** The word that is being split, between its two end marks: UTF-8, at most four bytes per letter. */
const PARTS = new Uint8Array(2 + 4 * MAX_WORD);
const WORD_BEGINS = '^'.charCodeAt(0);
const WORD_ENDS = '$'.charCodeAt(0);

/** Fills {@link PARTS} and returns how many bytes it has. */
function fillParts(word: string): number {
  PARTS[0] = WORD_BEGINS;
  let size = 1;
  // A TextEncoder call would cost more than it saves for most words.
  for (let at = 0; at < word.length && at < MAX_WORD; at += 1) {
    const code = word.charCodeAt(at);
    if (code > 127) {
      size = 1 + encoder.encodeInto([...word].slice(0, MAX_WORD).join(''), PARTS.subarray(1)).written;
      break;
    }
    PARTS[size] = code;
    size += 1;
  }
  PARTS[size] = WORD_ENDS;
  return size + 1;
}

/** Whether a byte of UTF-8 continues a character. */
const isInside = (byte: number) => (byte & 0xc0) === 0x80;

/** The CRC state from which every pair continues that starts with a word. */
export const pairStart = (word: string): number => step(crc(word, PAIR_START), 0x20);

/** The bucket of a pair of adjacent words. */
export const pairBucket = (start: number, right: string): number => bucketOf(crc(right, start));

/** The bucket of a flag of the whole message. */
export const flagBucket = (flag: string): number => bucketOf(crc(`f${flag}`));
