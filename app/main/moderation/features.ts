/** Hashed features of the first stage; the twin is tools/training/features.py. */

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

/** Goes on with a CRC-32 over more bytes; start with -1, and complement the end. */
export function crc(bytes: Uint8Array, state = -1): number {
  let value = state;
  for (let at = 0; at < bytes.length; at += 1) value = TABLE[(value ^ bytes[at]!) & 255]! ^ (value >>> 8);
  return value;
}

export const bytesOf = (text: string): Uint8Array => encoder.encode(text);

/** The bucket of a CRC state. */
export const bucketOf = (state: number): number => ~state & (BUCKETS - 1);

const bucket = (text: string) => bucketOf(crc(bytesOf(text)));

/** Buckets of a word itself and of its parts of three to five letters. */
export function wordBuckets(word: string): number[] {
  const found = [bucket(`w${word}`)];
  if (word.startsWith('<')) return found;
  const letters = ['^', ...[...word].slice(0, MAX_WORD), '$'];
  for (let length = SHORTEST; length <= LONGEST; length += 1) {
    for (let at = 0; at + length <= letters.length; at += 1) {
      found.push(bucket(`c${letters.slice(at, at + length).join('')}`));
    }
  }
  return found;
}

/** The bucket of a flag of the whole message. */
export const flagBucket = (flag: string): number => bucket(`f${flag}`);
