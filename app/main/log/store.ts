import { compareBytes, toHex } from '../kernel/bytes.ts';
import type { Database, Statement } from '../kernel/database.ts';
import { AnchorMarks } from './anchors.ts';
import type { LogEvent, SealedEvent } from './event.ts';
import { opened, PROVED, type EventRow } from './event-row.ts';
import { Gaps } from './gaps.ts';
import type { Stratum } from './kinds.ts';

const STRATUM = { authority: 0, content: 1 } as const satisfies Record<Stratum, number>;

/** The most events after which heads are written. */
const HEADS_BEHIND = 64;
/** The `meta` key of the row number up to which the table of heads is complete. */
export const HEADS_UPTO = 'heads.upto';

/** The number of items read at a time. */
const ITEMS_SLICE = 5000;

/** One item of the set that two nodes reconcile. */
export interface LogItem {
  readonly time: number;
  readonly id: Uint8Array;
}

/** The log's tables: events, the authors' heads, and gaps (parents that are named but not held). */
export class LogStore {
  /** The events that the ledger has anchored. */
  readonly anchors: AnchorMarks;
  readonly #db: Database;
  readonly #authors = new Map<string, number>();
  readonly #gaps: Gaps;
  /** By hex id, so that bulk catch-up needs no index look-up: few exist at a time. */
  readonly #heads = new Map<string, { id: Uint8Array; author: number }>();
  /**
   * Heads added (true) or removed (false) since they were last written: most are added and removed in
   * between.
   */
  readonly #unsettled = new Map<string, { id: Uint8Array; author: number; stays: boolean }>();
  /**
   * Events stored since heads were last written; the flag says that heads must be written now to stay
   * correct.
   */
  #behind = 0;
  #mustWrite = false;
  readonly #insert: Statement;
  readonly #has: Statement<{ seq: number }>;
  readonly #byId: Statement<EventRow>;
  readonly #bySeq: Statement<{ bytes: Uint8Array }>;
  readonly #addHead: Statement;
  readonly #dropHead: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.anchors = new AnchorMarks(db);
    this.#gaps = new Gaps(db);
    this.#insert = db.prepare(
      'INSERT INTO event (id, author, time, kind, stratum, proved, bytes, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#has = db.prepare('SELECT seq FROM event WHERE id = ?');
    this.#byId = db.prepare('SELECT seq, id, proved, bytes, signature FROM event WHERE id = ?');
    this.#bySeq = db.prepare('SELECT bytes FROM event WHERE seq = ?');
    this.#addHead = db.prepare('INSERT OR IGNORE INTO head (id, author) VALUES (?, ?)');
    this.#dropHead = db.prepare('DELETE FROM head WHERE id = ?');
    this.reload();
  }

  /** Reads the in-memory state again; called after a transaction was rolled back. */
  reload(): void {
    this.#authors.clear();
    this.#gaps.reload();
    this.#heads.clear();
    this.#unsettled.clear();
    for (const row of this.#db.prepare<{ n: number; key: Uint8Array }>('SELECT n, key FROM author').all()) {
      this.#authors.set(toHex(row.key), row.n);
    }
    for (const row of this.#db
      .prepare<{ id: Uint8Array; author: number }>('SELECT id, author FROM head')
      .all()) {
      this.#heads.set(toHex(row.id), row);
    }
    this.#behind = 0;
    this.#mustWrite = false;
    this.#catchUpHeads();
  }

  /** Heads are written only from time to time; the events since then supply the rest. */
  #catchUpHeads(): void {
    const since = this.meta<number>(HEADS_UPTO) ?? 0;
    const rows = this.#db
      .prepare<Omit<EventRow, 'seq'>>(
        'SELECT id, proved, bytes, NULL AS signature FROM event WHERE seq > ? ORDER BY seq',
      )
      .iterate(since);
    for (const row of rows) {
      const { id, author: key, parents } = opened(row);
      const author = this.#authors.get(toHex(key))!;
      this.#addedHead(toHex(id), { id, author });
      for (const parent of parents) {
        const hex = toHex(parent);
        if (this.#heads.get(hex)?.author === author) this.#lostHead(hex);
      }
      this.#behind++;
    }
  }

  /** The row number of an author, created on first use. */
  authorOf(key: Uint8Array): number {
    const hex = toHex(key);
    const known = this.#authors.get(hex);
    if (known !== undefined) return known;
    const n = Number(this.#db.prepare('INSERT INTO author (key) VALUES (?)').run(key).lastInsertRowid);
    this.#authors.set(hex, n);
    return n;
  }

  has(id: Uint8Array): boolean {
    return this.#has.get(id) !== undefined;
  }

  seqOf(id: Uint8Array): number | null {
    return this.#has.get(id)?.seq ?? null;
  }

  /** [L3] Whether an event is named as a parent by an authentic event of the same author. */
  isAwaited(event: LogEvent): boolean {
    const namedBy = this.#gaps.size > 0 ? this.#gaps.namedBy(toHex(event.id)) : [];
    return namedBy.length > 0 && namedBy.includes(this.authorOf(event.author));
  }

  /**
   * Stores an authentic event; heads and gaps are up to date once {@link settle} is called. Returns its row
   * number.
   */
  insert(event: LogEvent, stratum: Stratum, proved: boolean): number {
    const author = this.authorOf(event.author);
    const { lastInsertRowid } = this.#insert.run(
      event.id,
      author,
      event.time,
      event.kind,
      STRATUM[stratum],
      proved ? PROVED.bySignature : PROVED.byAncestry,
      event.bytes,
      event.signature,
    );
    const hex = toHex(event.id);
    // Only the gap recorded that another event of the author names this one, and the gap is closed now.
    if (this.#gaps.close(event.id, hex).includes(author)) this.#mustWrite = true;
    else this.#addedHead(hex, { id: event.id, author });
    this.#behind++;
    for (const parent of event.parents) this.#settleParent(parent, author);
    return Number(lastInsertRowid);
  }

  #settleParent(parent: Uint8Array, author: number): void {
    const hex = toHex(parent);
    const head = this.#heads.get(hex);
    if (head) {
      if (head.author === author) this.#lostHead(hex);
    } else if (!this.#gaps.namedBy(hex).includes(author) && !this.has(parent)) {
      this.#gaps.add(parent, hex, author);
    }
  }

  #addedHead(hex: string, head: { id: Uint8Array; author: number }): void {
    this.#heads.set(hex, head);
    this.#unsettled.set(hex, { ...head, stays: true });
  }

  /** A head that never reached the table needs no deletion. */
  #lostHead(hex: string): void {
    const head = this.#heads.get(hex)!;
    this.#heads.delete(hex);
    if (this.#unsettled.get(hex)?.stays) this.#unsettled.delete(hex);
    else this.#unsettled.set(hex, { ...head, stays: false });
  }

  /**
   * Writes changed heads when due; called last in every transaction that inserted or removed. Consecutive
   * events replace one head by the next, so most heads are never written.
   */
  settle(): void {
    if (!this.#mustWrite && this.#behind < HEADS_BEHIND) return;
    for (const { id, author, stays } of this.#unsettled.values()) {
      if (stays) this.#addHead.run(id, author);
      else this.#dropHead.run(id);
    }
    this.#unsettled.clear();
    this.#behind = 0;
    this.#mustWrite = false;
    this.setMeta(HEADS_UPTO, this.latestSeq());
  }

  /** Removes an event that lost its right to be here [L11]. Its place in its author's chain becomes a gap. */
  remove(seq: number, event: LogEvent): void {
    const hex = toHex(event.id);
    this.#db.prepare('DELETE FROM event WHERE seq = ?').run(seq);
    this.#mustWrite = true;
    if (this.#heads.has(hex)) this.#lostHead(hex);
    else this.#gaps.add(event.id, hex, this.authorOf(event.author));
  }

  /**
   * [L14] Files the redacted form of an event that was never here. Its parents need their own proof: they do
   * not become gaps.
   */
  file(redacted: LogEvent, stratum: Stratum): number {
    const author = this.authorOf(redacted.author);
    const { id, time, kind, bytes } = redacted;
    const { lastInsertRowid } = this.#insert.run(
      id,
      author,
      time,
      kind,
      STRATUM[stratum],
      PROVED.storedRedacted,
      bytes,
      null,
    );
    this.#mustWrite = true;
    const hex = toHex(id);
    if (!this.#gaps.close(id, hex).includes(author)) this.#addedHead(hex, { id, author });
    for (const parent of redacted.parents) {
      if (this.#heads.get(toHex(parent))?.author === author) this.#lostHead(toHex(parent));
    }
    return Number(lastInsertRowid);
  }

  /** Whether an event is here only in redacted form. */
  isRedacted(id: Uint8Array): boolean {
    return (this.#byId.get(id)?.proved ?? 0) >= PROVED.redacted;
  }

  /** Whether events name this one as a parent, none of them by the given author, and it is not here. */
  isAwaitedByOthers(id: Uint8Array, key: Uint8Array): boolean {
    const namedBy = this.#gaps.namedBy(toHex(id));
    return namedBy.length > 0 && !namedBy.includes(this.authorOf(key));
  }

  /** The author's heads, ascending, at most `limit` of them. */
  headsOf(key: Uint8Array, limit: number): Uint8Array[] {
    const author = this.authorOf(key);
    const ids: Uint8Array[] = [];
    for (const head of this.#heads.values()) if (head.author === author) ids.push(head.id);
    return ids.sort(compareBytes).slice(0, limit);
  }

  /** The number of parents that are named but not held: above zero while history is being filled in. */
  gaps(): number {
    return this.#gaps.size;
  }

  /**
   * The event in the form in which it is sent. A signature that was never checked is left out [L3]; a
   * redacted event is not sent [L14].
   */
  sealed(id: Uint8Array): SealedEvent | null {
    const row = this.#byId.get(id);
    if (!row || row.proved >= PROVED.redacted) return null;
    return { bytes: row.bytes, signature: row.proved === PROVED.bySignature ? row.signature : null };
  }

  event(id: Uint8Array): { event: LogEvent; seq: number } | null {
    const row = this.#byId.get(id);
    return row ? { event: opened(row), seq: row.seq } : null;
  }

  /** The encoded event in a row. Throws if there is none: row numbers only name events that exist. */
  bytesAt(seq: number): Uint8Array {
    const row = this.#bySeq.get(seq);
    if (!row) throw new Error(`no event in row ${seq}`);
    return row.bytes;
  }

  count(stratum: Stratum): number {
    const row = this.#db
      .prepare<{ n: number }>('SELECT COUNT(*) AS n FROM event WHERE stratum = ?')
      .get(STRATUM[stratum]);
    return row!.n;
  }

  /** All items of a stratum, newest first; a slice at a time, so that others may read in between. */
  *items(stratum: Stratum): Generator<LogItem> {
    // Text comes out of SQLite twice as fast as a million small byte arrays, and leaves less garbage.
    const query = this.#db.prepare<{ time: number; hex: string }>(
      'SELECT time, hex(id) AS hex FROM event WHERE stratum = ? AND (time, id) < (?, ?) ORDER BY time DESC, id DESC LIMIT ?',
    );
    let time = Number.MAX_SAFE_INTEGER;
    let id: Uint8Array = new Uint8Array(0);
    for (;;) {
      const rows = query.all(STRATUM[stratum], time, id, ITEMS_SLICE);
      for (const row of rows) {
        id = Buffer.from(row.hex, 'hex');
        time = row.time;
        yield { time, id };
      }
      if (rows.length < ITEMS_SLICE) return;
    }
  }

  /** Events in the order they were stored, a batch at a time so that others may read in between. */
  *batches(size: number, stratum: Stratum): Generator<{ seq: number; event: LogEvent }[]> {
    const query = this.#db.prepare<EventRow>(
      'SELECT seq, id, proved, bytes, signature FROM event WHERE seq > ? AND stratum = ? ORDER BY seq LIMIT ?',
    );
    let last = 0;
    for (;;) {
      const rows = query.all(last, STRATUM[stratum], size);
      if (rows.length === 0) return;
      last = rows.at(-1)!.seq;
      yield rows.map((row) => ({ seq: row.seq, event: opened(row) }));
    }
  }

  /** One author's events from a time on, oldest first. */
  byAuthorSince(key: Uint8Array, time: number): { seq: number; event: LogEvent }[] {
    const author = this.#authors.get(toHex(key));
    if (author === undefined) return [];
    return this.#db
      .prepare<EventRow>(
        'SELECT seq, id, proved, bytes, signature FROM event WHERE author = ? AND time >= ? ORDER BY time, id',
      )
      .all(author, time)
      .map((row) => ({ seq: row.seq, event: opened(row) }));
  }

  /** The latest time of an event that is not after `most`, in ticks; 0 without one. */
  latestTime(most = Number.MAX_SAFE_INTEGER): number {
    return (
      this.#db
        .prepare<{ t: number | null }>(
          `SELECT MAX(t) AS t FROM (SELECT MAX(time) AS t FROM event WHERE stratum = 0 AND time <= ?
             UNION ALL SELECT MAX(time) FROM event WHERE stratum = 1 AND time <= ?)`,
        )
        .get(most, most)?.t ?? 0
    );
  }

  /** The highest row number in use, 0 with none. */
  latestSeq(): number {
    return this.#db.prepare<{ n: number | null }>('SELECT MAX(seq) AS n FROM event').get()?.n ?? 0;
  }

  meta<T extends string | number | Uint8Array>(key: string): T | null {
    return metaOf<T>(this.#db, key);
  }

  setMeta(key: string, value: string | number | Uint8Array): void {
    this.#db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
  }
}

/** A value that the log keeps beside the events, or null. */
export function metaOf<T extends string | number | Uint8Array>(db: Database, key: string): T | null {
  return db.prepare<{ value: T }>('SELECT value FROM meta WHERE key = ?').get(key)?.value ?? null;
}
