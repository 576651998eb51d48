import * as z from 'zod';
import { concatBytes, equalBytes, utf8 } from '../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../kernel/canonical.ts';
import type { Signer, Verifier } from '../kernel/signer.ts';
import { MAX_TOLD } from './own-addresses.ts';
import type { Network } from './ports.ts';
import { sized, upTo } from './wire.ts';
import { problem } from './problems.ts';

/** [N1] The largest record, in bytes, without its signatures. */
export const MAX_RECORD_BYTES = 3072;
/** [N1] The longest address in a record, in characters. */
const MAX_ADDRESS = 300;
/** [N1] The highest sequence; the next one is still a safe integer. */
export const MAX_SEQUENCE = 2 ** 52;
const PREFIX = utf8('impulse/node/1\0');

const Body = z.strictObject({
  v: z.literal(1),
  c: sized(32),
  p: z.string().min(1).max(100),
  k: sized(32),
  s: z.int().nonnegative().max(MAX_SEQUENCE),
  t: z.int().nonnegative(),
  n: z.string().max(60),
  a: z.array(z.string().min(1).max(MAX_ADDRESS)).max(MAX_TOLD),
  r: z.boolean(),
});

/** [N1] A record on the wire: its bytes, the member's signature, the node's signature. */
export const SealedRecord = z.tuple([upTo(MAX_RECORD_BYTES), sized(64), sized(64)]);
export type SealedRecord = z.infer<typeof SealedRecord>;

/** A statement of a node about itself in one community. */
export interface NodeRecord {
  readonly community: Uint8Array;
  readonly peer: string;
  /** Key of the member that owns the node. */
  readonly publicKey: Uint8Array;
  /** Increases with each record of the node; the highest counts. */
  readonly sequence: number;
  /** When it was signed, in milliseconds since the Unix epoch. */
  readonly time: number;
  readonly name: string;
  /** Where the node can be dialled, the best first. */
  readonly addresses: readonly string[];
  /** Whether the node relays for members that cannot be dialled. */
  readonly relay: boolean;
  readonly sealed: SealedRecord;
}

/** [N1] Signs a record of this node, with the member's key and with the node's own. */
export function sealRecord(
  record: Omit<NodeRecord, 'sealed' | 'publicKey' | 'peer'> & { readonly peer: string },
  signer: Signer,
  network: Pick<Network, 'signer'>,
): NodeRecord {
  const { publicKey } = signer;
  const bytes = encodeCanonical({
    v: 1,
    c: record.community,
    p: record.peer,
    k: publicKey,
    s: record.sequence,
    t: record.time,
    n: record.name.slice(0, 60),
    a: record.addresses.filter((address) => address.length <= MAX_ADDRESS).slice(0, MAX_TOLD),
    r: record.relay,
  });
  const message = concatBytes(PREFIX, bytes);
  return readRecord([bytes, signer.sign(message), network.signer.sign(message)]);
}

/** Reads a record without checking its signatures. Throws a Problem (`malformed`, `non-canonical`). */
export function readRecord(sealed: SealedRecord): NodeRecord {
  const parsed = Body.safeParse(decodeCanonical(sealed[0]));
  if (!parsed.success) throw problem('record-malformed');
  const { c, p, k, s, t, n, a, r } = parsed.data;
  return {
    community: c,
    peer: p,
    publicKey: k,
    sequence: s,
    time: t,
    name: n,
    addresses: a,
    relay: r,
    sealed,
  };
}

/** [N1] Whether both signatures of a record are genuine. */
export async function isGenuine(
  { peer, publicKey, sealed: [bytes, ofMember, ofNode] }: NodeRecord,
  verifier: Verifier,
  network: Pick<Network, 'keyOf'>,
): Promise<boolean> {
  const message = concatBytes(PREFIX, bytes);
  const nodeKey = network.keyOf(peer);
  if (nodeKey === null) return false;
  const genuine = await verifier.verify([
    { publicKey, message, signature: ofMember },
    { publicKey: nodeKey, message, signature: ofNode },
  ]);
  return genuine.every(Boolean);
}

/** Whether two records are byte-identical. */
export const isSameRecord = (a: NodeRecord, b: NodeRecord): boolean => equalBytes(a.sealed[0], b.sealed[0]);
