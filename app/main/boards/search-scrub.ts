import type { Database } from '../kernel/database.ts';

/** Pages of the index written in one step: some ten milliseconds. */
const STEP_PAGES = 500;
/** A row that no post has. */
const NO_POST = -1;

/**
 * Takes the words of deleted posts out of the search index, which otherwise keeps them until it merges its
 * pieces by itself. All pieces are merged into one, a step at a time.
 */
export class SearchScrub {
  readonly #db: Database;
  #begun = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** One step; true when nothing is left of what was deleted before the first. */
  step(): boolean {
    const before = this.#changes();
    if (this.#begun) this.#merge(STEP_PAGES);
    else {
      // Only two pieces or more are merged bit by bit, so there is one more.
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
