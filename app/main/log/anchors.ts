import type { Database, Statement } from '../kernel/database.ts';

/** [S10] The row up to which every event is anchored or removed. */
const UPTO = 'anchors.upto';

/** Rows read in one call, so that a log that was anchored elsewhere is skipped in small steps. */
const WINDOW = 20_000;
/** The number of rows after which the position is saved. */
const STRIDE = 64;

/** An event that no block lists yet. */
export interface Unanchored {
  readonly id: Uint8Array;
  /** Hybrid time in ticks. */
  readonly time: number;
}

/**
 * [S10] Records which final block of the ledger lists which events. A list may arrive before its events:
 * their ids wait in `anchor_awaited`, and triggers move them as events are added and removed.
 */
export class AnchorMarks {
  readonly #db: Database;
  readonly #height: Statement<{ height: number }>;
  readonly #find: Statement<{ time: number; height: number | null }>;
  readonly #awaited: Statement<{ height: number }>;
  readonly #mark: Statement;
  readonly #await: Statement;
  readonly #unanchored: Statement<Unanchored & { seq: number }>;

  constructor(db: Database) {
    this.#db = db;
    this.#height = db.prepare('SELECT height FROM event_anchor WHERE seq = ?');
    this.#find = db.prepare(
      'SELECT time, (SELECT height FROM event_anchor a WHERE a.seq = e.seq) AS height FROM event e WHERE id = ?',
    );
    this.#awaited = db.prepare('SELECT height FROM anchor_awaited WHERE id = ?');
    // An event that is listed twice counts from the lower block on.
    this.#mark = db.prepare(
      'INSERT INTO event_anchor (seq, height) SELECT seq, ? FROM event WHERE id = ? ON CONFLICT (seq) DO UPDATE SET height = MIN(height, excluded.height)',
    );
    this.#await = db.prepare(
      'INSERT INTO anchor_awaited (id, height) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET height = MIN(height, excluded.height)',
    );
    this.#unanchored = db.prepare(
      'SELECT seq, id, time FROM event e WHERE seq > ? AND seq <= ? AND NOT EXISTS (SELECT 1 FROM event_anchor a WHERE a.seq = e.seq) ORDER BY seq LIMIT ?',
    );
  }

  /** The height of the block that lists the event in a row, if any. */
  heightOf(seq: number): number | null {
    return this.#height.get(seq)?.height ?? null;
  }

  /** Time and block of an event that is held here; null for other events. */
  find(id: Uint8Array): { readonly time: number; readonly height: number | null } | null {
    return this.#find.get(id) ?? null;
  }

  /** Whether a final block lists an event that is not here. */
  awaits(id: Uint8Array): boolean {
    return this.#awaited.get(id) !== undefined;
  }

  /** Records the events that a final block lists; called in the transaction that stores the block. */
  mark(height: number, ids: readonly Uint8Array[]): void {
    for (const id of ids) {
      if (this.#mark.run(height, id).changes === 0) this.#await.run(id, height);
    }
    const upTo = this.upTo();
    const end = upTo + WINDOW;
    const [first] = this.#unanchored.all(upTo, end, 1);
    const last = this.#db.prepare<{ n: number | null }>('SELECT MAX(seq) AS n FROM event').get()!.n ?? 0;
    this.#setUpTo(first ? first.seq - 1 : Math.min(last, end));
  }

  /**
   * Events up to a row and a time that no block lists, in order of arrival. One call reads few rows: there
   * may be more events even if it returns none.
   */
  unanchored(upToSeq: number, upToTicks: number, limit: number): Unanchored[] {
    const upTo = this.upTo();
    const end = Math.min(upToSeq, upTo + WINDOW);
    if (end <= upTo) return [];
    const found = this.#unanchored.all(upTo, end, limit);
    const passed = found[0] ? found[0].seq - 1 : end;
    if (passed >= upTo + STRIDE || passed === end) this.#setUpTo(passed);
    return found.filter(({ time }) => time <= upToTicks);
  }

  /** Whether nothing is recorded, as after a repair of the database. */
  get blank(): boolean {
    const some = 'SELECT 1 FROM event_anchor UNION ALL SELECT 1 FROM anchor_awaited LIMIT 1';
    return this.#db.prepare(some).get() === undefined;
  }

  upTo(): number {
    return this.#db.prepare<{ value: number }>('SELECT value FROM meta WHERE key = ?').get(UPTO)?.value ?? 0;
  }

  #setUpTo(seq: number): void {
    this.#db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(UPTO, seq);
  }
}
