import type { Database, Statement } from '../kernel/database.ts';
import type { LogEvent } from './event.ts';
import { opened, type EventRow } from './event-row.ts';

/** The kinds that were known when the log was last opened, as a JSON array. */
const KINDS = 'log.kinds';

/** [L17] An event whose kind this node knows again, or for the first time. */
export interface Gained {
  readonly seq: number;
  /** It was applied here before its kind was lost: moderation has judged it. */
  readonly wasApplied: boolean;
}

/** How many events of a kind that this node does not know it holds. */
export interface OpaqueCount {
  readonly kind: string;
  readonly count: number;
}

/**
 * [L15] The held events that no projection takes, because this node does not know their kind. A trigger forgets
 * those that are removed.
 */
export class OpaqueEvents {
  readonly #db: Database;
  readonly #add: Statement;
  readonly #has: Statement;
  readonly #doubt: Statement;
  readonly #row: Statement<EventRow>;

  constructor(db: Database) {
    this.#db = db;
    this.#add = db.prepare('INSERT INTO opaque_event (seq, kind) VALUES (?, ?)');
    this.#has = db.prepare('SELECT 1 FROM opaque_event WHERE seq = ?');
    this.#doubt = db.prepare(
      'UPDATE opaque_event SET applied = 0 WHERE applied = 1 AND seq IN (SELECT seq FROM event WHERE author = ?)',
    );
    this.#row = db.prepare('SELECT seq, id, proved, bytes, signature FROM event WHERE seq = ?');
  }

  add(seq: number, kind: string): void {
    this.#add.run(seq, kind);
  }

  has(seq: number): boolean {
    return this.#has.get(seq) !== undefined;
  }

  /** An opaque event of this author was removed: their others count as never applied, since it may have changed them. */
  doubt(author: number): void {
    this.#doubt.run(author);
  }

  /** [L18] The kinds in the order of their names. */
  counts(): OpaqueCount[] {
    return this.#db
      .prepare<OpaqueCount>('SELECT kind, COUNT(*) AS count FROM opaque_event GROUP BY kind ORDER BY kind')
      .all();
  }

  /** [L17] Whether these kinds are those that the last opening knew. */
  isCurrent(kinds: readonly string[]): boolean {
    return this.#meta() === JSON.stringify(kinds);
  }

  /**
   * [L17] From now on these kinds are known. Events of all others become opaque; the rows of those that were opaque
   * until now are returned, in the order in which they were stored.
   */
  settle(kinds: readonly string[]): { lost: number; gained: Gained[] } {
    const known = JSON.stringify(kinds);
    const lost = this.#lose(kinds);
    const gained = this.#db
      .prepare<{ seq: number; applied: number }>(
        'DELETE FROM opaque_event WHERE kind IN (SELECT value FROM json_each(?)) RETURNING seq, applied',
      )
      .all(known)
      .map(({ seq, applied }) => ({ seq, wasApplied: applied === 1 }))
      .sort((a, b) => a.seq - b.seq);
    this.#db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(KINDS, known);
    return { lost, gained };
  }

  /** The event in a row; null if it is gone. */
  event(seq: number): LogEvent | null {
    const row = this.#row.get(seq);
    return row ? opened(row) : null;
  }

  /**
   * Events of all kinds but these become opaque. After a repair nobody knows which of them were applied: then none
   * counts as such.
   */
  #lose(kinds: readonly string[]): number {
    const before = this.#meta();
    if (before !== null && (JSON.parse(before) as string[]).every((kind) => kinds.includes(kind))) return 0;
    return this.#db
      .prepare(
        `INSERT OR IGNORE INTO opaque_event (seq, kind, applied)
         SELECT seq, kind, kind IN (SELECT value FROM json_each(?)) FROM event
         WHERE kind NOT IN (SELECT value FROM json_each(?))`,
      )
      .run(before ?? '[]', JSON.stringify(kinds)).changes;
  }

  #meta(): string | null {
    return (
      this.#db.prepare<{ value: string }>('SELECT value FROM meta WHERE key = ?').get(KINDS)?.value ?? null
    );
  }
}

/** The events were read from a damaged file: which of them are opaque is found out when the log is opened. */
export function forgetKnownKinds(db: Database): void {
  db.prepare('DELETE FROM meta WHERE key = ?').run(KINDS);
}
