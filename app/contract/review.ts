import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Cid, Cursor, Did, empty, page, Person, Role, Timestamp } from './common.ts';
import { Held, ModerationLabel, Verdict } from './moderation.ts';

/** A kind of items, as the feature names it that has them: `post`, `chat`. */
export const ReviewKind = z.string().min(1).max(40);
export type ReviewKind = z.infer<typeof ReviewKind>;

/** What a person decides: show it, hide it until somebody says otherwise, or take it away. */
export const Ruling = z.enum(['publish', 'quarantine', 'remove']);
export type Ruling = z.infer<typeof Ruling>;

/** A signed act of a person. Its id is that of the event that says so. */
export const ReviewAct = z.object({
  id: Cid,
  at: Timestamp,
  by: Person,
  act: z.enum(['claim', 'release', 'rule', 'undo', 'escalate', 'appeal', 'report', 'purge']),
  item: Cid,
  ruling: Ruling.nullable(),
  labels: z.array(ModerationLabel),
  note: z.string(),
  /** Whether this node heeds it: its person follows that moderator. */
  followed: z.boolean(),
  undone: z.boolean(),
});
export type ReviewAct = z.infer<typeof ReviewAct>;

export const ReviewItem = z.object({
  /** The event that said it. */
  id: Cid,
  kind: ReviewKind,
  board: Cid.nullable(),
  boardName: z.string().nullable(),
  thread: Cid.nullable(),
  subject: z.string().nullable(),
  author: Person,
  at: Timestamp,
  /** When it came into the queue here. */
  since: Timestamp,
  /** Null once it is purged. */
  text: z.string().nullable(),
  format: z.enum(['markdown', 'plain']),
  media: z.array(
    z.object({
      cid: Cid,
      name: z.string(),
      type: z.string(),
      sizeBytes: z.number().int(),
      here: z.boolean(),
      nsfw: z.number().min(0).max(1).nullable(),
    }),
  ),
  /** Null when it is shown. */
  held: Held.nullable(),
  verdict: Verdict.nullable(),
  claim: z.object({ by: Person, until: Timestamp, mine: z.boolean() }).nullable(),
  escalated: z.object({ by: Person, to: Role, note: z.string(), at: Timestamp }).nullable(),
  appeal: z.object({ text: z.string(), at: Timestamp }).nullable(),
  reports: z.array(z.object({ by: Person, note: z.string(), at: Timestamp })),
  /** The ruling in effect here, and whose; null while models and rules decide. */
  ruling: z.object({ ruling: Ruling, by: Person, at: Timestamp, act: Cid }).nullable(),
  /** What this node's person set against everybody else's rulings. */
  override: z.enum(['show', 'hide']).nullable(),
});
export type ReviewItem = z.infer<typeof ReviewItem>;

export const ReviewFilter = z.object({
  /** `open`: held and not ruled on, appealed, reported or escalated; `ruled`: people decided; `all`. */
  state: z.enum(['open', 'ruled', 'all']).default('open'),
  kinds: z.array(ReviewKind).max(20).default([]),
  held: z.array(Held).max(4).default([]),
  labels: z.array(ModerationLabel).max(8).default([]),
  board: Cid.nullable().default(null),
  author: Did.nullable().default(null),
  claimed: z.enum(['any', 'me', 'nobody']).default('any'),
  /** Only what was appealed, reported or escalated. */
  raised: z.boolean().default(false),
  /** Words that must occur. */
  words: z.string().max(200).default(''),
  order: z.enum(['oldest', 'newest', 'worst']).default('oldest'),
});
export type ReviewFilter = z.infer<typeof ReviewFilter>;

export const SavedFilter = z.object({ id: z.string(), name: z.string(), filter: ReviewFilter });
export type SavedFilter = z.infer<typeof SavedFilter>;

export const ReviewCounts = z.object({
  open: z.number().int().nonnegative(),
  mine: z.number().int().nonnegative(),
  raised: z.number().int().nonnegative(),
  quarantined: z.number().int().nonnegative(),
  waiting: z.number().int().nonnegative(),
});
export type ReviewCounts = z.infer<typeof ReviewCounts>;

/** What is known here of an author, beside the item. */
export const AuthorHistory = z.object({
  author: Person,
  joinedAt: Timestamp.nullable(),
  messages: z.number().int(),
  held: z.number().int(),
  removed: z.number().int(),
  published: z.number().int(),
  banned: z.boolean(),
  latest: z.array(ReviewItem).max(20),
});
export type AuthorHistory = z.infer<typeof AuthorHistory>;

export const Moderator = z.object({
  person: Person,
  isMe: z.boolean(),
  following: z.boolean(),
  rulings: z.number().int(),
  undone: z.number().int(),
  /** Of the items that I ruled on too, the share on which we agree; null without one. */
  agreement: z.number().min(0).max(1).nullable(),
});
export type Moderator = z.infer<typeof Moderator>;

/** What became of a purge: bytes gone here, and what each member's node answered. */
export const PurgeReceipt = z.object({
  id: Cid,
  item: Cid,
  at: Timestamp,
  by: Person,
  reason: z.string(),
  /** Null while this node has not done it, or does not follow. */
  here: z
    .object({ bytes: z.number().int().nonnegative(), files: z.number().int(), at: Timestamp })
    .nullable(),
  answers: z.array(
    z.object({ who: Person, answer: z.enum(['gone', 'refused', 'silent']), at: Timestamp.nullable() }),
  ),
});
export type PurgeReceipt = z.infer<typeof PurgeReceipt>;

const ids = z.array(Cid).min(1).max(1000);
const note = z.string().trim().max(400).default('');
/** What was done to how many, and which could not be: bulk work never fails as a whole. */
const Done = z.object({
  acts: z.array(Cid),
  failed: z.array(z.object({ id: Cid, code: z.string(), message: z.string() })),
});

export const reviewContract = {
  list: base.input(Cursor.extend({ filter: ReviewFilter })).output(page(ReviewItem)),
  counts: base.input(empty).output(ReviewCounts),
  /** One item with what was said around it, oldest first, and every act on it. */
  item: base.input(z.object({ id: Cid })).output(
    z.object({
      item: ReviewItem,
      before: z.array(z.object({ id: Cid, author: Person, at: Timestamp, text: z.string() })).max(5),
      after: z.array(z.object({ id: Cid, author: Person, at: Timestamp, text: z.string() })).max(5),
      acts: z.array(ReviewAct),
    }),
  ),
  author: base.input(z.object({ did: Did })).output(AuthorHistory),
  /** Takes items on for a quarter of an hour, so that two people do not do the same work. */
  claim: base.input(z.object({ ids })).output(Done),
  release: base.input(z.object({ ids })).output(Done),
  rule: base
    .input(z.object({ ids, ruling: Ruling, labels: z.array(ModerationLabel).max(8).default([]), note }))
    .output(Done),
  /** Takes rulings, escalations or claims back, by the ids of their acts. */
  undo: base.input(z.object({ acts: ids })).output(Done),
  escalate: base.input(z.object({ ids, to: Role.default('sysop'), note })).output(Done),
  /** Tells moderators about something that is shown. */
  report: base.input(z.object({ id: Cid, note: z.string().trim().min(1).max(400) })).output(empty),
  /** Asks for another look at something of one's own. */
  appeal: base.input(z.object({ id: Cid, text: z.string().trim().min(1).max(2000) })).output(empty),
  /** What I wrote that is not shown to everybody. */
  mine: base.input(Cursor).output(page(ReviewItem)),
  filters: base.input(empty).output(z.array(SavedFilter)),
  saveFilter: base
    .input(
      z.object({ id: z.string().optional(), name: z.string().trim().min(1).max(40), filter: ReviewFilter }),
    )
    .output(SavedFilter),
  removeFilter: base.input(z.object({ id: z.string() })).output(empty),
  /** Every act, the newest first. */
  audit: base
    .input(Cursor.extend({ by: Did.nullable().default(null), item: Cid.nullable().default(null) }))
    .output(page(ReviewAct)),
  moderators: base.input(empty).output(z.array(Moderator)),
  follow: base.input(z.object({ did: Did, following: z.boolean() })).output(empty),
  /** Shows or hides something on this node alone, whatever moderators say; null takes that back. */
  override: base.input(z.object({ id: Cid, show: z.enum(['show', 'hide']).nullable() })).output(empty),
  /** Removes the bytes for good and asks every node to; sysops and co-sysops. */
  purge: base.input(z.object({ id: Cid, reason: z.string().trim().min(1).max(400) })).output(PurgeReceipt),
  /** Does, or refuses, on this node what somebody whom it does not follow asked for. */
  answerPurge: base.input(z.object({ id: Cid, answer: z.enum(['gone', 'refused']) })).output(PurgeReceipt),
  purges: base.input(Cursor).output(page(PurgeReceipt)),
  /** Counts and the items that changed, as they change. */
  changes: base.input(empty).output(eventIterator(z.object({ counts: ReviewCounts, items: z.array(Cid) }))),
};
