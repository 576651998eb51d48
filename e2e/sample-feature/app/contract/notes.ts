import * as z from 'zod';
import { base, Cid, empty, Person, Timestamp } from './common.ts';

export const Note = z.object({
  id: Cid,
  author: Person,
  at: Timestamp,
  text: z.string(),
  /** Whether the ledger pinned it for everybody. */
  pinned: z.boolean(),
  /** Whether this node’s person has seen it. */
  seen: z.boolean(),
});
export type Note = z.infer<typeof Note>;

/** Notes that a sysop may set. */
export const settings = {
  schema: z.object({ maxCharacters: z.number().int().min(10).max(1000) }),
  defaults: { maxCharacters: 200 },
  perCommunity: true,
} as const;

export const contract = {
  /** Pinned notes first, then the newest. */
  list: base.input(empty).output(z.array(Note)),
  write: base.input(z.object({ text: z.string().trim().min(1).max(1000) })).output(z.object({ id: Cid })),
  pin: base.input(z.object({ id: Cid })).output(empty),
  markSeen: base.input(empty).output(empty),
};
