import * as z from 'zod';
import { decodeCbor, encodeCanonical } from '../../kernel/canonical.ts';
import type { Channel } from '../../log/transport.ts';
import { MAX_BLOCK_BYTES, MAX_HEADER_BYTES } from '../types/block.ts';
import { MAX_CERTIFICATE_BYTES } from '../types/certificate.ts';
import { MAX_CLOSING } from '../consensus/consensus-wire.ts';
import { bytesUpTo, Digest, Height } from '../types/fields.ts';
import { problem } from '../problems.ts';

/** [Q8] The protocol of snapshots and past blocks. */
export const SNAPSHOT_PROTOCOL = '/impulse/snapshot/1';
/** [Q8] Bytes of a manifest or a part in one message. */
export const PIECE_BYTES = 512 * 1024;
/** The most parts of a snapshot. */
const MAX_PARTS = 16 ** 3;

const shapes = {
  /** Request: the manifest of the newest snapshot. */
  newest: z.tuple([z.literal('newest'), Digest]),
  /** Request: a part of the snapshot at a height. */
  part: z.tuple([z.literal('part'), Digest, Height, z.int().min(0).max(MAX_PARTS)]),
  /** Request: blocks from a height down. */
  past: z.tuple([z.literal('past'), Digest, Height]),
  /** Answer: bytes, and whether more of them follow. */
  piece: z.tuple([z.literal('piece'), bytesUpTo(PIECE_BYTES), z.boolean()]),
  /** Answer: it is not here. */
  none: z.tuple([z.literal('none')]),
  /**
   * Answer: a block, the closing headers after it, and the certificate on the last of these or on the block.
   */
  block: z.tuple([
    z.literal('block'),
    bytesUpTo(2 * MAX_BLOCK_BYTES),
    z.array(bytesUpTo(MAX_HEADER_BYTES)).max(MAX_CLOSING),
    bytesUpTo(MAX_CERTIFICATE_BYTES).nullable(),
  ]),
  end: z.tuple([z.literal('end')]),
} as const;

type Name = keyof typeof shapes;
export type SnapshotWire<N extends Name = Name> = z.infer<(typeof shapes)[N]>;

export function encodeSnapshotWire(message: SnapshotWire): Uint8Array {
  return encodeCanonical(message);
}

/** Parses one message, which must be one of the expected ones. Throws a Problem `malformed`. */
export function decodeSnapshotWire<N extends Name>(
  bytes: Uint8Array,
  expected: readonly N[],
): SnapshotWire<N> {
  const value = decodeCbor(bytes);
  const name = Array.isArray(value) ? expected.find((one) => one === value[0]) : undefined;
  const parsed = name === undefined ? undefined : shapes[name].safeParse(value);
  if (!parsed?.success) throw problem('malformed');
  return parsed.data as SnapshotWire<N>;
}

/** Sends bytes in pieces, or `none` for null. */
export async function sendPieces(channel: Channel, bytes: Uint8Array | null): Promise<void> {
  if (bytes === null) return channel.send(encodeSnapshotWire(['none']));
  for (let at = 0; at === 0 || at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    await channel.send(encodeSnapshotWire(['piece', piece, at + PIECE_BYTES < bytes.length]));
  }
}

/**
 * Joins pieces; null if the peer does not have them. Throws a Problem `answer-too-large`, `answer-broken` or
 * `malformed`.
 */
export async function receivePieces(
  messages: AsyncIterator<Uint8Array>,
  mostBytes: number,
): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = [];
  for (let length = 0; ;) {
    const { done, value } = await messages.next();
    if (done) throw problem('answer-broken');
    const message = decodeSnapshotWire(value, ['piece', 'none']);
    if (message[0] === 'none') return null;
    length += message[1].length;
    if (length > mostBytes) throw problem('answer-too-large');
    pieces.push(message[1]);
    if (!message[2]) return Buffer.concat(pieces);
  }
}
