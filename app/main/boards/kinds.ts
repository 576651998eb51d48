import * as z from 'zod';
import { ROLES } from '../kernel/roles.ts';
import type { Kind } from '../log/kinds.ts';

const Id: z.ZodType<Uint8Array> = z.instanceof(Uint8Array).refine((bytes) => bytes.length === 32);
export const MAX_TEXT = 64_000;
const Text = z.string().max(MAX_TEXT);
const Subject = z.string().min(1).max(200);

export const AttachmentRef = z.strictObject({
  cid: Id,
  name: z.string().min(1).max(120),
  type: z.string().max(100),
  size: z.int().nonnegative(),
});
export type AttachmentRef = z.infer<typeof AttachmentRef>;

const Source = z.strictObject({
  name: z.string().max(200),
  date: z.int().nonnegative(),
  messageId: z.string().max(1000),
});

const written = {
  text: Text,
  format: z.enum(['markdown', 'plain']),
  attachments: z.array(AttachmentRef).max(16),
  source: Source.optional(),
};

export const BoardCreate = z.strictObject({
  slug: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/),
  name: z.string().min(1).max(60),
  description: z.string().max(400),
  postRole: z.enum(ROLES),
});
export const BoardUpdate = z.strictObject({
  board: Id,
  name: z.string().min(1).max(60).optional(),
  description: z.string().max(400).optional(),
  postRole: z.enum(ROLES).optional(),
  archived: z.boolean().optional(),
});
export const ThreadStart = z.strictObject({ board: Id, subject: Subject, ...written });
export const PostReply = z.strictObject({
  board: Id,
  thread: Id,
  replyTo: Id.optional(),
  subject: Subject.optional(),
  ...written,
});
export const PostEdit = z.strictObject({ post: Id, text: Text, subject: Subject.optional() });
export const PostDelete = z.strictObject({ post: Id, reason: z.string().max(400) });
export const PostReact = z.strictObject({ post: Id, emoji: z.string().min(1).max(16), on: z.boolean() });
export const ThreadMark = z.strictObject({
  thread: Id,
  pinned: z.boolean().optional(),
  locked: z.boolean().optional(),
});

export type ThreadStart = z.infer<typeof ThreadStart>;
export type PostReply = z.infer<typeof PostReply>;

/** A redacted post keeps its format and its dates, by which it is ordered. */
function wordless({ format, source }: Pick<PostReply, 'format' | 'source'>) {
  return {
    text: '',
    format,
    attachments: [],
    ...(source === undefined ? {} : { source: { name: '', date: source.date, messageId: '' } }),
  };
}

/** All event kinds of boards. */
export const boardKinds = {
  create: { name: 'board.create', stratum: 'authority', body: BoardCreate, leastRole: 'co-sysop' },
  update: { name: 'board.update', stratum: 'authority', body: BoardUpdate, leastRole: 'co-sysop' },
  start: {
    name: 'thread.start',
    stratum: 'content',
    body: ThreadStart,
    leastRole: 'member',
    redacted: (body) => {
      const { board, ...post } = body as ThreadStart;
      return { board, subject: '…', ...wordless(post) } satisfies ThreadStart;
    },
  },
  reply: {
    name: 'post.reply',
    stratum: 'content',
    body: PostReply,
    leastRole: 'member',
    redacted: (body) => {
      const { board, thread, replyTo, ...post } = body as PostReply;
      return {
        board,
        thread,
        ...(replyTo === undefined ? {} : { replyTo }),
        ...wordless(post),
      } satisfies PostReply;
    },
  },
  edit: {
    name: 'post.edit',
    stratum: 'content',
    body: PostEdit,
    leastRole: 'member',
    redacted: (body) => ({ post: (body as z.infer<typeof PostEdit>).post, text: '' }),
  },
  delete: { name: 'post.delete', stratum: 'content', body: PostDelete, leastRole: 'member' },
  remove: { name: 'post.remove', stratum: 'content', body: PostDelete, leastRole: 'moderator' },
  react: { name: 'post.react', stratum: 'content', body: PostReact, leastRole: 'member' },
  mark: { name: 'thread.mark', stratum: 'content', body: ThreadMark, leastRole: 'moderator' },
} as const satisfies Record<string, Kind>;
