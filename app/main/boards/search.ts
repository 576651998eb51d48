import type { Database } from '../kernel/database.ts';
import { bodyOf } from '../log/event.ts';

interface Todo {
  n: number;
  author: number;
  board: number;
  subject: string;
  bytes: Uint8Array;
}

/** The full-text index over posts. It follows the log by a watermark, a slice at a time, so that no commit waits for it. */
export class SearchIndex {
  readonly #db: Database;
  readonly #todo;
  readonly #insert;

  constructor(db: Database) {
    this.#db = db;
    this.#todo = db.prepare<Todo>(
      `SELECT p.n, p.author, t.board, t.subject, e.bytes FROM post p JOIN thread t ON t.n = p.thread JOIN event e ON e.seq = p.text_seq
       WHERE p.n > ? AND p.deleted_seq IS NULL ORDER BY p.n LIMIT ?`,
    );
    this.#insert = db.prepare(
      'INSERT OR REPLACE INTO search (rowid, subject, text, tags) VALUES (?, ?, ?, ?)',
    );
  }

  /** Adds up to `limit` posts to the index; returns how many were added, so fewer than `limit` means done. */
  index(limit: number): number {
    const upto =
      this.#db.prepare<{ value: number }>(`SELECT value FROM meta WHERE key = 'search.upto'`).get()?.value ??
      0;
    const rows = this.#todo.all(upto, limit);
    if (rows.length === 0) return 0;
    this.#db.transaction(() => {
      for (const { n, author, board, subject, bytes } of rows) {
        const body = bodyOf<{ text: string; subject?: string }>(bytes);
        this.#insert.run(n, body.subject ?? subject, body.text, `b${board} a${author}`);
      }
      this.#db
        .prepare(`INSERT OR REPLACE INTO meta (key, value) VALUES ('search.upto', ?)`)
        .run(rows.at(-1)!.n);
    });
    return rows.length;
  }

  /**
   * [B5] Row numbers of matching posts that are shown to everybody, newest stored first, below `before`. The
   * last word may be a prefix. If exact matches fill the page, longer words are not searched: merging the
   * posts of all words with a common prefix costs time proportional to the index.
   */
  find(query: SearchQuery, before: number, limit: number): number[] {
    const whole = this.#match(query, false, before, limit);
    return whole.length === limit ? whole : this.#match(query, true, before, limit);
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
  readonly words: readonly string[];
  readonly board: number | null;
  readonly author: number | null;
}

/** The words that a person typed; quotes and operators of the index have no meaning here. */
export function wordsOf(query: string): string[] {
  return query.match(/[\p{L}\p{N}\p{M}_]+/gu)?.slice(0, 16) ?? [];
}

function matchExpression({ words, board, author }: SearchQuery, begun: boolean): string {
  const parts = words.map(
    (word, index) =>
      `{subject text} : "${word}"${begun && index === words.length - 1 && word.length > 1 ? '*' : ''}`,
  );
  if (board !== null) parts.push(`tags : "b${board}"`);
  if (author !== null) parts.push(`tags : "a${author}"`);
  return parts.join(' AND ');
}

const SNIPPET_CHARS = 180;

/** Plain text around the first match, with the positions of all matches in it. */
export function snippetOf(
  text: string,
  words: readonly string[],
): { snippet: string; marks: [number, number][] } {
  const plain = text.replace(/\s+/g, ' ').trim();
  const pattern = new RegExp(words.map((word) => `(?<![\\p{L}\\p{N}])${word}`).join('|'), 'giu');
  const first = words.length > 0 ? plain.search(pattern) : -1;
  const start = first < 60 ? 0 : plain.lastIndexOf(' ', first - 50) + 1;
  const end = Math.min(plain.length, start + SNIPPET_CHARS);
  const snippet = `${start > 0 ? '… ' : ''}${plain.slice(start, end)}${end < plain.length ? ' …' : ''}`;
  const marks: [number, number][] =
    words.length === 0
      ? []
      : [...snippet.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length]);
  return { snippet, marks };
}
