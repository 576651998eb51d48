import { toHex } from '../kernel/bytes.ts';
import type { Cell, Database } from '../kernel/database.ts';
import { ACTS, RULINGS } from './kinds.ts';
import type { Act } from './standing.ts';
import { problem } from './problems.ts';

interface AuditRow {
  n: number;
  id: Uint8Array;
  item: Uint8Array;
  author: Uint8Array;
  time: number;
  act: number;
  ruling: number | null;
  target: Uint8Array | null;
  undone: number;
}

/** An act with its place in the audit log. */
export interface AuditedAct {
  readonly act: Act;
  readonly item: Uint8Array;
  readonly undone: boolean;
}

const number = (act: (typeof ACTS)[number]) => ACTS.indexOf(act);
/** [R4] An act in row `a`, whose event is `e`, that its author took back. */
const UNDONE = `EXISTS (SELECT 1 FROM review_act u WHERE u.target = e.id AND u.act = ${number('undo')} AND u.author = a.author AND u.item = a.item)`;

/** The acts of moderators, and how far they agree. */
export class Audit {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Every act, the newest first. Throws a Problem `bad-cursor`. */
  page(
    by: number | null,
    item: Uint8Array | null,
    cursor: string | undefined,
    limit: number,
  ): { acts: AuditedAct[]; next: string | null } {
    const where = [`a.act <> ${number('purged')}`];
    const values: Cell[] = [];
    if (by !== null) (where.push('a.author = ?'), values.push(by));
    if (item !== null) (where.push('a.item = ?'), values.push(item));
    if (cursor !== undefined) {
      const match = /^(\d{1,16})_(\d{1,16})$/.exec(cursor);
      if (!match) throw problem('bad-cursor');
      where.push('(a.time, a.n) < (?, ?)');
      values.push(Number(match[1]), Number(match[2]));
    }
    const rows = this.#db
      .prepare<AuditRow>(
        `SELECT a.n, e.id, a.item, k.key AS author, a.time, a.act, a.ruling, a.target, ${UNDONE} AS undone FROM review_act a
         CROSS JOIN event e ON e.seq = a.n CROSS JOIN author k ON k.n = a.author WHERE ${where.join(' AND ')}
         ORDER BY a.time DESC, a.n DESC LIMIT ?`,
      )
      .all(...values, limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      acts: page.map(({ id, author, time, act, ruling, target, item: of, undone }) => ({
        act: {
          id,
          author,
          time,
          act: ACTS[act]!,
          ruling: ruling === null ? null : RULINGS[ruling]!,
          target,
        },
        item: of,
        undone: undone === 1,
      })),
      next: rows.length > limit && last ? `${last.time}_${last.n}` : null,
    };
  }

  /**
   * Rulings by author, keyed by their public key in hexadecimal: how many, how many taken back, and how they
   * agree with `me`.
   */
  rulings(me: number): Map<string, { rulings: number; undone: number; agreement: number | null }> {
    const counts = this.#db
      .prepare<{ author: number; key: Uint8Array; rulings: number; undone: number }>(
        `SELECT a.author, k.key, COUNT(*) AS rulings, SUM(${UNDONE}) AS undone FROM review_act a
         CROSS JOIN event e ON e.seq = a.n CROSS JOIN author k ON k.n = a.author WHERE a.act = ${number('rule')} GROUP BY a.author`,
      )
      .all();
    const agreed = this.#agreement(me);
    return new Map(
      counts.map(({ author, key, rulings, undone }) => [
        toHex(key),
        { rulings, undone, agreement: agreed.get(author) ?? null },
      ]),
    );
  }

  /** Of the items that both ruled on, the share that both would show or both hide. */
  #agreement(me: number): Map<number, number> {
    const latest = `SELECT a.author, a.item, a.ruling, MAX(a.time) FROM review_act a CROSS JOIN event e ON e.seq = a.n
      WHERE a.act = ${number('rule')} AND NOT ${UNDONE}`;
    const rows = this.#db
      .prepare<{ author: number; agreement: number }>(
        `WITH mine AS (${latest} AND a.author = ? GROUP BY a.item),
           theirs AS (${latest} AND a.author <> ? GROUP BY a.author, a.item)
         SELECT t.author, AVG((t.ruling = 0) = (m.ruling = 0)) AS agreement FROM mine m JOIN theirs t ON t.item = m.item GROUP BY t.author`,
      )
      .all(me, me);
    return new Map(rows.map(({ author, agreement }) => [author, agreement]));
  }
}
