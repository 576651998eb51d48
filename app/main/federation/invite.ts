import * as z from 'zod';
import { fromBase64Url, toBase64Url } from '../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../kernel/canonical.ts';
import { sized } from './wire.ts';
import { problem } from './problems.ts';

const PREFIX = 'impulse://join/';
/** The longest accepted link, in characters. */
const MAX_LINK = 4000;
/** The most addresses in one link. */
const MAX_ADDRESSES = 8;

const Wire = z.strictObject({
  v: z.literal(1),
  c: sized(32),
  n: z.string().min(1).max(60),
  a: z.array(z.string().min(1).max(400)).min(1).max(MAX_ADDRESSES),
  i: sized(16),
  s: sized(32),
  e: z.int().nonnegative(),
});

/** The contents of an invite link. Anyone who has the link can use it. */
export interface InviteLink {
  /** Digest of the genesis document. */
  readonly community: Uint8Array;
  readonly name: string;
  /** The addresses of the node that issued it. */
  readonly addresses: readonly string[];
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
  readonly expiresAt: number;
}

/** The link as text; addresses beyond eight are left out. */
export function encodeInvite(invite: InviteLink): string {
  const { community, name, addresses, id, secret, expiresAt } = invite;
  const wire = {
    v: 1,
    c: community,
    n: name,
    a: addresses.slice(0, MAX_ADDRESSES),
    i: id,
    s: secret,
    e: expiresAt,
  };
  return PREFIX + toBase64Url(encodeCanonical(wire));
}

/** [FJ1] Reads a link without using it, even an expired one. Throws a Problem `invite-broken`. */
export function parseInvite(text: string): InviteLink {
  const link = text.trim();
  try {
    if (link.length > MAX_LINK || !link.startsWith(PREFIX)) throw new Error('not an invite link');
    const code = link.slice(PREFIX.length).replace(/\/$/, '');
    const { c, n, a, i, s, e } = Wire.parse(decodeCanonical(fromBase64Url(code)));
    return { community: c, name: n, addresses: a, id: i, secret: s, expiresAt: e };
  } catch (error) {
    throw problem('invite-broken', {}, { cause: error });
  }
}

/** [FJ1] Throws a Problem `invite-expired` when the link has expired. */
export function checkInviteTime(invite: InviteLink, nowMs: number): void {
  if (invite.expiresAt > nowMs) return;
  throw problem('invite-expired');
}
