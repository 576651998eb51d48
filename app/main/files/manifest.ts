import * as z from 'zod';
import { decodeCanonical, encodeCanonical } from '../kernel/canonical.ts';
import { sha256 } from '../kernel/sha256.ts';
import { problem } from './problems.ts';

/** Every chunk but the last has this many bytes. */
export const CHUNK_BYTES = 256 * 1024;

const Digest = z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length === 32);
const Manifest = z.strictObject({ v: z.literal(1), size: z.int().nonnegative(), chunks: z.array(Digest) });

/** The chunks of a file. The file’s id is the SHA-256 of the encoded manifest. */
export interface Manifest {
  /** In bytes. */
  readonly size: number;
  /** SHA-256 of each chunk, in order. */
  readonly chunks: readonly Uint8Array[];
}

export interface SealedManifest extends Manifest {
  readonly id: Uint8Array;
  readonly bytes: Uint8Array;
}

/** The size of a chunk, in bytes. */
export function chunkBytes(size: number, index: number): number {
  return Math.min(CHUNK_BYTES, size - index * CHUNK_BYTES);
}

/** Makes the manifest of a file. */
export function manifestOf(file: Uint8Array): SealedManifest {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < file.length; at += CHUNK_BYTES) {
    chunks.push(sha256(file.subarray(at, at + CHUNK_BYTES)));
  }
  const bytes = encodeCanonical({ v: 1, size: file.length, chunks });
  return { size: file.length, chunks, bytes, id: sha256(bytes) };
}

/** The largest manifest of a file of up to `maxBytes`, in bytes: 34 per chunk, and the frame. */
export function maxManifestBytes(maxBytes: number): number {
  return Math.ceil(maxBytes / CHUNK_BYTES) * 34 + 64;
}

/**
 * Parses a received manifest. Throws a Problem `bad-manifest` if it is malformed or describes more than
 * `maxBytes`.
 */
export function openManifest(bytes: Uint8Array, maxBytes: number): SealedManifest {
  const refusal = () => problem('bad-manifest');
  if (bytes.length > maxManifestBytes(maxBytes)) throw refusal();
  let value: unknown;
  try {
    value = decodeCanonical(bytes);
  } catch {
    throw refusal();
  }
  const parsed = Manifest.safeParse(value);
  if (!parsed.success) throw refusal();
  const { size, chunks } = parsed.data;
  if (size > maxBytes || chunks.length !== Math.ceil(size / CHUNK_BYTES)) throw refusal();
  return { size, chunks, bytes, id: sha256(bytes) };
}
