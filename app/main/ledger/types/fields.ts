import * as z from 'zod';

/** A byte string of exactly `length` bytes. */
export function bytesOf(length: number): z.ZodType<Uint8Array> {
  return z.instanceof(Uint8Array).refine((bytes) => bytes.length === length);
}

/** A byte string of at most `most` bytes. */
export function bytesUpTo(most: number): z.ZodType<Uint8Array> {
  return z.instanceof(Uint8Array).refine((bytes) => bytes.length <= most);
}

export const Digest = bytesOf(32);
/** An Ed25519 public key. */
export const Key = bytesOf(32);
/** Milliseconds since the epoch; fits a date. */
export const Millis = z.int().nonnegative().max(8_640_000_000_000_000);
export const Height = z.int().nonnegative();
