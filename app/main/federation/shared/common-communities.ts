import { concatBytes, toHex, utf8 } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { problem } from '../problems.ts';

/** [FC2] The length of a tag, in bytes: two communities of one node never share one by chance. */
const TAG_BYTES = 8;
/** [FC3] The most communities that one list names. */
export const MAX_COMMUNITIES = 4096;

const PREFIX = utf8('impulse/common/1\0');

/** One of a node's own communities, as it enters the comparison with a peer. */
export interface OwnCommunity {
  /** Digest of its genesis document. */
  readonly id: Uint8Array;
  /** Whether somebody uses it here, or this node signs its blocks: peers then keep it open as well. */
  readonly isNeeded: boolean;
}

/** The tags that a peer sent, in hexadecimal. */
export interface TagList {
  readonly needed: ReadonlySet<string>;
  readonly others: ReadonlySet<string>;
}

/** [FC2] The tag by which `from` names a community to `to`; both are peer ids. */
export function tagOf(community: Uint8Array, from: string, to: string): Uint8Array {
  return sha256(concatBytes(PREFIX, community, utf8(`${from}\0${to}`))).subarray(0, TAG_BYTES);
}

/** [FC3] The message that names this node’s communities to a peer; the order of its tags says nothing. */
export function encodeTags(communities: readonly OwnCommunity[], from: string, to: string): Uint8Array {
  const tags = (needed: boolean): Uint8Array =>
    concatBytes(
      ...communities
        .slice(0, MAX_COMMUNITIES)
        .filter(({ isNeeded }) => isNeeded === needed)
        .map(({ id }) => tagOf(id, from, to))
        .sort((a, b) => Buffer.compare(a, b)),
    );
  return encodeCanonical([1, tags(true), tags(false)]);
}

/** Throws a Problem `bad-communities`. */
export function decodeTags(message: Uint8Array): TagList {
  try {
    const decoded: unknown = decodeCanonical(message);
    if (!Array.isArray(decoded) || decoded.length !== 3 || decoded[0] !== 1)
      throw new Error('not a list of tags');
    const [needed, others] = [decoded[1], decoded[2]].map(split) as [string[], string[]];
    if (needed.length + others.length > MAX_COMMUNITIES) throw new Error('too many tags');
    return { needed: new Set(needed), others: new Set(others) };
  } catch (cause) {
    throw problem('bad-communities', {}, { cause });
  }
}

function split(bytes: unknown): string[] {
  if (!(bytes instanceof Uint8Array) || bytes.length % TAG_BYTES !== 0) throw new Error('not tags');
  return Array.from({ length: bytes.length / TAG_BYTES }, (_, n) =>
    toHex(bytes.subarray(n * TAG_BYTES, (n + 1) * TAG_BYTES)),
  );
}
