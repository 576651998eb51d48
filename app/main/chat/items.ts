import type { Database } from '../kernel/database.ts';
import { bodyOf } from '../log/event.ts';
import type { HoldChange, ItemSource } from '../moderation/index.ts';
import { chatKinds, type ChatSay } from './kinds.ts';

/** Lines of chat as the gate sees them. */
export function chatItems(db: Database, changed: (changes: readonly HoldChange[]) => void): ItemSource {
  const read = db.prepare<{ bytes: Uint8Array; author: Uint8Array; at: number }>(
    `SELECT e.bytes, a.key AS author, c.at FROM chat_line c JOIN event e ON e.seq = c.n
     JOIN author a ON a.n = c.author WHERE c.n = ?`,
  );
  return {
    kind: 'chat',
    kinds: [chatKinds.say.name],
    read(n) {
      const row = read.get(n);
      if (!row) return null;
      const { text } = bodyOf<ChatSay>(row.bytes);
      const { author, at } = row;
      return { text, shownAt: [0, text.length], author, atMs: at, board: null, imported: false };
    },
    changed,
  };
}
