import type { Database } from '../kernel/database.ts';
import { bodyOf } from '../log/event.ts';
import { picturesIn, type HoldChange, type ItemSource, type Words } from '../moderation/index.ts';
import { Counters, type Reader } from './counters.ts';
import { boardKinds, type PostReply, type ThreadStart } from './kinds.ts';

interface Row {
  bytes: Uint8Array;
  shown: Uint8Array;
  author: Uint8Array;
  at: number;
  board: Uint8Array;
}

/** What is judged of a post: subject, text and the names of its files. */
export function wordsOfPost(post: {
  readonly subject?: string | undefined;
  readonly text: string;
  readonly attachments: readonly { readonly name: string }[];
}): Words {
  const before = post.subject === undefined ? '' : `${post.subject}\n`;
  const after = post.attachments.map(({ name }) => `\n${name}`).join('');
  return {
    text: `${before}${post.text}${after}`,
    shownAt: [before.length, before.length + post.text.length],
  };
}

/** Posts as the gate sees them: what they say now, and what follows when they come into sight or leave it. */
export function postItems(
  db: Database,
  reader: Reader,
  around: {
    readonly changed: (changes: readonly HoldChange[]) => void;
    /** A file's bytes, or null when this node does not hold them. */
    readonly readFile: (digest: Uint8Array) => Promise<Uint8Array | null>;
  },
): ItemSource {
  const counters = new Counters(db, reader);
  const read = db.prepare<Row>(
    `SELECT e.bytes, x.bytes AS shown, a.key AS author, p.at, b.id AS board FROM post p JOIN event e ON e.seq = p.n
     JOIN event x ON x.seq = p.text_seq JOIN author a ON a.n = p.author JOIN thread t ON t.n = p.thread
     JOIN board b ON b.n = t.board WHERE p.n = ?`,
  );
  const textTime = db.prepare<{ time: number }>(
    'SELECT x.time FROM post p JOIN event x ON x.seq = p.text_seq WHERE p.n = ?',
  );
  return {
    kind: 'post',
    kinds: [boardKinds.start.name, boardKinds.reply.name],
    changes: {
      kinds: [boardKinds.edit.name],
      itemOf: (body) => (body as { post: Uint8Array }).post,
    },
    isImported: (body) => (body as Partial<ThreadStart>).source !== undefined,
    read(n) {
      const row = read.get(n);
      if (!row) return null;
      const original = bodyOf<ThreadStart | PostReply>(row.bytes);
      const shown = bodyOf<{ text: string; subject?: string }>(row.shown);
      const { source, attachments } = original;
      // Who is named as its author elsewhere is shown as well.
      const subject = [shown.subject ?? original.subject, source?.name].filter(Boolean).join('\n');
      return {
        ...wordsOfPost({ text: shown.text, attachments, ...(subject === '' ? {} : { subject }) }),
        author: row.author,
        atMs: row.at,
        board: row.board,
        imported: source !== undefined,
        pictures: picturesIn(attachments, around.readFile),
      };
    },
    textTime: (n) => textTime.get(n)?.time ?? 0,
    beforeChange: () => counters.catchUp(),
    show: (rows) => counters.show(rows),
    hide: (rows) => counters.hide(rows),
    changed: around.changed,
  };
}
