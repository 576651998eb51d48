import type { Database } from '../kernel/database.ts';

interface Row {
  n: number;
  time: number;
  kind: string;
  author: Uint8Array;
}

/** Which posts were judged without their images, by the files that were not here [J27]. */
export class UnseenPictures {
  readonly #of;
  readonly #put;
  readonly #drop;
  /** Rows of the posts listed here, so that other posts cost nothing. */
  readonly #named: Set<number>;

  constructor(db: Database) {
    this.#of = db.prepare<Row>(
      `SELECT u.n, e.time, e.kind, a.key AS author FROM picture_unseen u JOIN event e ON e.seq = u.n
       JOIN author a ON a.n = e.author WHERE u.file = ? ORDER BY u.n DESC`,
    );
    this.#put = db.prepare('INSERT OR IGNORE INTO picture_unseen (file, n) VALUES (?, ?)');
    this.#drop = db.prepare('DELETE FROM picture_unseen WHERE n = ?');
    const named = db.prepare<{ n: number }>('SELECT DISTINCT n FROM picture_unseen').all();
    this.#named = new Set(named.map(({ n }) => n));
  }

  of(file: Uint8Array): Row[] {
    return this.#of.all(file);
  }

  /** The files that were missing when a post was last judged. */
  keep(n: number, files: readonly Uint8Array[]): void {
    if (this.#named.delete(n)) this.#drop.run(n);
    for (const file of files) this.#put.run(file, n);
    if (files.length > 0) this.#named.add(n);
  }
}
