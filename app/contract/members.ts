import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Did, empty, Handle, Role, Timestamp } from './common.ts';

export const Member = z.object({
  did: Did,
  handle: z.string(),
  /**
   * Height of the final block that registered the handle; 0 for the genesis document, null if not registered.
   */
  handleBlock: z.number().int().nonnegative().nullable(),
  /** Null after the role was revoked. */
  role: Role.nullable(),
  joinedAt: Timestamp,
  invitedBy: z.string().nullable(),
  posts: z.number().int(),
  lastSeenAt: Timestamp.nullable(),
  online: z.boolean(),
  banned: z
    .object({ at: Timestamp, until: Timestamp.nullable(), reason: z.string(), by: z.string() })
    .nullable(),
  isMe: z.boolean(),
});
export type Member = z.infer<typeof Member>;

export const contract = {
  list: base.input(empty).output(z.array(Member)),
  setHandle: base.input(z.object({ handle: Handle })).output(empty),
  setRole: base.input(z.object({ did: Did, role: Role })).output(empty),
  ban: base
    .input(z.object({ did: Did, reason: z.string().max(400), until: Timestamp.nullable().default(null) }))
    .output(empty),
  lift: base.input(z.object({ did: Did })).output(empty),
  changes: base.input(empty).output(eventIterator(empty)),
};
