import type { Database } from '../kernel/database.ts';
import { bodyOf } from '../log/event.ts';
import { callKinds, type CallChange, type CallOpen, type Rules } from './kinds.ts';

/** [CA1] A room as the log defines it now. Times in milliseconds since the epoch. */
export interface Room {
  readonly id: Uint8Array;
  readonly title: string;
  readonly board: Uint8Array | null;
  /** The key that opened it; its node hosts the room. */
  readonly owner: Uint8Array;
  readonly rules: Rules;
  readonly openedAt: number;
  readonly startsAt: number | null;
}

interface RoomRow {
  id: Uint8Array;
  owner: Uint8Array;
  at: number;
  bytes: Uint8Array;
  change: Uint8Array | null;
}

/** [J16] Of hidden rooms, only one's own are listed. */
const ROOM = `SELECT e.id, a.key AS owner, r.at, e.bytes,
    (SELECT c.bytes FROM call_act x JOIN event c ON c.seq = x.n
     WHERE x.room = e.id AND x.act = '${callKinds.change.name}' AND x.author = r.author
     ORDER BY x.time DESC, c.id DESC LIMIT 1) AS change
  FROM call_room r JOIN event e ON e.seq = r.n JOIN author a ON a.n = r.author LEFT JOIN held_item h ON h.n = r.n
  WHERE (h.hidden IS NOT 1 OR h.own = 1) AND NOT EXISTS (
    SELECT 1 FROM call_act x WHERE x.room = e.id
      AND (x.act = '${callKinds.remove.name}' OR (x.act = '${callKinds.close.name}' AND x.author = r.author)))`;

/** The most rooms that are listed; a community with more should close some. */
const MAX_LISTED = 500;

/** Reads the open rooms of a community. */
export class Rooms {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The newest first. */
  list(): Room[] {
    return this.#db
      .prepare<RoomRow>(`${ROOM} ORDER BY r.time DESC, r.n DESC LIMIT ?`)
      .all(MAX_LISTED)
      .map(roomOf);
  }

  /** Null if it was never opened, is closed or hidden. */
  get(id: Uint8Array): Room | null {
    const row = this.#db.prepare<RoomRow>(`${ROOM} AND e.id = ?`).get(id);
    return row ? roomOf(row) : null;
  }
}

function roomOf({ id, owner, at, bytes, change }: RoomRow): Room {
  const opened = bodyOf<CallOpen>(bytes);
  const { rules, startsAt } = change === null ? opened : bodyOf<CallChange>(change);
  return {
    id,
    title: opened.title,
    board: opened.board,
    owner,
    // [CE1] Nobody takes the encryption from a room that was entered for it.
    rules: { ...rules, encrypted: opened.rules.encrypted },
    openedAt: at,
    startsAt,
  };
}
