import type * as contract from '../../contract/index.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import type { Logger } from '../kernel/logger.ts';
import { reaches, type Role } from '../kernel/roles.ts';
import type { Signer } from '../kernel/signer.ts';
import { bodyOf } from '../log/event.ts';
import type { Committed, Log } from '../log/log.ts';
import { picturesIn, type Gate, type HoldChange } from '../moderation/index.ts';
import { Changes, MAX_TOLD_THREADS } from './changes.ts';
import { boardKinds, type AttachmentRef, type PostReply, type ThreadStart } from './kinds.ts';
import { wordsOfPost } from './items.ts';
import { BoardQueries, numbers, type PostRow, type Surroundings } from './queries.ts';
import { SearchScrub } from './search-scrub.ts';
import { SearchIndex, snippetOf, wordsOf } from './search.ts';
import { createUpkeep } from './upkeep.ts';
import { problem } from './problems.ts';

/** Posts taken into the search index at a time: a few milliseconds of work. */
const INDEX_SLICE = 250;
/** The same when a caller waits for all posts. */
const INDEX_BULK = 5000;

export interface BoardsInit {
  readonly db: Database;
  readonly log: Log;
  readonly clock: Clock;
  readonly signer: Signer;
  readonly logger: Logger;
  readonly around: Surroundings;
  /** Ticks of joining. */
  readonly since: number;
  /** Posts written here are judged before they are signed. */
  readonly gate: Pick<Gate, 'own'>;
  /** Uploaded files by id: their name, type and size for a post. */
  attachment(digest: Uint8Array): Promise<AttachmentRef>;
}

type Inputs = contract.Inputs['boards'];
type Outputs = contract.Outputs['boards'];
type Outcome = Promise<Outputs['reply']>;
interface WithFiles {
  readonly attachments: readonly string[];
}
export type Boards = ReturnType<typeof createBoards>;

/** Boards, threads and posts for the console: reads pages, writes events, reports changes. */
export function createBoards(init: BoardsInit) {
  const { db, log, clock, signer, around } = init;
  const queries = new BoardQueries(db, around, init.since);
  const search = new SearchIndex(db);
  const changes = new Changes(clock);
  let stopListening = () => {};

  const upkeep = createUpkeep({
    clock,
    logger: init.logger,
    step: () => {
      queries.counters.catchUp();
      return search.index(INDEX_SLICE) === INDEX_SLICE;
    },
  });

  const onCommit = (batch: readonly Committed[]) => {
    let posts = false;
    for (const { event, origin } of batch) {
      const body = event.body as { board?: Uint8Array; thread?: Uint8Array; post?: Uint8Array };
      if (event.kind === boardKinds.start.name || event.kind === boardKinds.reply.name) {
        posts = true;
        // Posts by others are reported once they have passed the gate.
        if (origin === 'own')
          changes.note({ board: body.board!, thread: body.thread ?? event.id, newPost: true });
      } else if (event.kind === boardKinds.create.name) {
        changes.note({ board: event.id });
      } else if (event.kind === boardKinds.update.name) {
        changes.note({ board: body.board! });
      } else if (event.kind === boardKinds.mark.name) {
        changes.note({ thread: body.thread! });
      } else if (body.post && event.kind.startsWith('post.')) {
        posts = true;
        const row = queries.row(body.post);
        if (row) changes.note({ board: row.board_id, thread: row.thread_id });
      }
    }
    if (posts) upkeep.soon();
  };

  /** [S10] A final block lists these events: the finality of posts among them changed. */
  const certified = (ids: readonly Uint8Array[]) => {
    // For an import, whose blocks list thousands, looking up each would delay the chain.
    for (const place of queries.placesOf(ids.slice(0, MAX_TOLD_THREADS))) changes.note(place);
  };

  const onHolds = (held: readonly HoldChange[]) => {
    for (const { n, shown, live } of held) {
      const place = queries.placeByRow(n);
      if (place) changes.note({ ...place, newPost: shown && live });
    }
  };

  const role = (): Role | null => around.me().role;

  const boardFor = (id: string) => {
    const board = queries.board(digestOf(id));
    if (!board) throw problem('board-unknown');
    return board;
  };

  const postFor = (id: string): PostRow => {
    const row = queries.row(digestOf(id));
    if (!row) throw problem('post-unknown');
    return row;
  };

  const threadFor = (id: string) => {
    const found = queries.thread(digestOf(id));
    if (!found) throw problem('thread-unknown');
    return found;
  };

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
    start(): void {
      stopListening = log.onCommit(onCommit);
      upkeep.soon();
    },

    stop(): void {
      stopListening();
      upkeep.stop();
    },

    certified,

    /** Removes deleted words from the search index, one step per call; returns true when done. */
    searchScrub(): () => boolean {
      const scrub = new SearchScrub(db);
      return () => scrub.step();
    },

    /** Posts were shown or hidden. */
    holdsChanged: onHolds,

    list: (): Outputs['list'] => queries.boards(),
    bySlug: (slug: string) => queries.bySlug(slug),
    counts: () => queries.counters.totals(clock.now()),
    hours: () => queries.counters.hours(clock.now()),

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

    threads: ({
      board,
      ...rest
    }: {
      board?: string | undefined;
      unreadOnly: boolean;
      cursor?: string | undefined;
      limit: number;
    }): Outputs['threads'] =>
      queries.threads({
        board: board === undefined ? null : digestOf(board),
        unreadOnly: rest.unreadOnly,
        cursor: rest.cursor,
        limit: rest.limit,
      }),

    thread({
      id,
      around: near,
      cursor,
      limit,
    }: {
      id: string;
      around?: string | undefined;
      cursor?: string | undefined;
      limit: number;
    }): Outputs['thread'] {
      const { thread, n, posts } = threadFor(id);
      const place = near === undefined ? numbers(cursor ?? '0', 1)[0]! : queries.placeOf(postFor(near));
      const offset = near === undefined ? Math.max(0, place) : Math.floor(place / limit) * limit;
      const items = queries.posts(n, offset, limit);
      const end = offset + items.length;
      return { thread, offset, posts: { items, next: end < posts ? String(end) : null, total: posts } };
    },

    post: ({ id }: { id: string }): contract.Post => queries.post(postFor(id).id)!,

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

    history: ({ id }: Inputs['history']): Outputs['history'] => queries.history(postFor(id)),

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

    /** Marks as read on this node only; nothing is sent. */
    markRead({ thread, board }: Inputs['markRead']): void {
      const where =
        thread !== undefined
          ? 'id = ?'
          : board !== undefined
            ? 'board = (SELECT n FROM board WHERE id = ?)'
            : '? IS NULL';
      const target = thread ?? board;
      const upto = log.store.latestTime();
      const id = target === undefined ? null : digestOf(target);
      db.transaction(() => {
        queries.counters.catchUp();
        db.prepare(
          `INSERT OR REPLACE INTO local_read (thread_id, upto) SELECT id, ? FROM thread WHERE unread > 0 AND ${where}`,
        ).run(upto, id);
        db.prepare(`UPDATE thread SET unread = 0, read_upto = ? WHERE unread > 0 AND ${where}`).run(upto, id);
        db.exec(
          'UPDATE board SET unread = (SELECT COALESCE(SUM(unread), 0) FROM thread WHERE thread.board = board.n)',
        );
      });
      for (const { id: changed } of queries.boards()) changes.note({ board: digestOf(changed) });
      changes.note(thread === undefined ? {} : { thread: digestOf(thread) });
    },

    search({
      query,
      board,
      author,
      cursor,
      limit,
    }: {
      query: string;
      board?: string | undefined;
      author?: Uint8Array | undefined;
      cursor?: string | undefined;
      limit: number;
    }): Outputs['search'] {
      search.index(INDEX_SLICE);
      const words = wordsOf(query);
      if (words.length === 0) return { items: [], next: null, total: null };
      const filter = {
        words,
        board: board === undefined ? null : boardFor(board).n,
        author: author === undefined ? null : log.store.authorOf(author),
      };
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : numbers(cursor, 1)[0]!;
      const found = search.find(filter, before, limit + 1);
      const items = found.slice(0, limit).flatMap((n) => {
        const post = queries.postByRow(n);
        return post ? [hitOf(post, words)] : [];
      });
      return { items, next: found.length > limit ? String(found[limit - 1]) : null, total: null };
    },

    /** Brings the index up to date; for imports and tests. */
    indexAll(): void {
      while (search.index(INDEX_BULK) === INDEX_BULK);
    },

    onChange: (listener: (change: contract.BoardsChange) => void) => changes.onChange(listener),
  };

  function hitOf(row: PostRow, words: readonly string[]): contract.SearchHit {
    const { subject, boardName } = queries.headingOf(row);
    const original = bodyOf<Partial<Pick<ThreadStart, 'subject'>> & Omit<ThreadStart, 'subject'>>(row.bytes);
    const { text } =
      row.text_seq === row.n ? original : bodyOf<{ text: string }>(log.store.bytesAt(row.text_seq));
    return {
      post: cidOf(row.id),
      thread: cidOf(row.thread_id),
      board: cidOf(row.board_id),
      boardName,
      subject: subject || original.subject || '…',
      author: original.source?.name ?? around.person(row.author).handle,
      createdAt: row.at,
      ...snippetOf(text, words),
    };
  }
}

/** Canonical encoding has no undefined: omitted fields stay omitted. */
function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
