import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Cid, Cursor, empty, page, Person, Timestamp } from './common.ts';
import { Decision, Hold } from './moderation.ts';

export const ChatLine = z.object({
  id: Cid,
  at: Timestamp,
  author: Person,
  text: z.string(),
  /** `say`: an ordinary line; `me`: an action ("* Mara waves"). */
  kind: z.enum(['say', 'me']),
  mine: z.boolean(),
  /** Why others do not see the line yet; null if they do. Only one’s own held lines are listed. */
  held: Hold.nullable(),
});
export type ChatLine = z.infer<typeof ChatLine>;

/** A person who is online. `doing` is a short phrase such as “Reading Harbour talk”. */
export const Presence = z.object({
  person: Person,
  node: z.string(),
  doing: z.string(),
  idleMs: z.number().nonnegative(),
  since: Timestamp,
  here: z.boolean(),
});
export type Presence = z.infer<typeof Presence>;

/** A visit, ended or ongoing, for the list of last callers. */
export const Caller = z.object({
  person: Person,
  node: z.string(),
  at: Timestamp,
  leftAt: Timestamp.nullable(),
});

export const contract = {
  /** Lines of the chat, newest last; the cursor pages backwards. */
  lines: base.input(Cursor).output(page(ChatLine)),
  say: base
    .input(z.object({ text: z.string().trim().min(1).max(2000), askReview: z.boolean().default(false) }))
    .output(z.object({ id: Cid, decision: Decision })),
  /** Lines as they arrive. */
  watch: base.input(empty).output(eventIterator(ChatLine)),
  online: base.input(empty).output(z.array(Presence)),
  /** The whole list at once, and again at every change. */
  watchOnline: base.input(empty).output(eventIterator(z.array(Presence))),
  callers: base
    .input(z.object({ limit: z.number().int().min(1).max(100).default(10) }))
    .output(z.array(Caller)),
  /** Reports what this person is doing and that they are active. */
  doing: base.input(z.object({ doing: z.string().max(80), idleMs: z.number().nonnegative() })).output(empty),
};
