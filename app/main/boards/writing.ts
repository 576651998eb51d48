import type * as contract from '../../contract/index.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { reaches, type Role } from '../kernel/roles.ts';
import type { Signer } from '../kernel/signer.ts';
import { bodyOf } from '../log/event.ts';
import type { Log } from '../log/log.ts';
import { picturesIn, type Gate } from '../moderation/index.ts';
import type { Finding } from './finding.ts';
import { wordsOfPost } from './items.ts';
import { boardKinds, type AttachmentRef, type PostReply, type ThreadStart } from './kinds.ts';
import { problem } from './problems.ts';
import type { BoardQueries, PostRow } from './queries.ts';
import type { Surroundings } from './surroundings.ts';

type Inputs = contract.Inputs['boards'];
type Outputs = contract.Outputs['boards'];
type Outcome = Promise<Outputs['reply']>;
interface WithFiles {
  readonly attachments: readonly string[];
}

export interface WritingInit {
  readonly log: Log;
  readonly signer: Signer;
  readonly around: Pick<Surroundings, 'me'>;
  /** Posts written here are judged before they are signed. */
  readonly gate: Pick<Gate, 'own'>;
  /** Uploaded files by id: their name, type and size for a post. */
  attachment(digest: Uint8Array): Promise<AttachmentRef>;
}

/** The acts of this node's person on boards: each is a signed event. */
export function createWriting(
  init: WritingInit,
  queries: BoardQueries,
  { boardFor, postFor, threadFor }: Finding,
) {
  const { log, signer, around } = init;
  const role = (): Role | null => around.me().role;

  const mayPost = (board: contract.Board) => {
    if (board.archived) throw problem('board-archived', { board: board.name });
    if (!reaches(role(), board.postRole)) {
      throw problem('out-of-role', { board: board.name, role: board.postRole });
    }
  };

  /** Nobody can reply or react to held posts. */
  const openPostFor = (id: string): PostRow => {
    const row = postFor(id);
    if (row.hidden !== 1) return row;
    throw problem('post-held');
  };

  const attachments = (cids: readonly string[]) =>
    Promise.all(cids.map((cid) => init.attachment(digestOf(cid))));

  /** [J13] Judges what this person wrote, then signs it. */
  const sign = async (
    kind: string,
    body: ThreadStart | PostReply,
    { askReview = false }: { askReview?: boolean | undefined },
  ): Outcome => {
    const passed = await init.gate.own({
      ...wordsOfPost(body),
      pictures: picturesIn(body.attachments),
      kind: 'post',
      board: body.board,
      askReview,
    });
    const [event] = log.appendAll(signer, passed.drafts({ kind, body }));
    return { id: cidOf(event!.id), decision: passed.decision };
  };

  return {
    create({ slug, name, description, postRole }: Required<Inputs['create']>): contract.Board {
      if (queries.bySlug(slug)) throw problem('slug-taken', { slug });
      const { id } = log.append(signer, boardKinds.create.name, { slug, name, description, postRole });
      return queries.board(id)!;
    },

    update({ id, ...fields }: Inputs['update']): contract.Board {
      const board = digestOf(boardFor(id).id);
      log.append(signer, boardKinds.update.name, { board, ...defined(fields) });
      return queries.board(board)!;
    },

    /** Throws a Problem `board-unknown`, `board-archived`, `out-of-role`, `file-unknown` or `held-back`. */
    async startThread(input: Omit<Inputs['startThread'], 'attachments'> & WithFiles): Outcome {
      const board = boardFor(input.board);
      mayPost(board);
      const body: ThreadStart = {
        board: digestOf(board.id),
        subject: input.subject,
        text: input.text,
        format: 'markdown',
        attachments: await attachments(input.attachments),
      };
      return sign(boardKinds.start.name, body, input);
    },

    /** Throws as `startThread` does, and a Problem `thread-unknown`, `thread-locked`, `post-unknown` or `post-held`. */
    async reply(input: Omit<Inputs['reply'], 'attachments'> & WithFiles): Outcome {
      const { thread } = threadFor(input.thread);
      mayPost(boardFor(thread.board));
      if (thread.locked && !reaches(role(), 'moderator')) {
        throw problem('thread-locked');
      }
      const body: PostReply = {
        board: digestOf(thread.board),
        thread: digestOf(thread.id),
        ...(input.replyTo === undefined ? {} : { replyTo: openPostFor(input.replyTo).id }),
        text: input.text,
        format: 'markdown',
        attachments: await attachments(input.attachments),
      };
      return sign(boardKinds.reply.name, body, input);
    },

    /** Throws a Problem `post-unknown`, `not-yours`, `post-deleted` or `held-back`. */
    async edit({ id, text, subject, askReview = false }: Inputs['edit']): Promise<Outputs['edit']> {
      const row = postFor(id);
      if (Buffer.compare(row.author, around.me().key) !== 0) {
        throw problem('not-yours');
      }
      if (row.deleted_seq !== null) throw problem('post-deleted');
      const original = bodyOf<ThreadStart | PostReply>(row.bytes);
      const passed = await init.gate.own({
        ...wordsOfPost({ ...original, text, ...defined({ subject }) }),
        kind: 'post',
        board: row.board_id,
        askReview,
      });
      const body = { post: row.id, text, ...defined({ subject }) };
      log.appendAll(signer, passed.drafts({ kind: boardKinds.edit.name, body }, row.id));
      return { decision: passed.decision };
    },

    delete({ id, reason }: { id: string; reason: string }): void {
      const row = postFor(id);
      const mine = Buffer.compare(row.author, around.me().key) === 0;
      log.append(signer, mine ? boardKinds.delete.name : boardKinds.remove.name, { post: row.id, reason });
    },

    react({ id, emoji, on }: Inputs['react']): void {
      log.append(signer, boardKinds.react.name, { post: openPostFor(id).id, emoji, on });
    },

    markThread({ id, pinned, locked }: Inputs['markThread']): void {
      const { thread } = threadFor(id);
      log.append(signer, boardKinds.mark.name, {
        thread: digestOf(thread.id),
        ...defined({ pinned, locked }),
      });
    },
  };
}

/** Canonical encoding has no undefined: omitted fields stay omitted. */
function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
