import type { Database } from '../kernel/database.ts';
import { bodyOf } from '../log/event.ts';
import type { ItemSource } from '../moderation/index.ts';
import { ACTS, type Purge, type Purged } from './kinds.ts';

/** A purge request. */
export interface PurgeAsked {
  /** Row of its event. */
  readonly n: number;
  readonly id: Uint8Array;
  readonly author: Uint8Array;
  readonly time: number;
  readonly body: Purge;
}

/** This node's answer to a purge. */
export interface Receipt {
  readonly answer: 'gone' | 'refused';
  readonly bytes: number;
  readonly files: number;
  readonly atMs: number;
}

interface PurgeRow {
  n: number;
  id: Uint8Array;
  author: Uint8Array;
  time: number;
  bytes: Uint8Array;
}

const PURGE = `SELECT a.n, e.id, k.key AS author, a.time, e.bytes FROM review_act a
  CROSS JOIN event e ON e.seq = a.n JOIN author k ON k.n = a.author WHERE a.act = ${ACTS.indexOf('purge')}`;
/** A purge in row `a` that left something here, or that nobody here has answered. */
const UNDONE = `(NOT EXISTS (SELECT 1 FROM review_receipt r WHERE r.purge = e.id)
  OR EXISTS (SELECT 1 FROM review_receipt r JOIN review_husk h ON h.n = a.n JOIN event x ON x.id = h.id
    WHERE r.purge = e.id AND r.answer = 1 AND x.proved < 2))`;

/** Purges, what this node did about them, and the answers of members. */
export class PurgeRows {
  readonly #db: Database;
  readonly #sources: readonly ItemSource[];
  readonly #kindsWithFiles: string;

  constructor(db: Database, sources: readonly ItemSource[]) {
    this.#db = db;
    this.#sources = sources;
    const kinds = sources.filter(({ carriesFiles }) => carriesFiles).flatMap((source) => source.kinds);
    this.#kindsWithFiles = kinds.map((kind) => `'${kind}'`).join(', ');
  }

  of(id: Uint8Array): PurgeAsked | null {
    const row = this.#db.prepare<PurgeRow>(`${PURGE} AND e.id = ?`).get(id);
    return row ? askedOf(row) : null;
  }

  /** Purges with something left to do. */
  undone(): PurgeAsked[] {
    return this.#db.prepare<PurgeRow>(`${PURGE} AND ${UNDONE} ORDER BY a.time, a.n`).all().map(askedOf);
  }

  /** The newest first, below row `before`. */
  page(before: number, limit: number): PurgeAsked[] {
    return this.#db
      .prepare<PurgeRow>(`${PURGE} AND a.n < ? ORDER BY a.n DESC LIMIT ?`)
      .all(before, limit)
      .map(askedOf);
  }

  /** Every id that a purge names. */
  ids(): Uint8Array[] {
    return this.#db
      .prepare<{ id: Uint8Array }>('SELECT id FROM review_husk')
      .all()
      .map(({ id }) => id);
  }

  receipt(purge: Uint8Array): Receipt | null {
    const row = this.#db
      .prepare<{ answer: number; bytes: number; files: number; at: number }>(
        'SELECT answer, bytes, files, at FROM review_receipt WHERE purge = ?',
      )
      .get(purge);
    return row
      ? { answer: row.answer === 1 ? 'gone' : 'refused', bytes: row.bytes, files: row.files, atMs: row.at }
      : null;
  }

  /** Bytes and files are summed when a purge is repeated because something came back. */
  note(purge: Uint8Array, { answer, bytes, files, atMs }: Receipt): void {
    this.#db
      .prepare(
        `INSERT INTO review_receipt (purge, answer, bytes, files, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (purge)
         DO UPDATE SET answer = excluded.answer, bytes = bytes + excluded.bytes, files = files + excluded.files, at = excluded.at`,
      )
      .run(purge, answer === 'gone' ? 1 : 0, bytes, files, atMs);
  }

  /** The answers of members, each member's latest answer last. */
  answers(purge: Uint8Array): { author: Uint8Array; answer: 'gone' | 'refused'; time: number }[] {
    return this.#db
      .prepare<{ author: Uint8Array; time: number; bytes: Uint8Array }>(
        `SELECT k.key AS author, a.time, e.bytes FROM review_act a CROSS JOIN event e ON e.seq = a.n CROSS JOIN author k ON k.n = a.author
         WHERE a.target = ? AND a.act = ${ACTS.indexOf('purged')} ORDER BY a.time, e.id`,
      )
      .all(purge)
      .map(({ author, time, bytes }) => ({ author, time, answer: bodyOf<Purged>(bytes).answer }));
  }

  /** Whether any event still names a file. */
  namesFile(cid: Uint8Array): boolean {
    return (
      this.#db
        .prepare(
          `SELECT 1 FROM event WHERE kind IN (${this.#kindsWithFiles}) AND proved < 2 AND instr(bytes, ?) > 0 LIMIT 1`,
        )
        .get(cid) !== undefined
    );
  }

  /** Edits of an item by its author. */
  editsOf(item: Uint8Array): readonly Uint8Array[] {
    return this.#sources.flatMap((source) => source.editsOf?.(item) ?? []);
  }
}

function askedOf({ n, id, author, time, bytes }: PurgeRow): PurgeAsked {
  return { n, id, author, time, body: bodyOf<Purge>(bytes) };
}
