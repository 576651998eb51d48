import type * as contract from '../../contract/index.ts';
import { equalBytes } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Database } from '../kernel/database.ts';
import { reaches, type Role } from '../kernel/roles.ts';
import { bodyOf } from '../log/event.ts';
import { Counters } from './counters.ts';
import type { AttachmentRef, ThreadStart } from './kinds.ts';
import { SEEN, spreadOf, type Surroundings } from './surroundings.ts';
import { THREAD, ThreadView, type ThreadRow } from './thread-view.ts';

interface BoardRow {
  n: number;
  id: Uint8Array;
  slug: string;
  name: string;
  description: string;
  post_role: Role;
  archived: number;
  threads: number;
  posts: number;
  unread: number;
  last_at: number | null;
}

export interface PostRow {
  n: number;
  id: Uint8Array;
  thread_id: Uint8Array;
  board_id: Uint8Array;
  author: Uint8Array;
  author_n: number;
  at: number;
  time: number;
  edits: number;
  text_seq: number;
  deleted_seq: number | null;
  read_upto: number;
  locked: number;
  bytes: Uint8Array;
  hidden: number | null;
  /** Whether this node's person may see it. */
  seen: number;
}

const POST = `SELECT p.n, e.id, t.id AS thread_id, b.id AS board_id, a.key AS author, p.author AS author_n, p.at, p.time, p.edits,
  p.text_seq, p.deleted_seq, t.read_upto, t.locked, e.bytes, h.hidden, ${SEEN} AS seen FROM post p JOIN event e ON e.seq = p.n
  JOIN thread t ON t.n = p.thread JOIN board b ON b.n = t.board JOIN author a ON a.n = p.author
  LEFT JOIN held_item h ON h.n = p.n`;

/** A post's thread and board, by their ids. */
interface Place {
  readonly thread: Uint8Array;
  readonly board: Uint8Array;
}

const PLACE = `SELECT t.id AS thread, b.id AS board
  FROM post p JOIN thread t ON t.n = p.thread JOIN board b ON b.n = t.board`;

/** Reads pages of boards, threads and posts. Costs grow with the page, not with the community. */
export class BoardQueries {
  readonly #db: Database;
  readonly #around: Surroundings;
  readonly #since: number;
  readonly #view: ThreadView;
  /** Of threads, boards and hours; every read catches up first. */
  readonly counters: Counters;

  /** `since`: ticks of joining; earlier posts are never unread. */
  constructor(db: Database, around: Surroundings, since: number) {
    this.#db = db;
    this.#around = around;
    this.#since = since;
    this.#view = new ThreadView(db, around);
    this.counters = new Counters(db, { since, isMe: (author) => equalBytes(author, around.me().key) });
  }

  boards(): contract.Board[] {
    this.counters.catchUp();
    return this.#db
      .prepare<BoardRow>('SELECT * FROM board WHERE known = 1 ORDER BY archived, name COLLATE NOCASE, n')
      .all()
      .map(boardOf);
  }

  board(id: Uint8Array): (contract.Board & { n: number }) | null {
    this.counters.catchUp();
    const row = this.#db.prepare<BoardRow>('SELECT * FROM board WHERE id = ? AND known = 1').get(id);
    return row ? { ...boardOf(row), n: row.n } : null;
  }

  bySlug(slug: string): contract.Board | null {
    this.counters.catchUp();
    const row = this.#db
      .prepare<BoardRow>('SELECT * FROM board WHERE slug = ? AND known = 1 ORDER BY n')
      .get(slug);
    return row ? boardOf(row) : null;
  }

  threads(input: {
    board: Uint8Array | null;
    unreadOnly: boolean;
    cursor: string | undefined;
    limit: number;
  }) {
    this.counters.catchUp();
    const board =
      input.board && this.#db.prepare<{ n: number }>('SELECT n FROM board WHERE id = ?').get(input.board);
    if (input.board && !board) return { items: [], next: null, total: 0 };
    const mayReview = this.#mayReview();
    // Hidden items that this person may see are listed although they do not count.
    const where = [`((t.posts > 0 AND h.hidden IS NOT 1) OR (h.hidden = 1 AND ${SEEN}))`];
    const values: number[] = [mayReview, mayReview];
    if (board) (where.push('t.board = ?'), values.push(board.n));
    if (input.unreadOnly) where.push('t.unread > 0');
    if (input.cursor)
      (where.push('(t.pinned, t.last_at, t.n) < (?, ?, ?)'), values.push(...numbers(input.cursor, 3)));
    const rows = this.#db
      .prepare<ThreadRow>(
        `${THREAD} WHERE ${where.join(' AND ')} ORDER BY t.pinned DESC, t.last_at DESC, t.n DESC LIMIT ?`,
      )
      .all(...values, input.limit + 1);
    const page = rows.slice(0, input.limit);
    const last = page.at(-1);
    return {
      items: page.map((row) => this.#view.of(row)),
      next: rows.length > input.limit && last ? `${last.pinned}.${last.last_at}.${last.n}` : null,
      total: null,
    };
  }

  thread(id: Uint8Array): { thread: contract.Thread; n: number; posts: number } | null {
    this.counters.catchUp();
    const row = this.#db.prepare<ThreadRow>(`${THREAD} WHERE t.id = ?`).get(this.#mayReview(), id);
    return row ? { thread: this.#view.of(row), n: row.n, posts: row.size } : null;
  }

  /** The names of the board and thread of a post. */
  headingOf(post: PostRow): { subject: string; boardName: string } {
    return this.thread(post.thread_id)!.thread;
  }

  /** A page of a thread, by its row and the number of its posts. */
  posts(thread: { n: number; posts: number }, offset: number, limit: number): contract.Post[] {
    const { n, posts: size } = thread;
    const length = Math.max(0, Math.min(limit, size - offset));
    // The posts before or after the page are skipped in the index, where they are fewer; only its own rows are joined.
    const isNearEnd = offset * 2 > size;
    const order = isNearEnd ? 'at DESC, time DESC, n DESC' : 'at, time, n';
    const skipped = isNearEnd ? size - offset - length : offset;
    return this.#db
      .prepare<PostRow>(
        `${POST} WHERE p.n IN (SELECT n FROM post WHERE thread = ? ORDER BY ${order} LIMIT ? OFFSET ?)
         ORDER BY p.at, p.time, p.n`,
      )
      .all(this.#mayReview(), n, length, skipped)
      .map((row) => this.#postOf(row));
  }

  post(id: Uint8Array): contract.Post | null {
    const row = this.row(id);
    return row ? this.#postOf(row) : null;
  }

  /** The ids of a post's thread and board. */
  placeByRow(n: number): Place | null {
    return this.#db.prepare<Place>(`${PLACE} WHERE p.n = ?`).get(n) ?? null;
  }

  /** The same for those of these posts that are on this node. */
  placesOf(ids: readonly Uint8Array[]): Place[] {
    const here = this.#db.prepare<Place>(`${PLACE} JOIN event e ON e.seq = p.n WHERE e.id = ?`);
    return ids.flatMap((id) => here.get(id) ?? []);
  }

  postByRow(n: number): PostRow | null {
    return this.#db.prepare<PostRow>(`${POST} WHERE p.n = ?`).get(this.#mayReview(), n) ?? null;
  }

  row(id: Uint8Array): PostRow | null {
    return this.#db.prepare<PostRow>(`${POST} WHERE e.id = ?`).get(this.#mayReview(), id) ?? null;
  }

  /** 1 if this node's person is a moderator or above, as an SQL value. */
  #mayReview(): number {
    return reaches(this.#around.me().role, 'moderator') ? 1 : 0;
  }

  /** How many posts of its thread precede a post. */
  placeOf(post: PostRow): number {
    return this.#db
      .prepare<{ count: number }>(
        'SELECT COUNT(*) AS count FROM post WHERE thread = (SELECT thread FROM post WHERE n = ?) AND (at, time, n) < (?, ?, ?)',
      )
      .get(post.n, post.at, post.time, post.n)!.count;
  }

  /**
   * [B5] For a post that was ever held, others see only its current text: earlier texts may be the reason.
   */
  history(post: PostRow): contract.Outputs['boards']['history'] {
    if (post.seen !== 1) return [];
    const edits = this.#db
      .prepare<{ seq: number; bytes: Uint8Array; key: Uint8Array; time: number }>(
        `SELECT c.seq, e.bytes, a.key, c.time FROM post_change c JOIN event e ON e.seq = c.seq JOIN author a ON a.n = c.author
         WHERE c.post_id = ? AND c.kind = 'post.edit' AND c.author = ? ORDER BY c.time, e.id`,
      )
      .all(post.id, post.author_n);
    const all = [{ bytes: post.bytes, key: post.author, time: post.time }, ...edits];
    const isOpen =
      post.hidden === null || this.#mayReview() === 1 || equalBytes(post.author, this.#around.me().key);
    return (isOpen ? all : all.slice(-1)).map(({ bytes, key, time }) => {
      const body = bodyOf<{ text: string; subject?: string }>(bytes);
      return {
        at: Math.floor(time / 1024),
        by: this.#around.person(key),
        subject: body.subject ?? null,
        text: body.text,
      };
    });
  }

  #bodyAt<T>(seq: number): T {
    return bodyOf<T>(
      this.#db.prepare<{ bytes: Uint8Array }>('SELECT bytes FROM event WHERE seq = ?').get(seq)!.bytes,
    );
  }

  #postOf(row: PostRow): contract.Post {
    const original = bodyOf<ThreadStart & { replyTo?: Uint8Array; subject?: string }>(row.bytes);
    const shown =
      row.text_seq === row.n ? original : this.#bodyAt<{ text: string; subject?: string }>(row.text_seq);
    const { key: me, role } = this.#around.me();
    const mine = Buffer.compare(me, row.author) === 0;
    const alive = row.deleted_seq === null;
    const held = row.hidden === 1 ? this.#around.held(row.n) : null;
    const seen = alive && row.seen === 1;
    const isOpen = alive && held === null;
    const member = role !== null && role !== 'guest';
    const moderator = member && role !== 'member';
    return {
      id: cidOf(row.id),
      thread: cidOf(row.thread_id),
      board: cidOf(row.board_id),
      replyTo: original.replyTo ? cidOf(original.replyTo) : null,
      author: this.#around.person(row.author),
      createdAt: row.at,
      editedAt: row.edits > 0 && alive ? this.#timeAt(row.text_seq) : null,
      edits: row.edits,
      subject: row.seen === 1 ? (shown.subject ?? original.subject ?? null) : null,
      text: seen ? shown.text : null,
      format: original.format,
      deleted: alive ? null : this.#deletion(row.deleted_seq!),
      reactions: seen ? this.#reactions(row.id, me) : [],
      attachments: seen ? original.attachments.map((ref) => this.#attachment(ref)) : [],
      source: row.seen === 1 ? (original.source ?? null) : null,
      finality: spreadOf(this.#around, row),
      unread: !mine && held === null && row.time > row.read_upto && row.time > this.#since,
      held,
      may: {
        edit: alive && mine && member,
        delete: alive && ((mine && member) || moderator),
        reply: member && held === null && (row.locked === 0 || moderator),
        react: isOpen && member,
      },
    };
  }

  #timeAt(seq: number): number {
    return Math.floor(
      this.#db.prepare<{ time: number }>('SELECT time FROM event WHERE seq = ?').get(seq)!.time / 1024,
    );
  }

  #deletion(seq: number): NonNullable<contract.Post['deleted']> {
    const { key } = this.#db
      .prepare<{ key: Uint8Array }>(
        'SELECT a.key FROM event e JOIN author a ON a.n = e.author WHERE e.seq = ?',
      )
      .get(seq)!;
    return {
      by: this.#around.person(key),
      at: this.#timeAt(seq),
      reason: this.#bodyAt<{ reason: string }>(seq).reason,
    };
  }

  #reactions(id: Uint8Array, me: Uint8Array): contract.Post['reactions'] {
    // The latest reaction of each author per emoji counts; SQLite returns the row with the maximum.
    return this.#db
      .prepare<{ emoji: string; count: number; mine: number }>(
        `SELECT emoji, COUNT(*) AS count, MAX(mine) AS mine FROM (
           SELECT r.emoji, MAX(r.time), r.active, a.key = ? AS mine FROM reaction r JOIN author a ON a.n = r.author
           WHERE r.post_id = ? GROUP BY r.author, r.emoji) WHERE active = 1 GROUP BY emoji ORDER BY count DESC, emoji`,
      )
      .all(me, id)
      .map(({ emoji, count, mine }) => ({ emoji, count, mine: mine === 1 }));
  }

  #attachment({ cid, name, type, size }: AttachmentRef): contract.Attachment {
    return { cid: cidOf(cid), name, type, sizeBytes: size, here: this.#around.hasFile(cid) };
  }
}

function boardOf(row: BoardRow): contract.Board {
  return {
    id: cidOf(row.id),
    slug: row.slug,
    name: row.name,
    description: row.description,
    postRole: row.post_role,
    archived: row.archived === 1,
    threads: row.threads,
    posts: row.posts,
    unread: row.unread,
    lastActivityAt: row.last_at,
  };
}

/** The integers of a cursor, or zeros for an invalid one. */
export function numbers(cursor: string, count: number): number[] {
  const parts = cursor.split('.').map(Number);
  return Array.from({ length: count }, (_, index) =>
    Number.isSafeInteger(parts[index]) ? parts[index]! : 0,
  );
}
