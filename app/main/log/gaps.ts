import { toHex } from '../kernel/bytes.ts';
import type { Database, Statement } from '../kernel/database.ts';

/**
 * Parents that are named but not held, with the `author` rows of those who name them. Somebody may name an event of
 * another person; this takes nothing from the event's own author. All are in memory by hex id, so that bulk catch-up
 * needs no index look-up: few exist at a time.
 */
export class Gaps {
  readonly #db: Database;
  readonly #authors = new Map<string, number[]>();
  readonly #insert: Statement;
  readonly #delete: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#insert = db.prepare('INSERT OR IGNORE INTO gap (id, author) VALUES (?, ?)');
    this.#delete = db.prepare('DELETE FROM gap WHERE id = ?');
  }

  /** Reads the rows again. */
  reload(): void {
    this.#authors.clear();
    const rows = this.#db.prepare<{ id: Uint8Array; author: number }>('SELECT id, author FROM gap').all();
    for (const { id, author } of rows) this.#remember(toHex(id), author);
  }

  /** The number of missing events. */
  get size(): number {
    return this.#authors.size;
  }

  /** Those who name a missing event. */
  namedBy(hex: string): readonly number[] {
    return this.#authors.get(hex) ?? NOBODY;
  }

  add(id: Uint8Array, hex: string, author: number): void {
    if (this.namedBy(hex).includes(author)) return;
    this.#remember(hex, author);
    this.#insert.run(id, author);
  }

  /** The event is here; returns those who named it. */
  close(id: Uint8Array, hex: string): readonly number[] {
    const authors = this.namedBy(hex);
    if (this.#authors.delete(hex)) this.#delete.run(id);
    return authors;
  }

  #remember(hex: string, author: number): void {
    const known = this.#authors.get(hex);
    if (known) known.push(author);
    else this.#authors.set(hex, [author]);
  }
}

const NOBODY: readonly number[] = [];
