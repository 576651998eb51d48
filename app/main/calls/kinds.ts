import * as z from 'zod';
import { ROLES } from '../kernel/roles.ts';
import type { Kind } from '../log/kinds.ts';

const Bytes32: z.ZodType<Uint8Array> = z.instanceof(Uint8Array).refine((bytes) => bytes.length === 32);
export const MAX_TITLE = 80;

/** [CA2] Who may enter a room, and what they may do in it. */
const Rules = z.strictObject({
  access: z.enum(['everyone', 'role', 'invited']),
  leastRole: z.enum(ROLES),
  /** Keys of persons. */
  invited: z.array(Bytes32).max(100),
  waitingRoom: z.boolean(),
  shareRole: z.enum(ROLES),
  audioOnly: z.boolean(),
  encrypted: z.boolean(),
});
export type Rules = z.infer<typeof Rules>;

/** Milliseconds since the epoch; null for a room without a time. */
const StartsAt = z.int().nonnegative().nullable();

export const CallOpen = z.strictObject({
  title: z.string().min(1).max(MAX_TITLE),
  board: Bytes32.nullable(),
  rules: Rules,
  startsAt: StartsAt,
});
export type CallOpen = z.infer<typeof CallOpen>;

const CallChange = z.strictObject({ room: Bytes32, rules: Rules, startsAt: StartsAt });
export type CallChange = z.infer<typeof CallChange>;

const CallEnd = z.strictObject({ room: Bytes32 });
export type CallEnd = z.infer<typeof CallEnd>;

const Bytes16: z.ZodType<Uint8Array> = z.instanceof(Uint8Array).refine((bytes) => bytes.length === 16);

/** [CR3] */
export const CallConsent = z.strictObject({ room: Bytes32, recording: Bytes16, given: z.boolean() });
export type CallConsent = z.infer<typeof CallConsent>;

/** [CA1] */
export const callKinds = {
  open: {
    name: 'call.open',
    stratum: 'content',
    body: CallOpen,
    leastRole: 'member',
    redacted: (body) => ({ ...(body as CallOpen), title: '…' }) satisfies CallOpen,
  },
  change: { name: 'call.change', stratum: 'content', body: CallChange, leastRole: 'member' },
  close: { name: 'call.close', stratum: 'content', body: CallEnd, leastRole: 'member' },
  remove: { name: 'call.remove', stratum: 'content', body: CallEnd, leastRole: 'moderator' },
  consent: { name: 'call.consent', stratum: 'content', body: CallConsent, leastRole: 'guest' },
} as const satisfies Record<string, Kind>;
