import type { Database } from '../kernel/database.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import type { LogEvent } from '../log/event.ts';
import { authorOfItem } from './content.ts';
import type { Follows } from './follows.ts';
import { ACTS, actOf, RULINGS, type Purge, type Ruling } from './kinds.ts';
import { inEffect, itemReviewOf, type Act, type ItemReview } from './standing.ts';

interface ActRow {
  id: Uint8Array;
  author: Uint8Array;
  time: number;
  act: number;
  ruling: number | null;
  target: Uint8Array | null;
}

interface ItemRow {
  ruling: number | null;
  ruled_time: number | null;
}

/** The facts of the log that the acts depend on. */
export interface LogRows {
  /** Row of an author. */
  authorOf(key: Uint8Array): number;
  /** Whether the text of an event is gone. */
  isRedacted(id: Uint8Array): boolean;
}

/** The acts as rows, with the result for each item here [R2]. */
export class ReviewStore {
  readonly #db: Database;
  readonly #follows: Follows;
  readonly #log: LogRows;
  readonly #sql;

  constructor(db: Database, follows: Follows, log: LogRows) {
    this.#db = db;
    this.#follows = follows;
    this.#log = log;
    this.#sql = {
      add: db.prepare(
        'INSERT INTO review_act (n, item, act, author, time, ruling, target) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ),
      drop: db.prepare('DELETE FROM review_act WHERE n = ?'),
      addRedacted: db.prepare('INSERT OR IGNORE INTO review_husk (id, n) VALUES (?, ?)'),
      dropRedacted: db.prepare('DELETE FROM review_husk WHERE n = ?'),
      acts: db.prepare<ActRow>(
        `SELECT e.id, u.key AS author, a.time, a.act, a.ruling, a.target FROM review_act a
         CROSS JOIN event e ON e.seq = a.n CROSS JOIN author u ON u.n = a.author WHERE a.item = ?`,
      ),
      item: db.prepare<ItemRow>('SELECT ruling, ruled_time FROM review_item WHERE item = ?'),
      put: db.prepare(
        `INSERT OR REPLACE INTO review_item (item, ruling, ruled_time, raised_at, claim_author, claim_until, appealed)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ),
      dropItem: db.prepare('DELETE FROM review_item WHERE item = ?'),
    };
  }

  add(event: LogEvent, seq: number): void {
    const act = actOf(event.kind);
    const body = event.body as { item: Uint8Array; ruling?: Ruling; act?: Uint8Array; purge?: Uint8Array };
    this.#sql.add.run(
      seq,
      body.item,
      ACTS.indexOf(act),
      this.#log.authorOf(event.author),
      event.time,
      body.ruling === undefined ? null : RULINGS.indexOf(body.ruling),
      body.act ?? body.purge ?? null,
    );
    if (act !== 'purge') return;
    for (const [id] of (event.body as Purge).husks) this.#sql.addRedacted.run(id, seq);
  }

  remove(seq: number): void {
    this.#sql.drop.run(seq);
    this.#sql.dropRedacted.run(seq);
  }

  clear(): void {
    this.#db.exec('DELETE FROM review_act; DELETE FROM review_husk');
  }

  acts(item: Uint8Array): Act[] {
    return this.#sql.acts.all(item).map(({ act, ruling, ...row }) => ({
      ...row,
      act: ACTS[act]!,
      ruling: ruling === null ? null : RULINGS[ruling]!,
    }));
  }

  /** The current result of the acts on an item. */
  standing(item: Uint8Array): ItemReview {
    return itemReviewOf(this.acts(item), {
      follows: (author) => this.#follows.follows(author),
      author: authorOfItem(this.#db, item),
      override: this.#follows.override(item),
      purged: this.#log.isRedacted(item),
    });
  }

  /** [R3] [R7] The ruling in effect here. */
  effect(item: Uint8Array): { ruling: Ruling; time: number } | null {
    const row = this.#sql.item.get(item);
    if (!row || row.ruling === null) return null;
    return { ruling: RULINGS[row.ruling]!, time: row.ruled_time! };
  }

  /** Recomputes the result for an item; returns true if the ruling in effect changed. */
  refold(item: Uint8Array): boolean {
    const before = this.#sql.item.get(item);
    const standing = this.standing(item);
    const effect = inEffect(standing);
    const { claim, raisedAt, appeal, reports, escalated } = standing;
    const bare = !effect && !claim && raisedAt === null && !appeal && !escalated && reports.length === 0;
    const ruling = effect && RULINGS.indexOf(effect.ruling);
    if (bare) this.#sql.dropItem.run(item);
    else {
      this.#sql.put.run(
        item,
        ruling,
        effect?.time ?? null,
        raisedAt === null ? null : msOf(raisedAt),
        claim && this.#log.authorOf(claim.by),
        claim?.untilMs ?? null,
        appeal ? 1 : 0,
      );
    }
    return (before?.ruling ?? null) !== ruling || (before?.ruled_time ?? null) !== (effect?.time ?? null);
  }

  /** Every item that has acts. */
  allItems(): Uint8Array[] {
    return this.#ids(
      'SELECT item FROM review_act UNION SELECT item FROM review_item UNION SELECT item FROM review_override',
    );
  }

  /** Items that someone ruled on or purged, the newest first. */
  ruledBy(author: Uint8Array): Uint8Array[] {
    return this.#ids(
      `SELECT item, MAX(n) AS n FROM review_act WHERE author = ${this.#log.authorOf(author)}
       AND act IN (${ACTS.indexOf('rule')}, ${ACTS.indexOf('purge')}) GROUP BY item ORDER BY n DESC`,
    );
  }

  /** Items with acts whose event is not here. */
  awaited(): Uint8Array[] {
    return this.#ids(
      'SELECT DISTINCT item FROM review_act a WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.id = a.item)',
    );
  }

  appealed(item: Uint8Array): boolean {
    return (
      this.#db.prepare<{ appealed: number }>('SELECT appealed FROM review_item WHERE item = ?').get(item)
        ?.appealed === 1
    );
  }

  #ids(sql: string): Uint8Array[] {
    return this.#db
      .prepare<{ item: Uint8Array }>(sql)
      .all()
      .map(({ item }) => item);
  }
}
