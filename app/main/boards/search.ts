import type { Database } from '../kernel/database.ts';
import { bodyOf } from '../log/event.ts';
import { indexedText, isPlain, mayGoOn, phraseOf, type SearchWord } from './search-text.ts';

interface Words {
  readonly subject: string;
  readonly text: string;
}

interface Todo {
  n: number;
  author: number;
  board: number;
  subject: string;
  bytes: Uint8Array;
}

/** The highest row that was indexed. */
const UPTO = 'search.upto';
/** The highest row that may be indexed as older releases did; absent when there is none. */
const OLD_UPTO = 'search.old-upto';
/** Posts have about so many characters. */
const MEAN_COST = 2000;
/** How much longer a character takes where pairs of characters are indexed. */
const FOREIGN_COST = 8;
const ROWS = `SELECT p.n, p.author, t.board, t.subject, e.bytes FROM post p JOIN thread t ON t.n = p.thread JOIN event e ON e.seq = p.text_seq`;

/** The full-text index over posts. It follows the log by a watermark, a slice at a time, so that no commit waits for it. */
export class SearchIndex {
  readonly #db: Database;
  readonly #todo;
  readonly #old;
  readonly #insert;
  readonly #mark;
  readonly #setMark;

  constructor(db: Database) {
    this.#db = db;
    this.#todo = db.prepare<Todo>(`${ROWS} WHERE p.n > ? AND p.deleted_seq IS NULL ORDER BY p.n LIMIT ?`);
    this.#old = db.prepare<Todo>(
      `${ROWS} WHERE p.n <= ? AND p.deleted_seq IS NULL ORDER BY p.n DESC LIMIT ?`,
    );
    this.#insert = db.prepare(
      'INSERT OR REPLACE INTO search (rowid, subject, text, tags) VALUES (?, ?, ?, ?)',
    );
    this.#mark = db.prepare<{ value: number }>('SELECT value FROM meta WHERE key = ?');
    this.#setMark = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
  }

  /**
   * Adds up to `limit` posts to the index, fewer if they are long, so that a slice takes about the same time
   * whatever people write. Returns whether more may wait.
   */
  index(limit: number): boolean {
    const rows = this.#todo.all(this.#mark.get(UPTO)?.value ?? 0, limit);
    if (rows.length === 0) return false;
    let last = 0;
    this.#db.transaction(() => {
      let cost = 0;
      for (const row of rows) {
        const words = wordsIn(row);
        this.#add(row, words);
        last = row.n;
        cost += costOf(words);
        if (cost >= limit * MEAN_COST) break;
      }
      this.#setMark.run(UPTO, last);
    });
    return rows.length === limit || last !== rows.at(-1)!.n;
  }

  /**
   * [B10] Examines up to `limit` posts that an older release indexed, the newest first, and indexes those again
   * that it read differently. Returns `renewUpto` as it is then.
   */
  renew(limit: number): number {
    const rows = this.#old.all(this.renewUpto(), limit);
    let left = 0;
    this.#db.transaction(() => {
      let cost = 0;
      for (const row of rows) {
        const words = wordsIn(row);
        if (isPlain(words.subject) && isPlain(words.text)) continue;
        this.#add(row, words);
        cost += costOf(words);
        if (cost < limit * MEAN_COST) continue;
        left = row.n - 1;
        break;
      }
      if (left === 0 && rows.length === limit) left = rows.at(-1)!.n - 1;
      if (left > 0) this.#setMark.run(OLD_UPTO, left);
      else this.#db.prepare('DELETE FROM meta WHERE key = ?').run(OLD_UPTO);
    });
    return left;
  }

  /** The row up to which posts of an older release remain to be examined, or 0. */
  renewUpto(): number {
    return this.#mark.get(OLD_UPTO)?.value ?? 0;
  }

  #add({ n, author, board }: Todo, { subject, text }: Words): void {
    this.#insert.run(n, indexedText(subject), indexedText(text), `b${board} a${author}`);
  }

  /**
   * [B5] Row numbers of matching posts that are shown to everybody, newest stored first, below `before`. The
   * last word may be a prefix. If exact matches fill the page, longer words are not searched: merging the
   * posts of all words with a common prefix costs time proportional to the index.
   */
  find(query: SearchQuery, before: number, limit: number): number[] {
    const whole = this.#match(query, false, before, limit);
    const last = query.words.at(-1);
    if (whole.length === limit || !last || !mayGoOn(last)) return whole;
    return this.#match(query, true, before, limit);
  }

  #match(query: SearchQuery, begun: boolean, before: number, limit: number): number[] {
    return this.#db
      .prepare<{ rowid: number }>(
        `SELECT rowid FROM search WHERE search MATCH ? AND rowid < ?
           AND NOT EXISTS (SELECT 1 FROM held_item h WHERE h.n = search.rowid AND h.hidden = 1) ORDER BY rowid DESC LIMIT ?`,
      )
      .all(matchExpression(query, begun), before, limit)
      .map(({ rowid }) => rowid);
  }
}

export interface SearchQuery {
  readonly words: readonly SearchWord[];
  readonly board: number | null;
  readonly author: number | null;
}

/** The text by which a post is found: its subject, or else that of its thread, and its text. */
function wordsIn({ bytes, subject }: Todo): Words {
  const body = bodyOf<{ text: string; subject?: string }>(bytes);
  return { subject: body.subject ?? subject, text: body.text };
}

/** About how long a post takes to index, in characters of ASCII. */
const costOf = ({ subject, text }: Words): number =>
  (subject.length + text.length) * (isPlain(text) ? 1 : FOREIGN_COST);

function matchExpression({ words, board, author }: SearchQuery, begun: boolean): string {
  const parts = words.map(
    (word, index) => `{subject text} : ${phraseOf(word, { begun: begun && index === words.length - 1 })}`,
  );
  if (board !== null) parts.push(`tags : "b${board}"`);
  if (author !== null) parts.push(`tags : "a${author}"`);
  return parts.join(' AND ');
}
