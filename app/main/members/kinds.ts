import * as z from 'zod';
import type { Kind } from '../log/kinds.ts';
import { ROLES } from '../kernel/roles.ts';

const Key: z.ZodType<Uint8Array> = z.instanceof(Uint8Array).refine((bytes) => bytes.length === 32);
const Handle = z.string().min(1).max(32);

export const Admit = z.strictObject({ member: Key, handle: Handle, role: z.enum(ROLES) });
export const SetRole = z.strictObject({ member: Key, role: z.enum(ROLES) });
export const Ban = z.strictObject({ member: Key, reason: z.string().max(400), until: z.int().nullable() });
export const Lift = z.strictObject({ member: Key });
export const Rename = z.strictObject({ handle: Handle });

const about =
  <T extends { member: Uint8Array }>() =>
  (body: unknown) =>
    (body as T).member;

/** Events that decide who belongs here and what they may do. */
export const memberKinds = {
  admit: {
    name: 'member.admit',
    stratum: 'authority',
    body: Admit,
    leastRole: 'moderator',
    subject: about(),
  },
  role: {
    name: 'member.role',
    stratum: 'authority',
    body: SetRole,
    leastRole: 'moderator',
    subject: about(),
  },
  ban: { name: 'member.ban', stratum: 'authority', body: Ban, leastRole: 'moderator', subject: about() },
  lift: { name: 'member.lift', stratum: 'authority', body: Lift, leastRole: 'moderator', subject: about() },
  rename: { name: 'member.rename', stratum: 'authority', body: Rename, leastRole: 'guest' },
} as const satisfies Record<string, Kind>;
