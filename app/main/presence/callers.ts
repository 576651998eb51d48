import type { Database } from '../kernel/database.ts';

/** How many visits are kept. */
const KEEP = 200;
/** Someone who returns within this time has not left, in milliseconds. */
const SAME_VISIT_MS = 120_000;

export interface Visit {
  readonly author: Uint8Array;
  readonly node: string;
  readonly at: number;
  readonly leftAt: number | null;
}

/** The list of last callers: who visited, from when until when. All times in milliseconds since the epoch. */
export class Callers {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Ends visits that a crash left open, at the time their caller was last heard. */
  closeStale(): void {
    this.#db.exec('UPDATE caller SET left_at = heard_at WHERE left_at IS NULL');
  }

  /** Begins a visit, or resumes the last one if it has just ended. */
  came(author: Uint8Array, node: string, now: number): void {
    this.#db.transaction(() => {
      const last = this.#db
        .prepare<{ n: number; heard_at: number }>(
          'SELECT n, heard_at FROM caller WHERE author = ? ORDER BY n DESC LIMIT 1',
        )
        .get(author);
      if (last && now - last.heard_at < SAME_VISIT_MS) {
        this.#db
          .prepare('UPDATE caller SET left_at = NULL, heard_at = ?, node = ? WHERE n = ?')
          .run(now, node, last.n);
        return;
      }
      this.#db
        .prepare('INSERT INTO caller (author, node, at, heard_at) VALUES (?, ?, ?, ?)')
        .run(author, node, now, now);
      this.#db.prepare('DELETE FROM caller WHERE n <= (SELECT MAX(n) FROM caller) - ?').run(KEEP);
    });
  }

  /** Records that someone is still here, so that a crash does not shorten their visit. */
  heard(authors: Iterable<Uint8Array>, now: number): void {
    this.#db.transaction(() => {
      for (const author of authors) {
        this.#db
          .prepare('UPDATE caller SET heard_at = ? WHERE author = ? AND left_at IS NULL')
          .run(now, author);
      }
    });
  }

  left(author: Uint8Array, at: number): void {
    this.#db
      .prepare('UPDATE caller SET left_at = ?, heard_at = ? WHERE author = ? AND left_at IS NULL')
      .run(at, at, author);
  }

  /** The latest visits, the newest first. */
  latest(limit: number): Visit[] {
    return this.#db
      .prepare<Visit>(
        'SELECT author, node, at, left_at AS leftAt FROM caller ORDER BY at DESC, n DESC LIMIT ?',
      )
      .all(limit);
  }

  /** When someone was last heard, or null if they never called. */
  lastSeenAt(author: Uint8Array): number | null {
    return (
      this.#db
        .prepare<{ heard_at: number }>('SELECT heard_at FROM caller WHERE author = ? ORDER BY n DESC LIMIT 1')
        .get(author)?.heard_at ?? null
    );
  }
}
