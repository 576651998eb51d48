import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { MAX_BOARD_DESCRIPTION_CHARS, MAX_BOARD_NAME_CHARS, Slug } from './board-fields.ts';
import { base, Cid, Cursor, Did, empty, Finality, page, Person, Role, Timestamp } from './common.ts';
import { Decision, Hold } from './moderation.ts';

export { Slug };

export const Board = z.object({
  id: Cid,
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  /** The lowest role that may post here. */
  postRole: Role,
  archived: z.boolean(),
  threads: z.number().int(),
  posts: z.number().int(),
  unread: z.number().int(),
  lastActivityAt: Timestamp.nullable(),
});
export type Board = z.infer<typeof Board>;

/** The source of an imported post, as its author claims it. Only the sender’s display name is kept, never the address. */
export const PostSource = z.object({ name: z.string(), date: Timestamp, messageId: z.string() });

export const Thread = z.object({
  id: Cid,
  board: Cid,
  boardName: z.string(),
  subject: z.string(),
  author: Person,
  /** The sender that the author names if they say that they imported it, else null. Show it only beside the author. */
  sourceName: z.string().nullable(),
  replies: z.number().int(),
  unread: z.number().int(),
  createdAt: Timestamp,
  lastActivityAt: Timestamp,
  /** The person who signed the newest post, and the sender that they name if it is imported. */
  lastAuthor: z.string(),
  lastSourceName: z.string().nullable(),
  pinned: z.boolean(),
  locked: z.boolean(),
  finality: Finality,
  /** Why the first post is held back; null if everyone sees it. */
  held: Hold.nullable(),
});
export type Thread = z.infer<typeof Thread>;

export const Attachment = z.object({
  cid: Cid,
  name: z.string(),
  type: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  /** Whether all chunks are on this node; otherwise the file is fetched from peers on demand. */
  here: z.boolean(),
});
export type Attachment = z.infer<typeof Attachment>;

export const Reaction = z.object({ emoji: z.string(), count: z.number().int(), mine: z.boolean() });

export const Post = z.object({
  id: Cid,
  thread: Cid,
  board: Cid,
  /** The post that this one replies to, or null for the first post of a thread. */
  replyTo: Cid.nullable(),
  author: Person,
  createdAt: Timestamp,
  editedAt: Timestamp.nullable(),
  edits: z.number().int(),
  subject: z.string().nullable(),
  /** Null if deleted. */
  text: z.string().nullable(),
  /**
   * `markdown`: written on a node; `plain`: imported text with its quotes and line ends, may hold ANSI colour
   * codes.
   */
  format: z.enum(['markdown', 'plain']),
  deleted: z.object({ by: Person, at: Timestamp, reason: z.string() }).nullable(),
  reactions: z.array(Reaction),
  attachments: z.array(Attachment),
  source: PostSource.nullable(),
  finality: Finality,
  unread: z.boolean(),
  /** Why the post is held back; null if everyone sees it. `text` is null for those who may not see it. */
  held: Hold.nullable(),
  /** The acts that this node’s person is allowed on the post. */
  may: z.object({ edit: z.boolean(), delete: z.boolean(), reply: z.boolean(), react: z.boolean() }),
});
export type Post = z.infer<typeof Post>;

export const Revision = z.object({
  at: Timestamp,
  by: Person,
  subject: z.string().nullable(),
  text: z.string(),
});

export const SearchHit = z.object({
  post: Cid,
  thread: Cid,
  board: Cid,
  boardName: z.string(),
  subject: z.string(),
  /** The person who signed it, and the sender that they name if it is imported. */
  author: z.string(),
  sourceName: z.string().nullable(),
  createdAt: Timestamp,
  /** Plain text around the match; `marks` are [start, end) offsets into it in UTF-16 units. */
  snippet: z.string(),
  marks: z.array(z.tuple([z.number().int(), z.number().int()])),
});
export type SearchHit = z.infer<typeof SearchHit>;

/** The part that changed, so that a view can refetch only that. */
export const BoardsChange = z.object({
  boards: z.array(Cid),
  threads: z.array(Cid),
  /** New posts; older posts that history sync fills in do not count. */
  newPosts: z.number().int(),
});
export type BoardsChange = z.infer<typeof BoardsChange>;

/**
 * The result of writing something: its id, and whether it waits for a moderator. Text that would be hidden at
 * once is not signed unless `askReview` requests a review; it fails with `held-back`.
 */
const Written = z.object({ id: Cid, decision: Decision });
const askReview = z.boolean().default(false);

const text = z
  .string()
  .min(1, 'Write something first.')
  .max(64_000, 'A post holds at most 64,000 characters.');
const subject = z.string().trim().min(1, 'A thread needs a subject.').max(200);

export const contract = {
  list: base.input(empty).output(z.array(Board)),
  create: base
    .input(
      z.object({
        slug: Slug,
        name: z.string().trim().min(1).max(MAX_BOARD_NAME_CHARS),
        description: z.string().max(MAX_BOARD_DESCRIPTION_CHARS).default(''),
        postRole: Role.default('member'),
      }),
    )
    .output(Board),
  update: base
    .input(
      z.object({
        id: Cid,
        name: z.string().trim().min(1).max(MAX_BOARD_NAME_CHARS).optional(),
        description: z.string().max(MAX_BOARD_DESCRIPTION_CHARS).optional(),
        postRole: Role.optional(),
        archived: z.boolean().optional(),
      }),
    )
    .output(Board),
  /**
   * Threads of one board, or of all boards if `board` is omitted; latest activity first, pinned threads on
   * top.
   */
  threads: base
    .input(Cursor.extend({ board: Cid.optional(), unreadOnly: z.boolean().default(false) }))
    .output(page(Thread)),
  /** A page of a thread’s posts, oldest first. `around` opens the page that holds that post. */
  thread: base
    .input(Cursor.extend({ id: Cid, around: Cid.optional() }))
    .output(z.object({ thread: Thread, posts: page(Post), offset: z.number().int() })),
  /** Resolves a permalink. */
  post: base.input(z.object({ id: Cid })).output(Post),
  startThread: base
    .input(z.object({ board: Cid, subject, text, attachments: z.array(Cid).max(16).default([]), askReview }))
    .output(Written),
  reply: base
    .input(
      z.object({
        thread: Cid,
        replyTo: Cid.optional(),
        text,
        attachments: z.array(Cid).max(16).default([]),
        askReview,
      }),
    )
    .output(Written),
  edit: base
    .input(z.object({ id: Cid, text, subject: subject.optional(), askReview }))
    .output(z.object({ decision: Decision })),
  history: base.input(z.object({ id: Cid })).output(z.array(Revision)),
  delete: base
    .input(z.object({ id: Cid, reason: z.string().max(MAX_BOARD_DESCRIPTION_CHARS).default('') }))
    .output(empty),
  react: base.input(z.object({ id: Cid, emoji: z.string().min(1).max(16), on: z.boolean() })).output(empty),
  /** Pins or locks a thread; moderators and above. */
  markThread: base
    .input(z.object({ id: Cid, pinned: z.boolean().optional(), locked: z.boolean().optional() }))
    .output(empty),
  /** Marks a thread, a board, or everything as read up to the present. */
  markRead: base.input(z.object({ thread: Cid.optional(), board: Cid.optional() })).output(empty),
  search: base
    .input(
      Cursor.extend({
        query: z.string().trim().min(1).max(200),
        board: Cid.optional(),
        author: Did.optional(),
      }),
    )
    .output(page(SearchHit)),
  changes: base.input(empty).output(eventIterator(BoardsChange)),
};
