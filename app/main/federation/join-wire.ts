import * as z from 'zod';
import { concatBytes, utf8 } from '../kernel/bytes.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { ROLES } from '../kernel/roles.ts';
import { sha256 } from '../kernel/sha256.ts';
import { sized, upTo } from './wire.ts';

/** [FJ2] The protocol by which a newcomer presents an invite. */
export const JOIN_PROTOCOL = '/impulse/join/1';
/** The largest genesis document, in bytes. */
export const MAX_GENESIS_BYTES = 64 * 1024;
const PREFIX = utf8('impulse/join/1\0');

/** The contract's rule for handles, without the limits of what people see: [M13] judges that. */
const Handle = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}_.\- ]*[\p{L}\p{M}\p{N}]$/u);

export const Request = z.strictObject({
  invite: sized(16),
  secret: sized(32),
  handle: Handle,
  publicKey: sized(32),
  nodeName: z.string().max(60),
  /** [FJ6] The newest version of the ledger's protocol that the newcomer's release knows; absent for 1. */
  protocol: z.int().min(2).optional(),
  signature: sized(64),
});
export type Request = z.infer<typeof Request>;

export const Answer = z.union([
  z.tuple([z.literal('refused'), z.string().max(40), z.string().max(400), z.string().max(400).nullable()]),
  z.tuple([z.literal('welcome'), z.enum(ROLES), upTo(MAX_GENESIS_BYTES)]),
]);
export type Answer = z.infer<typeof Answer>;

/** [FJ2] The bytes that the newcomer signs: the whole request, bound to both ends of the connection. */
export function joinTranscript(
  community: Uint8Array,
  joiner: string,
  host: string,
  request: Omit<Request, 'signature'>,
): Uint8Array {
  const { invite, secret, handle, publicKey, nodeName, protocol } = request;
  const own = [handle, publicKey, nodeName, ...(protocol === undefined ? [] : [protocol])];
  return concatBytes(PREFIX, encodeCanonical([community, joiner, host, invite, sha256(secret), ...own]));
}
