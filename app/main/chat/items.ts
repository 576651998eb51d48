import type { Database } from '../kernel/database.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import { bodyOf } from '../log/event.ts';
import type { ItemSource, Neighbour } from '../moderation/index.ts';
import { chatKinds, type ChatSay } from './kinds.ts';

interface NeighbourRow {
  id: Uint8Array;
  author: Uint8Array;
  at: number;
  bytes: Uint8Array;
}

/** Chat lines as moderation sees them. */
export function chatItems(db: Database): ItemSource {
  const read = db.prepare<{ bytes: Uint8Array; author: Uint8Array; at: number; time: number }>(
    `SELECT e.bytes, a.key AS author, c.at, e.time FROM chat_line c JOIN event e ON e.seq = c.n
     JOIN author a ON a.n = c.author WHERE c.n = ?`,
  );
  return {
    kind: 'chat',
    code: 1,
    kinds: [chatKinds.say.name],
    read(n) {
      const row = read.get(n);
      if (!row) return null;
      const { text } = bodyOf<ChatSay>(row.bytes);
      const { author, at } = row;
      return { text, shownAt: [0, text.length], author, atMs: at, board: null, imported: false };
    },
    foresee({ author, time, body }) {
      const { text } = body as ChatSay;
      return { text, shownAt: [0, text.length], author, atMs: msOf(time), board: null, imported: false };
    },
    show(n) {
      const row = read.get(n);
      if (!row) return null;
      return {
        atMs: msOf(row.time),
        text: bodyOf<ChatSay>(row.bytes).text,
        format: 'plain',
        board: null,
        thread: null,
        subject: null,
        attachments: [],
      };
    },
    around: (n, before, limit) =>
      db
        .prepare<NeighbourRow>(inRoom(before))
        .all(n, limit)
        .map(({ id, author, at, bytes }): Neighbour => ({
          id,
          author,
          at,
          text: bodyOf<ChatSay>(bytes).text,
        })),
  };
}

function inRoom(before: boolean): string {
  const [than, order] = before ? (['<', 'DESC'] as const) : (['>', 'ASC'] as const);
  return `SELECT e.id, a.key AS author, c.at, e.bytes FROM chat_line c JOIN event e ON e.seq = c.n JOIN author a ON a.n = c.author
    WHERE (c.time, c.n) ${than} (SELECT time, n FROM chat_line WHERE n = ?)
    ORDER BY c.time ${order}, c.n ${order} LIMIT ?`;
}
