import * as dagCbor from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { create } from 'multiformats/hashes/digest';
import { problem } from './encoding-problems.ts';

const SHA2_256 = 0x12;

function multihash(digest: Uint8Array) {
  return create(SHA2_256, digest);
}

/** The text form of a 32-byte SHA-256 digest of canonical DAG-CBOR: a CIDv1 in base32. */
export function cidOf(digest: Uint8Array): string {
  return CID.createV1(dagCbor.code, multihash(digest)).toString();
}

/** Whether a text is what {@link cidOf} writes for some digest. */
export function isCid(text: string): boolean {
  try {
    return cidOf(digestOf(text)) === text;
  } catch {
    return false;
  }
}

/** The 32-byte digest inside a CID's text. Throws a Problem `bad-id` for anything but a SHA-256 CIDv1. */
export function digestOf(cid: string): Uint8Array {
  try {
    const parsed = CID.parse(cid);
    if (parsed.version !== 1 || parsed.multihash.code !== SHA2_256 || parsed.multihash.digest.length !== 32) {
      throw new Error('not a SHA-256 CIDv1');
    }
    return parsed.multihash.digest;
  } catch (error) {
    throw problem('bad-id', { text: cid.slice(0, 80) }, { cause: error });
  }
}
