import type { Database } from '../kernel/database.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import { bodyOf } from '../log/event.ts';
import { picturesIn, type ItemSource, type Neighbour, type Words } from '../moderation/index.ts';
import { Counters, type Reader } from './counters.ts';
import { boardKinds, type PostReply, type ThreadStart } from './kinds.ts';

interface Row {
  bytes: Uint8Array;
  shown: Uint8Array;
  author: Uint8Array;
  at: number;
  time: number;
  board: Uint8Array;
}

interface PlaceRow {
  board_name: string;
  thread: Uint8Array;
  subject: string;
}

interface NeighbourRow {
  id: Uint8Array;
  author: Uint8Array;
  at: number;
  bytes: Uint8Array;
  original: Uint8Array;
}

/** How many characters of a neighbouring post are read. */
const AROUND_CHARS = 2000;

/** The text of a post that is classified: subject, body and the names of its files. */
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

/** Posts as moderation sees them: their current text, and the effects of showing or hiding them. */
export function postItems(db: Database, reader: Reader): ItemSource {
  const counters = new Counters(db, reader);
  // Every post of another is judged once: its place, which only reviewers see, is a statement of its own.
  const read = db.prepare<Row>(
    `SELECT e.bytes, x.bytes AS shown, a.key AS author, p.at, p.time, b.id AS board FROM post p JOIN event e ON e.seq = p.n
     JOIN event x ON x.seq = p.text_seq JOIN author a ON a.n = p.author JOIN thread t ON t.n = p.thread
     JOIN board b ON b.n = t.board WHERE p.n = ?`,
  );
  const arriving = db.prepare<{ board: Uint8Array | null; changed: number }>(
    `SELECT (SELECT b.id FROM thread t JOIN board b ON b.n = t.board WHERE t.id = ?) AS board,
       EXISTS (SELECT 1 FROM post_change WHERE post_id = ?) AS changed`,
  );
  const placeOf = db.prepare<PlaceRow>(
    `SELECT b.name AS board_name, t.id AS thread, t.subject FROM post p JOIN thread t ON t.n = p.thread
     JOIN board b ON b.n = t.board WHERE p.n = ?`,
  );
  const textTime = db.prepare<{ time: number }>(
    'SELECT x.time FROM post p JOIN event x ON x.seq = p.text_seq WHERE p.n = ?',
  );
  const edits = db.prepare<{ id: Uint8Array }>(
    `SELECT e.id FROM post_change c JOIN event e ON e.seq = c.seq JOIN event p ON p.id = c.post_id
     WHERE c.post_id = ? AND c.kind = '${boardKinds.edit.name}' AND c.author = p.author ORDER BY c.time, e.id`,
  );
  return {
    kind: 'post',
    code: 0,
    kinds: [boardKinds.start.name, boardKinds.reply.name],
    changes: {
      kinds: [boardKinds.edit.name],
      itemOf: (body) => (body as { post: Uint8Array }).post,
    },
    carriesFiles: true,
    placeView: 'post_place',
    isImported: (body) => (body as Partial<ThreadStart>).source !== undefined,
    read(n) {
      const row = read.get(n);
      if (!row) return null;
      const original = bodyOf<ThreadStart | PostReply>(row.bytes);
      const shown = bodyOf<{ text: string; subject?: string }>(row.shown);
      const { author, time, board } = row;
      return { ...contentOf(original, shown), author, atMs: msOf(time), board };
    },
    foresee({ author, time, body }) {
      const post = body as ThreadStart | PostReply;
      return { ...contentOf(post, post), author, atMs: msOf(time), board: post.board };
    },
    filed({ id, body }) {
      const { board: named, thread = null } = body as ThreadStart & Partial<PostReply>;
      const { board, changed } = arriving.get(thread, id)!;
      // Bounds are those of the board where the thread is filed [B3], if it is here: a reply may name another board.
      return changed === 1 ? null : { board: board ?? named };
    },
    show(n) {
      const row = read.get(n);
      const place = placeOf.get(n);
      if (!row || !place) return null;
      const original = bodyOf<ThreadStart | PostReply>(row.bytes);
      return {
        atMs: row.at,
        text: bodyOf<{ text: string }>(row.shown).text,
        format: original.format,
        board: { id: row.board, name: place.board_name },
        thread: place.thread,
        subject: place.subject || null,
        sourceName: original.source?.name,
        attachments: original.attachments,
      };
    },
    around: (n, before, limit) =>
      db
        .prepare<NeighbourRow>(inThread(before))
        .all(n, n, limit)
        .map(({ id, author, at, bytes, original }): Neighbour => {
          const { text } = bodyOf<{ text: string }>(bytes);
          const sourceName = bodyOf<PostReply>(original).source?.name;
          return { id, author, sourceName, at, text: text.slice(0, AROUND_CHARS) };
        }),
    editsOf: (id) => edits.all(id).map((edit) => edit.id),
    textTime: (n) => textTime.get(n)?.time ?? 0,
    beforeChange: () => counters.catchUp(),
    shown: (rows) => counters.show(rows),
    hidden: (rows) => counters.hide(rows),
  };
}

/** The words of a post that are judged, from its first version and the one that is shown. */
function contentOf(original: ThreadStart | PostReply, shown: { text: string; subject?: string | undefined }) {
  const { source, attachments } = original;
  // The original author of an imported post is shown as well.
  const subject = [shown.subject ?? original.subject, source?.name].filter(Boolean).join('\n');
  return {
    ...wordsOfPost({ text: shown.text, attachments, ...(subject === '' ? {} : { subject }) }),
    imported: source !== undefined,
    pictures: picturesIn(attachments),
  };
}

function inThread(before: boolean): string {
  const [than, order] = before ? (['<', 'DESC'] as const) : (['>', 'ASC'] as const);
  return `SELECT e.id, a.key AS author, p.at, x.bytes, e.bytes AS original FROM post p
    JOIN event e ON e.seq = p.n JOIN author a ON a.n = p.author
    JOIN event x ON x.seq = p.text_seq
    WHERE p.thread = (SELECT thread FROM post WHERE n = ?) AND p.deleted_seq IS NULL
      AND (p.at, p.time, p.n) ${than} (SELECT at, time, n FROM post WHERE n = ?)
    ORDER BY p.at ${order}, p.time ${order}, p.n ${order} LIMIT ?`;
}
