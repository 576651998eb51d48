import * as z from 'zod';
import { equalBytes } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import { merkleRoot } from '../../kernel/merkle.ts';
import { sha256 } from '../../kernel/sha256.ts';
import {
  ANCHORED_BYTES,
  AnchoredWire,
  checkAnchorDigest,
  MAX_ANCHORED_HEAD,
  packAnchored,
  unpackAnchored,
  type Anchor,
  type Anchored,
} from './anchor.ts';
import { bytesUpTo, Digest, Height, Millis } from './fields.ts';
import { MAX_VALIDATORS } from './validators.ts';
import { problem } from '../problems.ts';

/** [LB6] The upper bound of every community's limit: a proposal travels as one gossip message [K13]. */
export const MAX_BLOCK_BYTES = 192 * 1024;
export const MAX_BLOCK_TRANSACTIONS = 10_000;
/** Bytes of a block beside its transactions: header and CBOR heads. */
export const MAX_HEADER_BYTES = 512;

/** [LB1] The fields whose hash validators sign. */
export interface HeaderFields {
  /** Digest of the genesis document. */
  readonly community: Uint8Array;
  readonly epoch: number;
  readonly slot: number;
  /** 1 for the first block. */
  readonly height: number;
  /** Hash of the parent's header; the community's id for the first block. */
  readonly parent: Uint8Array;
  /** Block time, milliseconds since the epoch. */
  readonly time: number;
  /** Place of the proposer in the validator set of the epoch. */
  readonly proposer: number;
  /** How many transactions the block holds. */
  readonly count: number;
  /** Root of the RFC 9162 tree over the transactions' bytes. */
  readonly transactionRoot: Uint8Array;
  /** Root of the state after this block. */
  readonly stateRoot: Uint8Array;
  readonly anchor: Anchor | null;
}

/** A header with its identity. */
export interface Header extends HeaderFields {
  /** SHA-256 of `bytes`: the hash of the block. */
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

export interface Block {
  readonly header: Header;
  /** Encoded sealed transactions, see transaction.ts. */
  readonly transactions: readonly Uint8Array[];
  /** [H1] The list for the anchor in the header; present only with an anchor. */
  readonly anchored?: Anchored;
}

/** [LB6] Limits of a community's blocks. */
export interface BlockLimits {
  /** The maximum bytes of all transactions and ids of anchored events together. */
  readonly bytes: number;
  readonly transactions: number;
}

const HeaderWire = z.strictObject({
  v: z.literal(1),
  c: Digest,
  e: z.int().nonnegative(),
  s: z.int().nonnegative(),
  h: Height.min(1),
  p: Digest,
  t: Millis,
  l: z
    .int()
    .nonnegative()
    .max(MAX_VALIDATORS - 1),
  n: z.int().nonnegative().max(MAX_BLOCK_TRANSACTIONS),
  x: Digest,
  r: Digest,
  a: z.strictObject({ time: Millis, digest: Digest }).nullable(),
});

const HeaderBytes = bytesUpTo(MAX_HEADER_BYTES);
const Transactions = z.array(bytesUpTo(MAX_BLOCK_BYTES)).max(MAX_BLOCK_TRANSACTIONS);
const BlockWire = z.union([
  z.tuple([HeaderBytes, Transactions]),
  z.tuple([HeaderBytes, Transactions, AnchoredWire]),
]);

export function makeHeader(fields: HeaderFields): Header {
  const bytes = encodeCanonical({
    v: 1,
    c: fields.community,
    e: fields.epoch,
    s: fields.slot,
    h: fields.height,
    p: fields.parent,
    t: fields.time,
    l: fields.proposer,
    n: fields.count,
    x: fields.transactionRoot,
    r: fields.stateRoot,
    a: fields.anchor && { time: fields.anchor.time, digest: fields.anchor.digest },
  });
  return { ...fields, bytes, hash: sha256(bytes) };
}

/** Reads a header by rule [LB1]. Throws a Problem `header-too-large`, `malformed`, `non-canonical` or `bad-header`. */
export function openHeader(bytes: Uint8Array): Header {
  if (bytes.length > MAX_HEADER_BYTES) throw problem('header-too-large');
  const parsed = HeaderWire.safeParse(decodeCanonical(bytes));
  if (!parsed.success) throw problem('bad-header');
  const { c, e, s, h, p, t, l, n, x, r, a } = parsed.data;
  return {
    community: c,
    epoch: e,
    slot: s,
    height: h,
    parent: p,
    time: t,
    proposer: l,
    count: n,
    transactionRoot: x,
    stateRoot: r,
    anchor: a,
    bytes,
    hash: sha256(bytes),
  };
}

/** Makes the header for transactions; count and transaction root follow from them [LB2]. */
export function makeBlock(
  fields: Omit<HeaderFields, 'count' | 'transactionRoot'>,
  transactions: readonly Uint8Array[],
  anchored?: Anchored,
): Block {
  const header = makeHeader({
    ...fields,
    count: transactions.length,
    transactionRoot: merkleRoot(transactions),
  });
  return { header, transactions, ...(anchored && { anchored }) };
}

/** The form in which a block is sent and stored. */
export function encodeBlock({ header, transactions, anchored }: Block): Uint8Array {
  const block = [header.bytes, transactions];
  return encodeCanonical(anchored ? [...block, packAnchored(anchored)] : block);
}

/**
 * Reads a block by rules [LB1], [LB2], [LB6], [H1] and [H2]. The transactions are not opened. Throws a
 * Problem: `block-too-large`, `malformed`, `non-canonical`, `bad-block`, `bad-header`, `header-too-large`,
 * `wrong-transaction-root`, `bad-anchor`, `wrong-anchor-digest`.
 */
export function openBlock(bytes: Uint8Array, limits: BlockLimits): Block {
  const tooLarge = () => problem('block-too-large');
  // A transaction takes at most five bytes of CBOR beside its own.
  const heads = 5 * limits.transactions + MAX_HEADER_BYTES + MAX_ANCHORED_HEAD + 16;
  if (bytes.length > limits.bytes + heads) throw tooLarge();
  const parsed = BlockWire.safeParse(decodeCanonical(bytes));
  if (!parsed.success) throw problem('bad-block');
  const [headerBytes, transactions, list] = parsed.data;
  const header = openHeader(headerBytes);
  const block = { header, transactions, ...(list && { anchored: unpackAnchored(list) }) };
  if (!withinLimits(block, limits)) throw tooLarge();
  checkTransactionRoot(block);
  checkAnchorDigest(header, block.anchored);
  return block;
}

/** [LB6] Whether transactions and anchored events fit into one block. */
export function withinLimits(
  { transactions, anchored }: Omit<Block, 'header'>,
  limits: BlockLimits,
): boolean {
  const listed = ANCHORED_BYTES * (anchored?.ids.length ?? 0);
  return (
    transactions.length <= limits.transactions &&
    transactions.reduce((sum, { length }) => sum + length, listed) <= limits.bytes
  );
}

/** [LB2] Throws a Problem `wrong-transaction-root` if the header's root does not match these transactions. */
function checkTransactionRoot({ header, transactions }: Block): void {
  if (header.count === transactions.length && equalBytes(header.transactionRoot, merkleRoot(transactions)))
    return;
  throw problem('wrong-transaction-root');
}
