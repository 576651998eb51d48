import type * as z from 'zod';
import type { Database, Statement } from '../kernel/database.ts';
import { bodyOf } from '../log/event.ts';
import { boardKinds, type BoardCreate, type BoardUpdate } from './kinds.ts';

/** [B2] A board is its creation event, changed by its updates in order of (time, id). */
export class BoardFold {
  readonly #db: Database;
  readonly #row: Statement<{ n: number }>;
  readonly #addRow: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#row = db.prepare('SELECT n FROM board WHERE id = ?');
    this.#addRow = db.prepare('INSERT INTO board (id) VALUES (?)');
  }

  /** The row of a board, made at first mention: posts may arrive before the board they name. */
  rowOf(id: Uint8Array): number {
    return this.#row.get(id)?.n ?? Number(this.#addRow.run(id).lastInsertRowid);
  }

  /** Applies the creation or an update in row `seq` of the log. */
  change(board: Uint8Array, time: number, seq: number): void {
    this.#db.prepare('INSERT INTO board_event (board_id, time, seq) VALUES (?, ?, ?)').run(board, time, seq);
    this.#fold(board);
  }

  /** Reverts it. */
  unchange(board: Uint8Array, time: number, seq: number): void {
    this.#db
      .prepare('DELETE FROM board_event WHERE board_id = ? AND time = ? AND seq = ?')
      .run(board, time, seq);
    this.#fold(board);
  }

  #fold(board: Uint8Array): void {
    const n = this.rowOf(board);
    const rows = this.#db
      .prepare<{ bytes: Uint8Array; kind: string }>(
        'SELECT e.bytes, e.kind FROM board_event b JOIN event e ON e.seq = b.seq WHERE b.board_id = ? ORDER BY e.time, e.id',
      )
      .all(board);
    const create = rows.find((row) => row.kind === boardKinds.create.name);
    const shape = {
      ...(create
        ? bodyOf<z.infer<typeof BoardCreate>>(create.bytes)
        : { slug: '', name: '', description: '', postRole: 'member' as const }),
      archived: false,
    };
    for (const row of rows) {
      if (row.kind === boardKinds.update.name)
        Object.assign(shape, bodyOf<z.infer<typeof BoardUpdate>>(row.bytes));
    }
    this.#db
      .prepare(
        'UPDATE board SET slug = ?, name = ?, description = ?, post_role = ?, archived = ?, known = ? WHERE n = ?',
      )
      .run(
        shape.slug,
        shape.name,
        shape.description,
        shape.postRole,
        shape.archived ? 1 : 0,
        create ? 1 : 0,
        n,
      );
  }
}
