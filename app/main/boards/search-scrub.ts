import type { Database } from '../kernel/database.ts';

/** Pages of the index written in one step: about ten milliseconds. */
const STEP_PAGES = 500;
/** A row number that no post has. */
const NO_POST = -1;

/**
 * Removes the words of deleted posts from the search index, which otherwise keeps them until it merges its
 * segments. All segments are merged into one, a step at a time.
 */
export class SearchScrub {
  readonly #db: Database;
  #begun = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Runs one step; returns true when no words of previously deleted posts remain. */
  step(): boolean {
    const before = this.#changes();
    if (this.#begun) this.#merge(STEP_PAGES);
    else {
      // Only two or more segments are merged incrementally, so one more is added.
      this.#db
        .prepare('INSERT OR REPLACE INTO search (rowid, subject, text, tags) VALUES (?, ?, ?, ?)')
        .run(NO_POST, 'scrub', '', '');
      this.#db.prepare('DELETE FROM search WHERE rowid = ?').run(NO_POST);
      this.#merge(-STEP_PAGES);
      this.#begun = true;
    }
    return this.#changes() - before < 2;
  }

  #merge(pages: number): void {
    this.#db.prepare(`INSERT INTO search (search, rank) VALUES ('merge', ?)`).run(pages);
  }

  #changes(): number {
    return this.#db.prepare<{ n: number }>('SELECT total_changes() AS n').get()!.n;
  }
}
