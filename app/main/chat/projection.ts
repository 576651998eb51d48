import type { Database, Statement } from '../kernel/database.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import type { LogEvent } from '../log/event.ts';
import type { Projection } from '../log/kinds.ts';
import { chatKinds } from './kinds.ts';

/** Chat lines as rows, one for each event, so that the order of arrival does not matter. */
export class ChatProjection implements Projection {
  readonly kinds = Object.values(chatKinds);
  readonly #db: Database;
  readonly #insert: Statement;
  readonly #remove: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#insert = db.prepare(
      'INSERT INTO chat_line (n, author, at, time) SELECT seq, author, ?, time FROM event WHERE seq = ?',
    );
    this.#remove = db.prepare('DELETE FROM chat_line WHERE n = ?');
  }

  apply(event: LogEvent, seq: number): void {
    this.#insert.run(msOf(event.time), seq);
  }

  revoke(_event: LogEvent, seq: number): void {
    this.#remove.run(seq);
  }

  clear(): void {
    this.#db.exec('DELETE FROM chat_line');
  }

  *dump(): Generator<unknown> {
    const rows = this.#db.prepare<{ id: Uint8Array }>(
      'SELECT e.id FROM chat_line c JOIN event e ON e.seq = c.n ORDER BY e.id',
    );
    for (const { id } of rows.iterate()) yield ['chat', id];
  }
}
