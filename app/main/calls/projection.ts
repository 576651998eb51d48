import type { Database, Statement } from '../kernel/database.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import type { LogEvent } from '../log/event.ts';
import type { Projection } from '../log/kinds.ts';
import { callKinds, type CallEnd, type CallOpen } from './kinds.ts';

/** Rooms and what was done to them, as rows. */
export class CallProjection implements Projection {
  readonly kinds = Object.values(callKinds);
  readonly #db: Database;
  readonly #open: Statement;
  readonly #act: Statement;
  readonly #forget: readonly Statement[];

  constructor(db: Database) {
    this.#db = db;
    this.#open = db.prepare(
      'INSERT INTO call_room (n, author, at, time, board) SELECT seq, author, ?, time, ? FROM event WHERE seq = ?',
    );
    this.#act = db.prepare(
      'INSERT INTO call_act (n, room, author, act, time) SELECT seq, ?, author, kind, time FROM event WHERE seq = ?',
    );
    this.#forget = ['call_room', 'call_act'].map((table) => db.prepare(`DELETE FROM ${table} WHERE n = ?`));
  }

  apply({ kind, body, time }: LogEvent, seq: number): void {
    if (kind === callKinds.open.name) this.#open.run(msOf(time), (body as CallOpen).board, seq);
    else this.#act.run((body as CallEnd).room, seq);
  }

  revoke(_event: LogEvent, seq: number): void {
    for (const statement of this.#forget) statement.run(seq);
  }

  clear(): void {
    this.#db.exec('DELETE FROM call_room; DELETE FROM call_act;');
  }

  *dump(): Generator<unknown> {
    for (const table of ['call_room', 'call_act']) {
      const rows = this.#db.prepare<{ id: Uint8Array }>(
        `SELECT e.id FROM ${table} t JOIN event e ON e.seq = t.n ORDER BY e.id`,
      );
      for (const { id } of rows.iterate()) yield [table, id];
    }
  }
}
