import type { Database } from '../kernel/database.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import type { LedgerProjection } from '../ledger/index.ts';
import type { LogEvent } from '../log/event.ts';
import type { Projection } from '../log/kinds.ts';
import { noteKinds } from './kinds.ts';

/** Notes as rows. */
export class NoteProjection implements Projection {
  readonly kinds = Object.values(noteKinds);
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  apply(event: LogEvent, seq: number): void {
    this.#db
      .prepare('INSERT INTO note (n, author, at) SELECT seq, author, ? FROM event WHERE seq = ?')
      .run(msOf(event.time), seq);
  }

  revoke(_event: LogEvent, seq: number): void {
    this.#db.prepare('DELETE FROM note WHERE n = ?').run(seq);
  }

  clear(): void {
    this.#db.exec('DELETE FROM note');
  }

  *dump(): Generator<unknown> {
    const ids = this.#db.prepare<{ id: Uint8Array }>(
      'SELECT e.id FROM note n JOIN event e ON e.seq = n.n ORDER BY e.id',
    );
    for (const { id } of ids.iterate()) yield ['note', id];
  }
}

/** Pins as rows. */
export function pinProjection(db: Database): LedgerProjection {
  const pin = (note: unknown) =>
    db.prepare('INSERT OR IGNORE INTO note_pin (note) VALUES (?)').run(note as Uint8Array);
  return {
    apply({ name, facts }) {
      if (name === 'note.pinned') pin(facts['note']);
    },
    clear: () => db.exec('DELETE FROM note_pin'),
    restore(state) {
      for (const { value } of state.entriesUnder('note-pin/')) pin(value);
    },
  };
}
