import { equalBytes, toHex } from '../kernel/bytes.ts';
import type { Database } from '../kernel/database.ts';
import type { Override } from './standing.ts';

/** [R7] Whom this node follows, and what its person set for single items. None of it leaves the node. */
export class Follows {
  readonly #db: Database;
  readonly #me: Uint8Array;
  /** Anyone not listed is followed. */
  readonly #said = new Map<string, boolean>();

  constructor(db: Database, me: Uint8Array) {
    this.#db = db;
    this.#me = me;
    for (const { author, following } of db
      .prepare<{ author: Uint8Array; following: number }>('SELECT author, following FROM review_follow')
      .all()) {
      this.#said.set(toHex(author), following === 1);
    }
  }

  follows(author: Uint8Array): boolean {
    return equalBytes(author, this.#me) || (this.#said.get(toHex(author)) ?? true);
  }

  set(author: Uint8Array, following: boolean): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO review_follow (author, following) VALUES (?, ?)')
      .run(author, following ? 1 : 0);
    this.#said.set(toHex(author), following);
  }

  override(item: Uint8Array): Override | null {
    const row = this.#db
      .prepare<{ show: number; time: number }>('SELECT show, time FROM review_override WHERE item = ?')
      .get(item);
    return row ? { show: row.show === 1 ? 'show' : 'hide', time: row.time } : null;
  }

  setOverride(item: Uint8Array, override: Override | null): void {
    if (override === null) {
      this.#db.prepare('DELETE FROM review_override WHERE item = ?').run(item);
      return;
    }
    this.#db
      .prepare('INSERT OR REPLACE INTO review_override (item, show, time) VALUES (?, ?, ?)')
      .run(item, override.show === 'show' ? 1 : 0, override.time);
  }
}
