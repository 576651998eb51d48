import { toHex } from '../kernel/bytes.ts';
import type { Database, Statement } from '../kernel/database.ts';

/** A thread as the posts of one transaction change it. */
export interface ThreadTally {
  readonly n: number;
  board: number;
  root: number | null;
  subject: string;
  posts: number;
  unread: number;
  readonly read_upto: number;
  created_at: number;
  last_at: number;
}

interface BoardTally {
  posts: number;
  threads: number;
  unread: number;
  last_at: number;
}

/**
 * The counters beside the posts: of threads, boards and hours. Posts of one transaction are summed up here and
 * written once, by {@link flush}: a batch of a thousand posts changes a handful of rows. Whoever reads or
 * changes these tables by other ways flushes first.
 */
export class Tallies {
  readonly #threads = new Map<string, ThreadTally>();
  readonly #boards = new Map<number, BoardTally>();
  readonly #hours = new Map<number, number>();
  readonly #read: Statement<ThreadTally>;
  readonly #add: Statement;
  readonly #writeThread: Statement;
  readonly #writeBoard: Statement;
  readonly #writeHour: Statement;

  constructor(db: Database) {
    this.#read = db.prepare(
      'SELECT n, board, root, subject, posts, unread, read_upto, created_at, last_at FROM thread WHERE id = ?',
    );
    this.#add = db.prepare(
      'INSERT INTO thread (id, board, last_at, read_upto) VALUES (?, ?, ?, COALESCE((SELECT upto FROM local_read WHERE thread_id = ?), 0))',
    );
    this.#writeThread = db.prepare(
      'UPDATE thread SET board = ?, root = ?, subject = ?, posts = ?, unread = ?, created_at = ?, last_at = ? WHERE n = ?',
    );
    this.#writeBoard = db.prepare(
      'UPDATE board SET posts = posts + ?, threads = threads + ?, unread = MAX(0, unread + ?), last_at = MAX(COALESCE(last_at, 0), ?) WHERE n = ?',
    );
    this.#writeHour = db.prepare(
      'INSERT INTO hour (hour, posts) VALUES (?, ?) ON CONFLICT (hour) DO UPDATE SET posts = posts + excluded.posts',
    );
  }

  /** The thread, or null when it has no row yet. What is changed in it is written by {@link flush}. */
  thread(id: Uint8Array): ThreadTally | null {
    const key = toHex(id);
    const known = this.#threads.get(key) ?? this.#read.get(id);
    if (known) this.#threads.set(key, known);
    return known ?? null;
  }

  /** Makes the row of a thread; `at` in milliseconds is the date of the post that made it known. */
  addThread(id: Uint8Array, board: number, at: number): ThreadTally {
    this.#add.run(id, board, at, id);
    return this.thread(id)!;
  }

  /** Counts one post, at `at` milliseconds, of the hour `hour` since the epoch. */
  count(thread: ThreadTally, at: number, hour: number, isUnread: boolean): void {
    const board = this.#boards.get(thread.board) ?? { posts: 0, threads: 0, unread: 0, last_at: 0 };
    const unread = isUnread ? 1 : 0;
    board.threads += thread.posts === 0 ? 1 : 0;
    board.posts++;
    board.unread += unread;
    board.last_at = Math.max(board.last_at, at);
    this.#boards.set(thread.board, board);
    thread.posts++;
    thread.unread += unread;
    thread.last_at = Math.max(thread.last_at, at);
    this.#hours.set(hour, (this.#hours.get(hour) ?? 0) + 1);
  }

  flush(): void {
    for (const { n, board, root, subject, posts, unread, created_at, last_at } of this.#threads.values()) {
      this.#writeThread.run(board, root, subject, posts, unread, created_at, last_at, n);
    }
    for (const [n, { posts, threads, unread, last_at }] of this.#boards) {
      this.#writeBoard.run(posts, threads, unread, last_at, n);
    }
    for (const [hour, posts] of this.#hours) this.#writeHour.run(hour, posts);
    this.drop();
  }

  /** Forgets what was not written. */
  drop(): void {
    this.#threads.clear();
    this.#boards.clear();
    this.#hours.clear();
  }
}
