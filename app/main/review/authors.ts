import type { Database } from '../kernel/database.ts';

/** From this many held items on, an author counts as prolific. */
const MUCH = 2000;

const HELD = `INSERT OR IGNORE INTO review_author (n, author)
  SELECT h.n, e.author FROM held_item h JOIN event e ON e.seq = h.n WHERE h.state > 0`;

/** How many items of an author were held here, and what became of them. */
export interface HeldCounts {
  readonly held: number;
  readonly removed: number;
  readonly published: number;
}

/** The authors of items that were ever held, so that an author's part of a long queue is found quickly. */
export class HeldAuthors {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Processes items held since the last call. */
  catchUp(): void {
    this.#db.exec(HELD);
  }

  /** An author, and whether so many of their items were held that scanning the queue is faster. */
  of(author: number): { row: number; wroteMuch: boolean } {
    return {
      row: author,
      wroteMuch:
        this.#rows('SELECT n FROM review_author WHERE author = ? LIMIT ?', author, MUCH).length === MUCH,
    };
  }

  /** Processes those of these items that are or were held: most that change were judged and shown. */
  add(rows: readonly number[]): void {
    const isHeld = this.#db.prepare('SELECT 1 FROM held_item WHERE n = ? AND state > 0');
    const held = rows.filter((n) => isHeld.get(n) !== undefined);
    if (held.length === 0) return;
    this.#db.transaction(() => {
      for (const n of held) this.#db.prepare(`${HELD} AND h.n = ?`).run(n);
    });
  }

  counts(author: number): HeldCounts {
    return this.#db
      .prepare<HeldCounts>(
        `SELECT COALESCE(SUM(h.hidden), 0) AS held, COALESCE(SUM(h.ruling IN (1, 2)), 0) AS removed,
           COALESCE(SUM(h.ruling = 0), 0) AS published FROM review_author w JOIN held_item h ON h.n = w.n WHERE w.author = ?`,
      )
      .get(author)!;
  }

  latest(author: number, limit: number): number[] {
    return this.#rows(
      'SELECT w.n FROM review_author w CROSS JOIN held_item h ON h.n = w.n WHERE w.author = ? ORDER BY w.n DESC LIMIT ?',
      author,
      limit,
    );
  }

  /** Rows of an author's items that are not shown to everybody, the newest first, below `before`. */
  hidden(author: number, before: number, limit: number): number[] {
    return this.#rows(
      `SELECT * FROM (SELECT n FROM held_item WHERE own = 1 AND hidden = 1 AND n < ? ORDER BY n DESC LIMIT ?) UNION
       SELECT * FROM (SELECT w.n FROM review_author w CROSS JOIN held_item h ON h.n = w.n
         WHERE w.author = ? AND h.hidden = 1 AND w.n < ? ORDER BY w.n DESC LIMIT ?)
       ORDER BY n DESC LIMIT ?`,
      before,
      limit,
      author,
      before,
      limit,
      limit,
    );
  }

  #rows(sql: string, ...values: number[]): number[] {
    return this.#db
      .prepare<{ n: number }>(sql)
      .all(...values)
      .map(({ n }) => n);
  }
}
