import type * as contract from '../../contract/index.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Database } from '../kernel/database.ts';
import { bodyOf } from '../log/event.ts';
import type { ThreadStart } from './kinds.ts';
import { SEEN, spreadOf, type Surroundings } from './surroundings.ts';

export interface ThreadRow {
  n: number;
  id: Uint8Array;
  board_id: Uint8Array;
  board_name: string;
  subject: string;
  posts: number;
  unread: number;
  created_at: number;
  last_at: number;
  pinned: number;
  locked: number;
  root: number | null;
  read_upto: number;
  hidden: number | null;
  /** Whether this node's person may see the first post. */
  seen: number;
  /** Posts, shown or not. */
  size: number;
  /** The newest post that is shown. */
  newest: number | null;
}

/** SQL: rows of threads `t`; the parameter is that of {@link SEEN}. */
export const THREAD = `SELECT t.n, t.id, b.id AS board_id, b.name AS board_name, t.subject, t.posts, t.unread, t.created_at,
  t.last_at, t.pinned, t.locked, t.root, t.read_upto, t.size, t.newest, h.hidden, ${SEEN} AS seen FROM thread t JOIN board b ON b.n = t.board
  LEFT JOIN held_item h ON h.n = t.root`;

const POST =
  'SELECT p.n, e.id, a.key AS author, e.bytes FROM post p JOIN author a ON a.n = p.author JOIN event e ON e.seq = p.n';

interface PostAt {
  readonly n: number;
  readonly id: Uint8Array;
  readonly author: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Threads as lists show them, with their first and their newest post. */
export class ThreadView {
  readonly #around: Surroundings;
  readonly #sql;

  constructor(db: Database, around: Surroundings) {
    this.#around = around;
    const end = (order: 'ASC' | 'DESC') =>
      db.prepare<PostAt>(
        `${POST} WHERE p.thread = ? ORDER BY p.at ${order}, p.time ${order}, p.n ${order} LIMIT 1`,
      );
    this.#sql = { post: db.prepare<PostAt>(`${POST} WHERE p.n = ?`), first: end('ASC'), last: end('DESC') };
  }

  of(row: ThreadRow): contract.Thread {
    const { post, first, last } = this.#sql;
    const root = (row.root === null ? first.get(row.n) : post.get(row.root))!;
    const newest = (row.newest === null ? last.get(row.n) : post.get(row.newest))!;
    const seen = row.seen === 1;
    const original = bodyOf<Partial<ThreadStart>>(root.bytes);
    const source = seen ? original.source : undefined;
    return {
      id: cidOf(row.id),
      board: cidOf(row.board_id),
      boardName: row.board_name,
      subject: (seen && (row.subject || original.subject)) || '…',
      author: this.#around.person(root.author),
      sourceName: source?.name ?? null,
      replies: Math.max(0, row.posts - 1),
      unread: row.unread,
      createdAt: row.created_at || row.last_at,
      lastActivityAt: row.last_at,
      lastAuthor: this.#around.person(newest.author).handle,
      lastSourceName: (seen && bodyOf<ThreadStart>(newest.bytes).source?.name) || null,
      pinned: row.pinned === 1,
      locked: row.locked === 1,
      finality: spreadOf(this.#around, newest),
      held: row.hidden === 1 ? this.#around.held(row.root!) : null,
    };
  }
}
