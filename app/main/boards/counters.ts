import type { Database, Statement } from '../kernel/database.ts';
import { msOf } from '../kernel/hybrid-time.ts';

/** The person for whom posts are counted. */
export interface Reader {
  /** Whether an author is this node's own person; a person's own posts are never unread. */
  isMe(author: Uint8Array): boolean;
  /** Ticks of joining: earlier posts are not unread. */
  readonly since: number;
}

interface Uncounted {
  n: number;
  thread: number;
  author: Uint8Array;
  at: number;
  time: number;
  /** Whether it counts. */
  shown: number;
}

interface ThreadRow {
  board: number;
  posts: number;
  read_upto: number;
}

interface Sum {
  posts: number;
  threads: number;
  unread: number;
  lastAt: number;
}

/** The sum of one thread. */
interface Gain extends Sum {
  /** Posts counted for the first time, shown or not. */
  size: number;
  /** The newest of those that are shown. */
  newest: Uncounted | null;
}

/** Hours are counted from the Unix epoch. */
const HOUR_MS = 3_600_000;
/** The most posts counted in one step. */
const SLICE = 10_000;
const UPTO = 'counted.upto';
/** SQL: a post `p` with the hold `h` counts. */
const SHOWN = 'p.deleted_seq IS NULL AND h.hidden IS NOT 1';

/**
 * The counters of threads, boards and hours. They follow the posts by a watermark, the highest row that was
 * counted: storing a post writes no counter, and readers catch up first. So a post costs only its own rows,
 * and a thousand posts of one thread change that thread once. A crash loses nothing: counting continues from
 * the watermark. Keeps nothing in memory, so a transaction may fail at any point.
 */
export class Counters {
  readonly #db: Database;
  readonly #reader: Reader;
  readonly #behind: Statement<{ behind: number }>;
  readonly #sql;

  constructor(db: Database, reader: Reader) {
    this.#db = db;
    this.#reader = reader;
    this.#behind = db.prepare(
      `SELECT COALESCE((SELECT MAX(n) FROM post), 0) > COALESCE((SELECT value FROM meta WHERE key = '${UPTO}'), 0) AS behind`,
    );
    this.#sql = {
      upto: db.prepare<{ value: number }>(`SELECT value FROM meta WHERE key = '${UPTO}'`),
      setUpto: db.prepare(`INSERT OR REPLACE INTO meta (key, value) VALUES ('${UPTO}', ?)`),
      uncounted: db.prepare<Uncounted>(
        `SELECT p.n, p.thread, a.key AS author, p.at, p.time, ${SHOWN} AS shown
         FROM post p JOIN author a ON a.n = p.author
         LEFT JOIN held_item h ON h.n = p.n WHERE p.n > ? ORDER BY p.n LIMIT ?`,
      ),
      one: db.prepare<Uncounted>(
        `SELECT p.n, p.thread, a.key AS author, p.at, p.time, 1 AS shown FROM post p JOIN author a ON a.n = p.author
         WHERE p.n = ? AND p.deleted_seq IS NULL`,
      ),
      recountThread: db.prepare(
        `UPDATE thread SET size = (SELECT COUNT(*) FROM post p WHERE p.thread = thread.n),
           (posts, last_at) = (SELECT COUNT(*), COALESCE(MAX(p.at), 0) FROM post p
             LEFT JOIN held_item h ON h.n = p.n WHERE p.thread = thread.n AND ${SHOWN}),
           newest = (SELECT p.n FROM post p LEFT JOIN held_item h ON h.n = p.n
             WHERE p.thread = thread.n AND ${SHOWN} ORDER BY p.at DESC, p.time DESC, p.n DESC LIMIT 1) WHERE n = ?`,
      ),
      fewerUnread: db.prepare('UPDATE thread SET unread = MIN(unread, posts) WHERE n = ?'),
      recountBoard: db.prepare(
        `UPDATE board SET (threads, posts, unread, last_at) =
           (SELECT COUNT(*), COALESCE(SUM(posts), 0), COALESCE(SUM(unread), 0), MAX(last_at) FROM thread WHERE thread.board = ? AND posts > 0)
         WHERE n = ?`,
      ),
      thread: db.prepare<ThreadRow>('SELECT board, posts, read_upto FROM thread WHERE n = ?'),
      addToThread: db.prepare(
        'UPDATE thread SET size = size + ?, posts = posts + ?, unread = unread + ?, last_at = MAX(last_at, ?) WHERE n = ?',
      ),
      newest: db.prepare(
        `UPDATE thread SET newest = ? WHERE n = ?
           AND (newest IS NULL OR (?, ?, ?) > (SELECT at, time, n FROM post WHERE n = thread.newest))`,
      ),
      addToBoard: db.prepare(
        'UPDATE board SET posts = posts + ?, threads = threads + ?, unread = unread + ?, last_at = MAX(COALESCE(last_at, 0), ?) WHERE n = ?',
      ),
      addToHour: db.prepare(
        'INSERT INTO hour (hour, posts) VALUES (?, ?) ON CONFLICT (hour) DO UPDATE SET posts = posts + excluded.posts',
      ),
      resetUpto: db.prepare(
        `UPDATE meta SET value = COALESCE((SELECT MAX(n) FROM post), 0) WHERE key = '${UPTO}'`,
      ),
    };
  }

  /** Counts posts that are stored but not counted yet. */
  catchUp(): void {
    if (this.#behind.get()!.behind === 0) return;
    this.#db.transaction(() => {
      let upto = this.#sql.upto.get()?.value ?? 0;
      for (let rows = this.#sql.uncounted.all(upto, SLICE); rows.length > 0;) {
        this.#count(rows, { isFirst: true });
        upto = rows.at(-1)!.n;
        rows = rows.length < SLICE ? [] : this.#sql.uncounted.all(upto, SLICE);
      }
      this.#sql.setUpto.run(upto);
    });
  }

  /** All posts, those of the last 24 hours and of the 24 hours before, and the unread ones. */
  totals(nowMs: number): { posts: number; today: number; yesterday: number; unread: number } {
    this.catchUp();
    const hourNow = Math.floor(nowMs / HOUR_MS);
    const sum = (from: number, to: number) =>
      this.#db
        .prepare<{ n: number | null }>('SELECT SUM(posts) AS n FROM hour WHERE hour > ? AND hour <= ?')
        .get(from, to)?.n ?? 0;
    const all = this.#db
      .prepare<{ posts: number | null; unread: number | null }>(
        'SELECT SUM(posts) AS posts, SUM(unread) AS unread FROM board',
      )
      .get();
    return {
      posts: all?.posts ?? 0,
      unread: all?.unread ?? 0,
      today: sum(hourNow - 24, hourNow),
      yesterday: sum(hourNow - 48, hourNow - 24),
    };
  }

  /** Posts of each of the last 24 hours, the oldest first. */
  hours(nowMs: number): number[] {
    this.catchUp();
    const now = Math.floor(nowMs / HOUR_MS);
    const rows = this.#db
      .prepare<{ hour: number; posts: number }>('SELECT hour, posts FROM hour WHERE hour > ?')
      .all(now - 24);
    const byHour = new Map(rows.map(({ hour, posts }) => [hour, posts]));
    return Array.from({ length: 24 }, (_, index) => byHour.get(now - 23 + index) ?? 0);
  }

  /** Counts posts that were hidden and are now shown. The caller has caught up before. */
  show(rows: readonly number[]): void {
    this.#count(
      rows.flatMap((n) => this.#sql.one.get(n) ?? []),
      { isFirst: false },
    );
  }

  /** Uncounts posts that are hidden now. */
  hide(rows: readonly number[]): void {
    const gone = rows.flatMap((n) => this.#sql.one.get(n) ?? []);
    for (const { time } of gone) this.#sql.addToHour.run(Math.floor(msOf(time) / HOUR_MS), -1);
    const boards = new Set<number>();
    for (const thread of new Set(gone.map((row) => row.thread))) {
      boards.add(this.#sql.thread.get(thread)!.board);
      this.recountThread(thread);
    }
    for (const board of boards) this.recountBoard(board);
  }

  /** Recounts a thread's posts; deleted and hidden ones do not count. */
  recountThread(thread: number): void {
    this.#sql.recountThread.run(thread);
    this.#sql.fewerUnread.run(thread);
  }

  recountBoard(board: number): void {
    this.#sql.recountBoard.run(board, board);
  }

  /**
   * After the newest row was removed: its number is reused for the next post, which must still be counted.
   */
  rowsRemoved(): void {
    this.#sql.resetUpto.run();
  }

  /** The sums of posts by thread. */
  #gains(rows: readonly Uncounted[]): Map<number, { row: ThreadRow; gain: Gain }> {
    const threads = new Map<number, { row: ThreadRow; gain: Gain }>();
    for (const one of rows) {
      let entry = threads.get(one.thread);
      if (!entry) {
        const gain: Gain = { size: 0, posts: 0, threads: 0, unread: 0, lastAt: 0, newest: null };
        threads.set(one.thread, (entry = { row: this.#sql.thread.get(one.thread)!, gain }));
      }
      const { row, gain } = entry;
      gain.size += 1;
      if (one.shown !== 1) continue;
      gain.threads = row.posts === 0 ? 1 : 0;
      gain.posts += 1;
      gain.unread += this.#unread(one.author, one.time, row);
      gain.lastAt = Math.max(gain.lastAt, one.at);
      if (gain.newest === null || isNewer(one, gain.newest)) gain.newest = one;
    }
    return threads;
  }

  /** Adds posts to the counters: those counted for the first time, or those that are shown now. */
  #count(rows: readonly Uncounted[], { isFirst }: { isFirst: boolean }): void {
    const boards = new Map<number, Sum>();
    for (const [n, { row, gain }] of this.#gains(rows)) {
      this.#sql.addToThread.run(isFirst ? gain.size : 0, gain.posts, gain.unread, gain.lastAt, n);
      if (gain.newest === null) continue;
      const { n: post, at, time } = gain.newest;
      this.#sql.newest.run(post, n, at, time, post);
      const board = boards.get(row.board);
      if (board) add(board, gain);
      else boards.set(row.board, { ...gain });
    }
    for (const [n, { posts, threads, unread, lastAt }] of boards) {
      this.#sql.addToBoard.run(posts, threads, unread, lastAt, n);
    }
    const hours = new Map<number, number>();
    for (const { time, shown } of rows) {
      const hour = Math.floor(msOf(time) / HOUR_MS);
      if (shown === 1) hours.set(hour, (hours.get(hour) ?? 0) + 1);
    }
    for (const [hour, posts] of hours) this.#sql.addToHour.run(hour, posts);
  }

  #unread(author: Uint8Array, time: number, thread: ThreadRow): number {
    return time > this.#reader.since && time > thread.read_upto && !this.#reader.isMe(author) ? 1 : 0;
  }
}

function add(sum: Sum, other: Sum): void {
  sum.posts += other.posts;
  sum.threads += other.threads;
  sum.unread += other.unread;
  sum.lastAt = Math.max(sum.lastAt, other.lastAt);
}

/** Later in its thread: by the time shown, the time of the event, and the row. */
const isNewer = (a: Uncounted, b: Uncounted): boolean =>
  a.at !== b.at ? a.at > b.at : a.time !== b.time ? a.time > b.time : a.n > b.n;
