import { Problem as ProblemForm } from '../../../contract/index.ts';
import type { Database } from '../../kernel/database.ts';
import { Details, type RecordingRow, type RecordingState } from './details.ts';

interface Row {
  id: string;
  room: Uint8Array;
  title: string;
  started_at: number;
  ended_at: number | null;
  state: RecordingState;
  bytes: number;
  problem: string | null;
  details: string;
}

/** The recordings of a community, as rows. */
export class RecordingBook {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Writes a recording, over its earlier row. */
  put({ id, room, title, startedAt, endedAt, state, bytes, problem, details }: RecordingRow): void {
    this.#db
      .prepare(
        `INSERT INTO call_recording (id, room, title, started_at, ended_at, state, bytes, problem, details)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, state = excluded.state, bytes = excluded.bytes,
           problem = excluded.problem, details = excluded.details`,
      )
      .run(
        id,
        room,
        title,
        startedAt,
        endedAt,
        state,
        bytes,
        problem === null ? null : JSON.stringify(problem),
        JSON.stringify(details),
      );
  }

  get(id: string): RecordingRow | null {
    const row = this.#db.prepare<Row>('SELECT * FROM call_recording WHERE id = ?').get(id);
    return row ? rowOf(row) : null;
  }

  /** The newest first. */
  list(): RecordingRow[] {
    return this.#db
      .prepare<Row>('SELECT * FROM call_recording ORDER BY started_at DESC, id')
      .all()
      .map(rowOf);
  }

  remove(id: string): void {
    this.#db.prepare('DELETE FROM call_recording WHERE id = ?').run(id);
  }

  /** Of all recordings. */
  bytes(): number {
    return recordingBytes(this.#db);
  }
}

/** [CR13] The bytes of all recordings of a community. */
export const recordingBytes = (db: Database): number =>
  db.prepare<{ bytes: number }>('SELECT COALESCE(SUM(bytes), 0) AS bytes FROM call_recording').get()!.bytes;

function rowOf({ id, room, title, started_at, ended_at, state, bytes, problem, details }: Row): RecordingRow {
  return {
    id,
    room,
    title,
    startedAt: started_at,
    endedAt: ended_at,
    state,
    bytes,
    problem: problem === null ? null : ProblemForm.parse(JSON.parse(problem)),
    details: Details.parse(JSON.parse(details)),
  };
}
