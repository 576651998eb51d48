import type { Database } from '../kernel/database.ts';
import { bodyOf } from '../log/event.ts';
import type { ItemSource } from '../moderation/index.ts';
import { noteKinds, type NoteWrite } from './kinds.ts';

/** Notes as moderation sees them. */
export function noteItems(db: Database): ItemSource {
  const read = db.prepare<{ bytes: Uint8Array; author: Uint8Array; at: number }>(
    `SELECT e.bytes, a.key AS author, n.at FROM note n JOIN event e ON e.seq = n.n
     JOIN author a ON a.n = n.author WHERE n.n = ?`,
  );
  return {
    kind: 'note',
    code: 90,
    kinds: [noteKinds.write.name],
    read(n) {
      const row = read.get(n);
      if (!row) return null;
      const { text } = bodyOf<NoteWrite>(row.bytes);
      return {
        text,
        shownAt: [0, text.length],
        author: row.author,
        atMs: row.at,
        board: null,
        imported: false,
      };
    },
    show(n) {
      const row = read.get(n);
      if (!row) return null;
      const { text } = bodyOf<NoteWrite>(row.bytes);
      return {
        atMs: row.at,
        text,
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
