import type { Database } from '../kernel/database.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import { bodyOf } from '../log/event.ts';
import type { Content, ItemSource } from '../moderation/index.ts';
import { callKinds, type CallOpen } from './kinds.ts';

/** [CA15] The titles of rooms as moderation sees them. */
export function roomItems(db: Database): ItemSource {
  const read = db.prepare<{ bytes: Uint8Array; author: Uint8Array; at: number; board: Uint8Array | null }>(
    `SELECT e.bytes, a.key AS author, r.at, r.board FROM call_room r JOIN event e ON e.seq = r.n
     JOIN author a ON a.n = r.author WHERE r.n = ?`,
  );
  const content = (title: string, author: Uint8Array, atMs: number, board: Uint8Array | null): Content => ({
    text: title,
    shownAt: [0, title.length],
    author,
    atMs,
    board,
    imported: false,
  });
  return {
    kind: 'call',
    code: 2,
    kinds: [callKinds.open.name],
    read(n) {
      const row = read.get(n);
      return row ? content(bodyOf<CallOpen>(row.bytes).title, row.author, row.at, row.board) : null;
    },
    foresee({ author, time, body }) {
      const { title, board } = body as CallOpen;
      return content(title, author, msOf(time), board);
    },
    show(n) {
      const row = read.get(n);
      if (!row) return null;
      return {
        atMs: row.at,
        text: bodyOf<CallOpen>(row.bytes).title,
        format: 'plain',
        board: null,
        thread: null,
        subject: null,
        attachments: [],
      };
    },
    around: () => [],
  };
}
