import { toHex } from '../kernel/bytes.ts';
import { personOf } from '../sim/test-world.ts';
import { sealRecord, type NodeRecord } from './node-record.ts';

export interface RecordWish {
  readonly community: Uint8Array;
  /** The node; its key follows from its name. */
  readonly peer: string;
  /** The member that signs; by default the one with the node's name. */
  readonly member?: string;
  readonly time: number;
  readonly sequence?: number;
  readonly addresses?: readonly string[];
  readonly relay?: boolean;
}

/** A genuine record. */
export function recordOf({
  community,
  peer,
  member = peer,
  time,
  sequence = time,
  addresses = [],
  relay = false,
}: RecordWish): NodeRecord {
  return sealRecord(
    { community, peer, sequence, time, name: `${peer}’s node`, addresses, relay },
    personOf(member),
    { signer: personOf(peer) },
  );
}

/** A record without its bytes, for comparing. */
export const plain = ({ sealed: _, ...record }: NodeRecord) => ({
  ...record,
  community: toHex(record.community),
  publicKey: toHex(record.publicKey),
});
