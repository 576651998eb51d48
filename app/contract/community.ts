import * as z from 'zod';
import { base, Cid, empty, Handle, Role, Timestamp } from './common.ts';

export const CommunityName = z.string().trim().min(2, 'A name has at least 2 characters.').max(60);

export const InvitePreview = z.object({
  community: z.object({ id: Cid, name: z.string() }),
  addresses: z.array(z.string()),
  expiresAt: Timestamp.nullable(),
});

export const communityContract = {
  /** Makes a new community with this person as its sysop, with a few first boards when `boards` is true. */
  create: base
    .input(
      z.object({
        name: CommunityName,
        description: z.string().trim().max(400).default(''),
        handle: Handle,
        boards: z.boolean().default(true),
        /** What validators of the ledger may do at worst: lie, or only stop. Cannot be changed later. */
        model: z.enum(['byzantine', 'crash']).default('byzantine'),
      }),
    )
    .output(z.object({ id: Cid })),
  /** Reads an invite link without using it. */
  previewInvite: base.input(z.object({ invite: z.string().max(4000) })).output(InvitePreview),
  /** Uses an invite: dials the host, presents the one-time secret, receives genesis and membership. */
  join: base
    .input(z.object({ invite: z.string().trim().max(4000), handle: Handle }))
    .output(z.object({ id: Cid, role: Role })),
  update: base
    .input(z.object({ name: CommunityName.optional(), description: z.string().max(400).optional() }))
    .output(empty),
};
