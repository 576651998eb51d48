import type * as contract from '../../contract/index.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Database } from '../kernel/database.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import { bodyOf } from '../log/event.ts';

/** Kinds of events that are items, and what they are items of. */
export const ITEM_OF_KIND: Readonly<Record<string, 'post' | 'chat'>> = {
  'thread.start': 'post',
  'post.reply': 'post',
  'chat.say': 'chat',
};

interface Attached {
  readonly cid: Uint8Array;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** What an item says now, and where. */
export interface ItemContent {
  readonly n: number;
  readonly id: Uint8Array;
  readonly kind: 'post' | 'chat';
  readonly author: Uint8Array;
  readonly atMs: number;
  /** Null once it is purged. */
  readonly text: string | null;
  readonly format: 'markdown' | 'plain';
  readonly board: { readonly id: Uint8Array; readonly name: string } | null;
  readonly thread: Uint8Array | null;
  readonly subject: string | null;
  readonly attachments: readonly Attached[];
}

export type Neighbour = contract.Outputs['review']['item']['before'][number];

interface EventRow {
  seq: number;
  id: Uint8Array;
  kind: string;
  author: Uint8Array;
  time: number;
  proved: number;
  bytes: Uint8Array;
}

interface PlaceRow {
  at: number;
  thread: Uint8Array;
  subject: string;
  board: Uint8Array;
  board_name: string;
  text: Uint8Array;
}

interface NeighbourRow {
  id: Uint8Array;
  author: Uint8Array;
  at: number;
  bytes: Uint8Array;
}

const EVENT =
  'SELECT e.seq, e.id, e.kind, a.key AS author, e.time, e.proved, e.bytes FROM event e JOIN author a ON a.n = e.author';
const AROUND = 5;
const AROUND_CHARS = 2000;

/** Who wrote an item. Null while the event is not here. */
export function authorOfItem(db: Database, item: Uint8Array): Uint8Array | null {
  return db.prepare<EventRow>(`${EVENT} WHERE e.id = ?`).get(item)?.author ?? null;
}

/** Reads what items say from the rows of boards and chat. */
export class ItemReader {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  byId(id: Uint8Array): ItemContent | null {
    return this.#contentOf(this.#db.prepare<EventRow>(`${EVENT} WHERE e.id = ?`).get(id));
  }

  byRow(n: number): ItemContent | null {
    return this.#contentOf(this.#db.prepare<EventRow>(`${EVENT} WHERE e.seq = ?`).get(n));
  }

  #contentOf(row: EventRow | undefined): ItemContent | null {
    const kind = row && ITEM_OF_KIND[row.kind];
    if (!kind) return null;
    const purged = row.proved > 1;
    const common = { n: row.seq, id: row.id, kind, author: row.author };
    if (kind === 'post') {
      const place = this.#placeOf(row.seq);
      if (!place) return null;
      const original = bodyOf<{ format: 'markdown' | 'plain'; attachments: Attached[] }>(row.bytes);
      return {
        ...common,
        atMs: place.at,
        text: purged ? null : bodyOf<{ text: string }>(place.text).text,
        format: original.format,
        board: { id: place.board, name: place.board_name },
        thread: place.thread,
        subject: place.subject || null,
        attachments: original.attachments,
      };
    }
    return {
      ...common,
      atMs: msOf(row.time),
      text: purged ? null : bodyOf<{ text: string }>(row.bytes).text,
      format: 'plain',
      board: null,
      thread: null,
      subject: null,
      attachments: [],
    };
  }

  #placeOf(n: number): PlaceRow | undefined {
    return this.#db
      .prepare<PlaceRow>(
        `SELECT p.at, t.id AS thread, t.subject, b.id AS board, b.name AS board_name, x.bytes AS text
         FROM post p JOIN thread t ON t.n = p.thread JOIN board b ON b.n = t.board JOIN event x ON x.seq = p.text_seq
         WHERE p.n = ?`,
      )
      .get(n);
  }

  /** What was said right before and after an item in its thread or room, oldest first. */
  around(item: ItemContent, person: (key: Uint8Array) => contract.Person) {
    const side = (before: boolean): Neighbour[] => {
      const rows = this.#db
        .prepare<NeighbourRow>(item.kind === 'post' ? inThread(before) : inRoom(before))
        .all(...Array.from({ length: item.kind === 'post' ? 2 : 1 }, () => item.n), AROUND);
      const said = rows.map(({ id, author, at, bytes }) => ({
        id: cidOf(id),
        author: person(author),
        at,
        text: bodyOf<{ text: string }>(bytes).text.slice(0, AROUND_CHARS),
      }));
      return before ? said.reverse() : said;
    };
    return { before: side(true), after: side(false) };
  }
}

const direction = (before: boolean) => (before ? (['<', 'DESC'] as const) : (['>', 'ASC'] as const));

function inThread(before: boolean): string {
  const [than, order] = direction(before);
  return `SELECT e.id, a.key AS author, p.at, x.bytes FROM post p JOIN event e ON e.seq = p.n JOIN author a ON a.n = p.author
    JOIN event x ON x.seq = p.text_seq
    WHERE p.thread = (SELECT thread FROM post WHERE n = ?) AND p.deleted_seq IS NULL
      AND (p.at, p.time, p.n) ${than} (SELECT at, time, n FROM post WHERE n = ?)
    ORDER BY p.at ${order}, p.time ${order}, p.n ${order} LIMIT ?`;
}

function inRoom(before: boolean): string {
  const [than, order] = direction(before);
  return `SELECT e.id, a.key AS author, c.at, e.bytes FROM chat_line c JOIN event e ON e.seq = c.n JOIN author a ON a.n = c.author
    WHERE (c.time, c.n) ${than} (SELECT time, n FROM chat_line WHERE n = ?)
    ORDER BY c.time ${order}, c.n ${order} LIMIT ?`;
}
