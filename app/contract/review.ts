import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Cid, Cursor, Did, empty, page, Person, Role, Timestamp } from './common.ts';
import { Held, ModerationLabel, Verdict } from './moderation.ts';

/** A kind of items, as the feature names it that has them: `post`, `chat`. */
export const ReviewKind = z.string().min(1).max(40);
export type ReviewKind = z.infer<typeof ReviewKind>;

/** A person’s decision: show the item, hide it until someone decides otherwise, or remove it. */
export const Ruling = z.enum(['publish', 'quarantine', 'remove']);
export type Ruling = z.infer<typeof Ruling>;

/** A signed act of a person. Its id is the id of its event. */
export const ReviewAct = z.object({
  id: Cid,
  at: Timestamp,
  by: Person,
  act: z.enum(['claim', 'release', 'rule', 'undo', 'escalate', 'appeal', 'report', 'purge']),
  item: Cid,
  ruling: Ruling.nullable(),
  labels: z.array(ModerationLabel),
  note: z.string(),
  /** Whether this node follows the moderator who did it. */
  followed: z.boolean(),
  undone: z.boolean(),
});
export type ReviewAct = z.infer<typeof ReviewAct>;

export const ReviewItem = z.object({
  /** The event that holds the act. */
  id: Cid,
  kind: ReviewKind,
  board: Cid.nullable(),
  boardName: z.string().nullable(),
  thread: Cid.nullable(),
  subject: z.string().nullable(),
  author: Person,
  /** The sender that the author names if they say that they imported it, else null. */
  sourceName: z.string().nullable(),
  at: Timestamp,
  /** When the item entered the queue on this node. */
  since: Timestamp,
  /** Null after a purge. */
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
  /** Null if everyone sees the item. */
  held: Held.nullable(),
  verdict: Verdict.nullable(),
  claim: z.object({ by: Person, until: Timestamp, mine: z.boolean() }).nullable(),
  escalated: z.object({ by: Person, to: Role, note: z.string(), at: Timestamp }).nullable(),
  appeal: z.object({ text: z.string(), at: Timestamp }).nullable(),
  reports: z.array(z.object({ by: Person, note: z.string(), at: Timestamp })),
  /** The ruling in effect on this node and its author; null while only models and rules have decided. */
  ruling: z.object({ ruling: Ruling, by: Person, at: Timestamp, act: Cid }).nullable(),
  /** The override that this node’s owner set against everyone else’s rulings. */
  override: z.enum(['show', 'hide']).nullable(),
});
export type ReviewItem = z.infer<typeof ReviewItem>;

/** A message beside an item. */
const Neighbour = z.object({
  id: Cid,
  author: Person,
  sourceName: z.string().nullable(),
  at: Timestamp,
  text: z.string(),
});

export const ReviewFilter = z.object({
  /** `open`: held without a ruling, appealed, reported or escalated; `ruled`: a person has decided; `all`. */
  state: z.enum(['open', 'ruled', 'all']).default('open'),
  kinds: z.array(ReviewKind).max(20).default([]),
  held: z.array(Held).max(4).default([]),
  labels: z.array(ModerationLabel).max(8).default([]),
  board: Cid.nullable().default(null),
  author: Did.nullable().default(null),
  claimed: z.enum(['any', 'me', 'nobody']).default('any'),
  /** Only items that were appealed, reported or escalated. */
  raised: z.boolean().default(false),
  /** Words that must occur in the item. */
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

/** An author as this node knows them, shown beside the item. */
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
  /** Share of the items ruled on by both of us on which we agree; null if there are none. */
  agreement: z.number().min(0).max(1).nullable(),
});
export type Moderator = z.infer<typeof Moderator>;

/** The outcome of a purge: the bytes removed on this node, and the answer of each member’s node. */
export const PurgeReceipt = z.object({
  id: Cid,
  item: Cid,
  at: Timestamp,
  by: Person,
  reason: z.string(),
  /** Null while this node has not purged the item, or if it does not follow the moderator who asked. */
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
/** How many items succeeded, and which ones failed: bulk work never fails as a whole. */
const Done = z.object({
  acts: z.array(Cid),
  failed: z.array(z.object({ id: Cid, code: z.string(), message: z.string() })),
});

export const contract = {
  list: base.input(Cursor.extend({ filter: ReviewFilter })).output(page(ReviewItem)),
  counts: base.input(empty).output(ReviewCounts),
  /** One item with its context, oldest first, and every act on it. */
  item: base.input(z.object({ id: Cid })).output(
    z.object({
      item: ReviewItem,
      before: z.array(Neighbour).max(5),
      after: z.array(Neighbour).max(5),
      acts: z.array(ReviewAct),
    }),
  ),
  author: base.input(z.object({ did: Did })).output(AuthorHistory),
  /** Claims items for fifteen minutes, so that two people do not do the same work. */
  claim: base.input(z.object({ ids })).output(Done),
  release: base.input(z.object({ ids })).output(Done),
  rule: base
    .input(z.object({ ids, ruling: Ruling, labels: z.array(ModerationLabel).max(8).default([]), note }))
    .output(Done),
  /** Undoes rulings, escalations or claims, by the ids of their acts. */
  undo: base.input(z.object({ acts: ids })).output(Done),
  escalate: base.input(z.object({ ids, to: Role.default('sysop'), note })).output(Done),
  /** Reports something visible to the moderators. */
  report: base.input(z.object({ id: Cid, note: z.string().trim().min(1).max(400) })).output(empty),
  /** Asks the moderators to look again at something of one’s own. */
  appeal: base.input(z.object({ id: Cid, text: z.string().trim().min(1).max(2000) })).output(empty),
  /** My own messages that are not visible to everyone. */
  mine: base.input(Cursor).output(page(ReviewItem)),
  filters: base.input(empty).output(z.array(SavedFilter)),
  saveFilter: base
    .input(
      z.object({ id: z.string().optional(), name: z.string().trim().min(1).max(40), filter: ReviewFilter }),
    )
    .output(SavedFilter),
  removeFilter: base.input(z.object({ id: z.string() })).output(empty),
  /** Every act, newest first. */
  audit: base
    .input(Cursor.extend({ by: Did.nullable().default(null), item: Cid.nullable().default(null) }))
    .output(page(ReviewAct)),
  moderators: base.input(empty).output(z.array(Moderator)),
  follow: base.input(z.object({ did: Did, following: z.boolean() })).output(empty),
  /** Shows or hides something on this node only, whatever the moderators decide; null clears the override. */
  override: base.input(z.object({ id: Cid, show: z.enum(['show', 'hide']).nullable() })).output(empty),
  /** Removes the bytes permanently and asks every other node to do the same; sysops and co-sysops only. */
  purge: base.input(z.object({ id: Cid, reason: z.string().trim().min(1).max(400) })).output(PurgeReceipt),
  /** Carries out or refuses, on this node, a purge asked for by someone whom the node does not follow. */
  answerPurge: base.input(z.object({ id: Cid, answer: z.enum(['gone', 'refused']) })).output(PurgeReceipt),
  purges: base.input(Cursor).output(page(PurgeReceipt)),
  /** The counts and the changed items, at every change. */
  changes: base.input(empty).output(eventIterator(z.object({ counts: ReviewCounts, items: z.array(Cid) }))),
};
