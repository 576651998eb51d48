import type * as z from 'zod';
import type { Database } from '../kernel/database.ts';
import type { ThreadMark } from './kinds.ts';

/** Whether threads are pinned or locked: for each mark, the latest event in order of (time, id) counts. */
export class ThreadMarks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Applies the marks in row `seq` of the log; their thread may arrive later. */
  add({ thread, ...fields }: z.infer<typeof ThreadMark>, time: number, seq: number): void {
    const insert = this.#db.prepare(
      'INSERT INTO thread_mark (thread_id, field, time, seq, active) VALUES (?, ?, ?, ?, ?)',
    );
    for (const [field, on] of Object.entries(fields)) insert.run(thread, field, time, seq, on ? 1 : 0);
    this.fold(thread);
  }

  remove(thread: Uint8Array, seq: number): void {
    this.#db.prepare('DELETE FROM thread_mark WHERE thread_id = ? AND seq = ?').run(thread, seq);
    this.#fold(thread);
  }

  /** Updates a thread's row with its marks, if it has any. */
  fold(thread: Uint8Array): void {
    if (this.#db.prepare('SELECT 1 FROM thread_mark WHERE thread_id = ? LIMIT 1').get(thread)) {
      this.#fold(thread);
    }
  }

  #fold(thread: Uint8Array): void {
    for (const field of ['pinned', 'locked'] as const) {
      this.#db
        .prepare(
          `UPDATE thread SET ${field} = COALESCE((SELECT m.active FROM thread_mark m JOIN event e ON e.seq = m.seq
             WHERE m.thread_id = thread.id AND m.field = ? ORDER BY m.time DESC, e.id DESC LIMIT 1), 0) WHERE id = ?`,
        )
        .run(field, thread);
    }
  }
}
