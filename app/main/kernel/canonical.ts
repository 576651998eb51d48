import * as dagCbor from '@ipld/dag-cbor';
import { equalBytes } from './bytes.ts';
import { isSurelyCanonical } from './canonical-form.ts';
import { problem } from './encoding-problems.ts';

/** Encodes a value as canonical DAG-CBOR (https://ipld.io/specs/codecs/dag-cbor/spec/). */
export function encodeCanonical(value: unknown): Uint8Array {
  return dagCbor.encode(value);
}

/** Decodes DAG-CBOR without requiring the canonical form; for own messages that are never hashed. */
export function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return dagCbor.decode(bytes);
  } catch (error) {
    throw problem('malformed', {}, { cause: error });
  }
}

/**
 * Decodes DAG-CBOR that must be canonical: bytes that do not re-encode to themselves are refused. Throws a
 * Problem `malformed` or `non-canonical`.
 */
export function decodeCanonical(bytes: Uint8Array): unknown {
  const value = decodeCbor(bytes);
  if (!isSurelyCanonical(bytes) && !equalBytes(encodeCanonical(value), bytes)) {
    throw problem('non-canonical');
  }
  return value;
}
