import { compareBytes, toHex } from '../kernel/bytes.ts';
import type { Database } from '../kernel/database.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import { sha256 } from '../kernel/sha256.ts';
import { bodyOf, type LogEvent } from '../log/event.ts';
import type { Projection } from '../log/kinds.ts';
import type * as z from 'zod';
import {
  boardKinds,
  type BoardUpdate,
  type PostDelete,
  type PostReact,
  type PostReply,
  type ThreadMark,
  type ThreadStart,
} from './kinds.ts';
import { BoardFold } from './board-fold.ts';
import { Counters, type Reader } from './counters.ts';
import { ThreadMarks } from './thread-marks.ts';

/** The most posts that are left to the next reader to count: a few milliseconds of work. */
const UNCOUNTED = 500;

/** Posts that this node alone holds back count in the state digest as if they were shown [L13]. */
const HELD = `WITH held AS MATERIALIZED (SELECT p.thread, COUNT(*) AS posts, MAX(p.at) AS at FROM held_item h
  JOIN post p ON p.n = h.n WHERE h.hidden = 1 AND p.deleted_seq IS NULL GROUP BY p.thread)`;

interface ThreadPlace {
  readonly n: number;
  board: number;
}

interface PostRow {
  n: number;
  thread: number;
  author: number;
  at: number;
  time: number;
  text_seq: number;
  edits: number;
  deleted_seq: number | null;
}

/** A short hash by which an imported message is recognised. */
export function messageKey(messageId: string): Uint8Array {
  return sha256(Buffer.from(messageId)).subarray(0, 16);
}

/**
 * Boards, threads and posts as tables. Every row is a function of the set of events, whatever their order:
 * replies may arrive before their thread, edits before their post [B1].
 */
export class BoardsProjection implements Projection {
  readonly kinds = Object.values(boardKinds);
  readonly #db: Database;
  readonly #counters: Counters;
  readonly #boards: BoardFold;
  readonly #marks: ThreadMarks;
  /** Threads seen in this transaction, by hexadecimal id. */
  readonly #threads = new Map<string, ThreadPlace>();
  /** Posts stored in this transaction, and in all since the last were counted here. */
  #stored = 0;
  #uncounted = 0;
  readonly #bytesAt: (seq: number) => Uint8Array;
  readonly #authorOf: (key: Uint8Array) => number;
  readonly #sql;

  constructor(
    db: Database,
    reader: Reader,
    log: { bytesAt(seq: number): Uint8Array; authorOf(key: Uint8Array): number },
  ) {
    this.#db = db;
    this.#counters = new Counters(db, reader);
    this.#boards = new BoardFold(db);
    this.#marks = new ThreadMarks(db);
    this.#bytesAt = (seq) => log.bytesAt(seq);
    this.#authorOf = (key) => log.authorOf(key);
    this.#sql = {
      thread: db.prepare<{ n: number; board: number }>('SELECT n, board FROM thread WHERE id = ?'),
      addThread: db.prepare(
        `INSERT INTO thread (id, board, last_at, root, subject, created_at, read_upto)
         VALUES (?, ?, ?, ?, ?, ?, COALESCE((SELECT upto FROM local_read WHERE thread_id = ?), 0))`,
      ),
      root: db.prepare('UPDATE thread SET root = ?, board = ?, subject = ?, created_at = ? WHERE n = ?'),
      addPost: db.prepare(
        'INSERT INTO post (n, thread, author, at, time, text_seq) VALUES (?, ?, ?, ?, ?, ?)',
      ),
      source: db.prepare('INSERT OR IGNORE INTO source (message, n) VALUES (?, ?)'),
      changes: db.prepare<{ seq: number; kind: string; author: number }>(
        'SELECT seq, kind, author FROM post_change WHERE post_id = ? ORDER BY time, seq',
      ),
      post: db.prepare<PostRow>('SELECT p.* FROM post p JOIN event e ON e.seq = p.n WHERE e.id = ?'),
    };
  }

  apply(event: LogEvent, seq: number): void {
    switch (event.kind) {
      case boardKinds.start.name:
        return this.#addPost(event, seq, event.id);
      case boardKinds.reply.name:
        return this.#addPost(event, seq, (event.body as PostReply).thread);
    }
    this.#counters.catchUp();
    switch (event.kind) {
      case boardKinds.create.name:
        return this.#boards.change(event.id, event.time, seq);
      case boardKinds.update.name:
        return this.#boards.change((event.body as z.infer<typeof BoardUpdate>).board, event.time, seq);
      case boardKinds.edit.name:
      case boardKinds.delete.name:
      case boardKinds.remove.name: {
        const { post } = event.body as z.infer<typeof PostDelete>;
        this.#db
          .prepare('INSERT INTO post_change (post_id, time, seq, kind, author) VALUES (?, ?, ?, ?, ?)')
          .run(post, event.time, seq, event.kind, this.#authorOf(event.author));
        return this.#resolve(post);
      }
      case boardKinds.react.name: {
        const { post, emoji, on } = event.body as z.infer<typeof PostReact>;
        this.#db
          .prepare(
            'INSERT INTO reaction (post_id, author, emoji, time, seq, active) VALUES (?, ?, ?, ?, ?, ?)',
          )
          .run(post, this.#authorOf(event.author), emoji, event.time, seq, on ? 1 : 0);
        return;
      }
      case boardKinds.mark.name:
        return this.#marks.add(event.body as z.infer<typeof ThreadMark>, event.time, seq);
    }
  }

  /** Many posts are counted with the last of them; a few are left to the next reader. */
  settle(): void {
    this.#uncounted += this.#stored;
    if (this.#uncounted >= UNCOUNTED) {
      this.#counters.catchUp();
      this.#uncounted = 0;
    }
    this.reload();
  }

  reload(): void {
    this.#threads.clear();
    this.#stored = 0;
  }

  revoke(event: LogEvent, seq: number): void {
    this.reload();
    this.#counters.catchUp();
    switch (event.kind) {
      case boardKinds.create.name:
        return this.#boards.unchange(event.id, event.time, seq);
      case boardKinds.update.name:
        return this.#boards.unchange((event.body as z.infer<typeof BoardUpdate>).board, event.time, seq);
      case boardKinds.start.name:
        return this.#removePost(seq, event.id, true);
      case boardKinds.reply.name:
        return this.#removePost(seq, (event.body as PostReply).thread, false);
      case boardKinds.react.name:
        this.#db
          .prepare('DELETE FROM reaction WHERE seq = ? AND post_id = ?')
          .run(seq, (event.body as z.infer<typeof PostReact>).post);
        return;
      case boardKinds.mark.name:
        return this.#marks.remove((event.body as z.infer<typeof ThreadMark>).thread, seq);
      default: {
        const { post } = event.body as z.infer<typeof PostDelete>;
        this.#db.prepare('DELETE FROM post_change WHERE post_id = ? AND seq = ?').run(post, seq);
        return this.#resolve(post);
      }
    }
  }

  /** The thread's title and the index entry follow from the redacted event. */
  purged(redacted: LogEvent): void {
    this.reload();
    this.#counters.catchUp();
    const edited = redacted.kind === boardKinds.edit.name;
    this.#resolve(edited ? (redacted.body as z.infer<typeof PostDelete>).post : redacted.id);
  }

  clear(): void {
    this.reload();
    for (const table of [
      'board',
      'board_event',
      'thread',
      'post',
      'post_change',
      'reaction',
      'thread_mark',
      'source',
      'hour',
    ]) {
      this.#db.exec(`DELETE FROM ${table}`);
    }
    this.#db.exec(
      `INSERT INTO search (search) VALUES ('delete-all'); DELETE FROM meta WHERE key IN ('search.upto', 'search.old-upto', 'counted.upto')`,
    );
  }

  #addPost(event: LogEvent, seq: number, threadId: Uint8Array): void {
    const body = event.body as ThreadStart | PostReply;
    // [B11] A date in the future would keep its thread at the top of every list.
    const at = Math.min(body.source?.date ?? Infinity, msOf(event.time));
    const root = event.kind === boardKinds.start.name ? (body as ThreadStart) : null;
    const key = toHex(threadId);
    let thread = this.#threads.get(key) ?? this.#sql.thread.get(threadId);
    if (!thread) thread = this.#addThread(threadId, root, body.board, seq, at);
    else if (root) this.#setRoot(thread, root, seq, at);
    this.#threads.set(key, thread);
    this.#sql.addPost.run(seq, thread.n, this.#authorOf(event.author), at, event.time, seq);
    this.#stored++;
    if (body.source) this.#sql.source.run(messageKey(body.source.messageId), seq);
    if (this.#sql.changes.get(event.id)) {
      this.#counters.catchUp();
      this.#resolve(event.id);
    }
  }

  #addThread(
    id: Uint8Array,
    root: ThreadStart | null,
    boardId: Uint8Array,
    seq: number,
    at: number,
  ): ThreadPlace {
    const board = this.#boards.rowOf(boardId);
    const { lastInsertRowid } = root
      ? this.#sql.addThread.run(id, board, at, seq, root.subject, at, id)
      : this.#sql.addThread.run(id, board, at, null, '', 0, id);
    this.#marks.fold(id);
    return { n: Number(lastInsertRowid), board };
  }

  /**
   * [B3] The first post names the board; replies that arrived before it were filed on the board they name.
   */
  #setRoot(thread: ThreadPlace, { board, subject }: ThreadStart, seq: number, at: number): void {
    this.#counters.catchUp();
    const n = this.#boards.rowOf(board);
    this.#sql.root.run(seq, n, subject, at, thread.n);
    if (n === thread.board) return;
    const moved = thread.board;
    thread.board = n;
    this.#counters.recountBoard(moved);
    this.#counters.recountBoard(n);
  }

  #removePost(seq: number, threadId: Uint8Array, isRoot: boolean): void {
    this.#db.prepare('DELETE FROM post WHERE n = ?').run(seq);
    this.#db.prepare('DELETE FROM source WHERE n = ?').run(seq);
    this.#db.prepare('DELETE FROM search WHERE rowid = ?').run(seq);
    if (isRoot)
      this.#db
        .prepare(`UPDATE thread SET root = NULL, subject = '', created_at = 0 WHERE id = ?`)
        .run(threadId);
    this.#recountThread(threadId);
    this.#db
      .prepare(
        'DELETE FROM thread WHERE id = ? AND NOT EXISTS (SELECT 1 FROM post WHERE post.thread = thread.n)',
      )
      .run(threadId);
    this.#counters.rowsRemoved();
    this.#db
      .prepare(
        `UPDATE meta SET value = MIN(value, COALESCE((SELECT MAX(n) FROM post), 0)) WHERE key = 'search.upto'`,
      )
      .run();
  }

  #recountThread(threadId: Uint8Array): void {
    const thread = this.#sql.thread.get(threadId);
    if (!thread) return;
    this.#counters.recountThread(thread.n);
    this.#counters.recountBoard(thread.board);
  }

  /** [B4] The latest edit by the author stands; a deletion by the author or a removal by a moderator ends it. */
  #resolve(postId: Uint8Array): void {
    const post = this.#sql.post.get(postId);
    if (!post) return;
    let textSeq = post.n;
    let edits = 0;
    let deleted: number | null = null;
    for (const change of this.#orderedChanges(postId)) {
      const own = change.author === post.author;
      if (change.kind === boardKinds.edit.name && own) {
        textSeq = change.seq;
        edits++;
      } else if (
        deleted === null &&
        (change.kind === boardKinds.remove.name || (change.kind === boardKinds.delete.name && own))
      ) {
        deleted = change.seq;
      }
    }
    this.#db
      .prepare('UPDATE post SET text_seq = ?, edits = ?, deleted_seq = ? WHERE n = ?')
      .run(textSeq, edits, deleted, post.n);
    // The index adds the post again through its watermark table, see search.ts.
    this.#db.prepare('DELETE FROM search WHERE rowid = ?').run(post.n);
    this.#db
      .prepare(
        `INSERT OR REPLACE INTO meta (key, value) SELECT 'search.upto', MIN(value, ?) FROM meta WHERE key = 'search.upto'`,
      )
      .run(post.n - 1);
    const thread = this.#db
      .prepare<{ id: Uint8Array; root: number | null }>('SELECT id, root FROM thread WHERE n = ?')
      .get(post.thread)!;
    if (thread.root === post.n) {
      const { subject } = bodyOf<{ subject?: string }>(this.#bytesAt(textSeq));
      const original = bodyOf<ThreadStart>(this.#bytesAt(post.n)).subject;
      this.#db.prepare('UPDATE thread SET subject = ? WHERE n = ?').run(subject ?? original, post.thread);
    }
    if ((deleted === null) !== (post.deleted_seq === null)) this.#recountThread(thread.id);
  }

  #orderedChanges(postId: Uint8Array): { seq: number; kind: string; author: number }[] {
    return this.#db
      .prepare<{ seq: number; kind: string; author: number; time: number; id: Uint8Array }>(
        'SELECT c.seq, c.kind, c.author, c.time, e.id FROM post_change c JOIN event e ON e.seq = c.seq WHERE c.post_id = ?',
      )
      .all(postId)
      .sort((a, b) => a.time - b.time || compareBytes(a.id, b.id));
  }

  *dump(): Generator<unknown> {
    this.#counters.catchUp();
    yield* this.#db
      .prepare<Record<string, unknown>>(
        `${HELD} SELECT b.id, slug, name, description, post_role, archived,
           b.threads + (SELECT COUNT(*) FROM held JOIN thread t ON t.n = held.thread WHERE t.board = b.n AND t.posts = 0) AS threads,
           b.posts + (SELECT COALESCE(SUM(held.posts), 0) FROM held JOIN thread t ON t.n = held.thread WHERE t.board = b.n) AS posts,
           NULLIF(MAX(COALESCE(b.last_at, 0),
             (SELECT COALESCE(MAX(held.at), 0) FROM held JOIN thread t ON t.n = held.thread WHERE t.board = b.n)), 0) AS last_at
         FROM board b WHERE known = 1 ORDER BY id`,
      )
      .iterate();
    yield* this.#db
      .prepare<Record<string, unknown>>(
        // The title follows from the event of the first post, or from the edit that the post's row names.
        `${HELD} SELECT t.id, b.id AS board, t.posts + COALESCE(held.posts, 0) AS posts, t.created_at,
           MAX(t.last_at, COALESCE(held.at, 0)) AS last_at, t.pinned, t.locked FROM thread t
         JOIN board b ON b.n = t.board LEFT JOIN held ON held.thread = t.n WHERE t.root IS NOT NULL ORDER BY t.id`,
      )
      .iterate();
    yield* this.#db
      .prepare<Record<string, unknown>>(
        `SELECT e.id, t.id AS thread, p.at, p.edits, x.id AS text, d.id AS deleted,
           (SELECT COUNT(*) FROM reaction r WHERE r.post_id = e.id) AS reactions
         FROM event e JOIN post p ON p.n = e.seq JOIN thread t ON t.n = p.thread JOIN event x ON x.seq = p.text_seq
         LEFT JOIN event d ON d.seq = p.deleted_seq ORDER BY e.id`,
      )
      .iterate();
  }
}
