import { ReviewFilter, type SavedFilter } from '../../contract/index.ts';
import { toHex } from '../kernel/bytes.ts';
import type { Random } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { problem } from './problems.ts';

const MAX_FILTERS = 100;

/** Filters that this node's person saved under a name. */
export class Filters {
  readonly #db: Database;
  readonly #random: Random;

  constructor(db: Database, random: Random) {
    this.#db = db;
    this.#random = random;
  }

  list(): SavedFilter[] {
    return this.#db
      .prepare<{ id: string; name: string; filter: string }>(
        'SELECT id, name, filter FROM review_filter ORDER BY name COLLATE NOCASE, id',
      )
      .all()
      .map(({ id, name, filter }) => ({ id, name, filter: ReviewFilter.parse(JSON.parse(filter)) }));
  }

  /** Throws a Problem `too-many-filters`. */
  save({ id, name, filter }: { id?: string | undefined; name: string; filter: ReviewFilter }): SavedFilter {
    const known = this.list();
    if (!known.some((one) => one.id === id) && known.length >= MAX_FILTERS) {
      throw problem('too-many-filters', { most: MAX_FILTERS });
    }
    const saved = { id: id ?? toHex(this.#random.bytes(8)), name, filter };
    this.#db
      .prepare('INSERT OR REPLACE INTO review_filter (id, name, filter) VALUES (?, ?, ?)')
      .run(saved.id, name, JSON.stringify(filter));
    return saved;
  }

  remove(id: string): void {
    this.#db.prepare('DELETE FROM review_filter WHERE id = ?').run(id);
  }
}
