import type { ExportedPost, KnownPost, PlannedPost } from '../archive/index.ts';
import { toHex } from '../kernel/bytes.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { othersTurn, type Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { didOf } from '../kernel/did.ts';
import type { BulkSigner } from '../kernel/signer.ts';
import { bodyOf, MAX_EVENT_BYTES, type LogEvent } from '../log/event.ts';
import type { Log } from '../log/log.ts';
import type { EventDraft } from '../log/own-events.ts';
import { boardKinds, type AttachmentRef, type PostReply, type ThreadStart } from './kinds.ts';
import { messageKey } from './projection.ts';
import { Recent } from './recent.ts';

/** Places of messages kept in memory: most replies follow soon after their parents. */
const RECENT_PLACES = 20_000;
const PAGE_POSTS = 200;
/** Message ids looked up in one turn: about a millisecond. */
const KNOWN_AT_ONCE = 100;
const MAX_REFERENCES = 50;
/** The other contents of an event: at most 16 attachments, two names and a message id. */
const ROOM_BESIDE_TEXT_BYTES = 24 * 1024;
const MAX_TEXT_BYTES = MAX_EVENT_BYTES - ROOM_BESIDE_TEXT_BYTES;
const CUT_NOTE = '\n\n[The rest of this message was cut off: it is longer than a post may be.]';
/** Message ids that an export assigned to posts written here. */
const OWN_ID = /^(bafyrei[a-z2-7]{52})@impulse\.invalid$/;

export interface BoardsArchiveInit {
  readonly db: Database;
  readonly log: Log;
  /** The person who imports; imported posts are theirs and name their source. */
  readonly signer: BulkSigner;
  readonly clock: Clock;
  /** Keeps an attachment's bytes; the same bytes give the same reference. */
  storeFile(bytes: Uint8Array, name: string, type: string): Promise<AttachmentRef>;
  /** An attachment's bytes, or null when this node does not hold them. */
  readFile(digest: Uint8Array): Promise<Uint8Array | null>;
  handleOf(author: Uint8Array): string;
}

/** The place of a post, by digests. */
interface Place {
  readonly thread: Uint8Array;
  readonly post: Uint8Array;
  readonly board: Uint8Array;
}

/** A place that the store knows, with the date of the post. */
interface DatedPlace extends Place {
  readonly at: number;
}

/** The part of an earlier post that a reference chain needs. */
interface Link {
  readonly messageId: string;
  readonly above: Uint8Array | null;
}

/** A thread of an export with its board. */
interface ThreadRow {
  n: number;
  subject: string;
  slug: string;
  name: string;
  description: string;
}

interface ExportRow {
  n: number;
  id: Uint8Array;
  author: Uint8Array;
  at: number;
  time: number;
  text_seq: number;
  subject: string;
  bytes: Uint8Array;
}

/** The boards as an archive reads and writes them. */
export type BoardsArchive = ReturnType<typeof boardsArchive>;

export function boardsArchive(init: BoardsArchiveInit) {
  const { db, log, clock } = init;
  const place = `SELECT e.id AS post, t.id AS thread, b.id AS board, p.at FROM post p JOIN event e ON e.seq = p.n
    JOIN thread t ON t.n = p.thread JOIN board b ON b.n = t.board`;
  const bySource = db.prepare<DatedPlace>(`${place} WHERE p.n = (SELECT n FROM source WHERE message = ?)`);
  const byId = db.prepare<DatedPlace>(`${place} WHERE p.n = (SELECT seq FROM event WHERE id = ?)`);

  const find = (messageId: string): DatedPlace | undefined => {
    const imported = bySource.get(messageKey(messageId));
    const own = imported ? undefined : OWN_ID.exec(messageId)?.[1];
    if (own === undefined) return imported;
    try {
      return byId.get(digestOf(own));
    } catch {
      return undefined; // looks like an id of this project but is not one
    }
  };

  return {
    /** Which of these messages the node holds: imported before, or written here and exported since. */
    async known(messageIds: readonly string[]): Promise<Map<string, KnownPost>> {
      const known = new Map<string, KnownPost>();
      for (const [at, id] of messageIds.entries()) {
        if (at > 0 && at % KNOWN_AT_ONCE === 0) await othersTurn();
        const found = find(id);
        if (found) known.set(id, { thread: cidOf(found.thread), post: cidOf(found.post), date: found.at });
      }
      return known;
    },

    /** Stores the batches of one import in a board; each batch is stored completely or not at all. */
    sink(board: Uint8Array): (batch: readonly PlannedPost[]) => Promise<void> {
      const recent = new Recent<Place>(RECENT_PLACES);
      const placeOf = (key: string) => recent.get(key) ?? find(key);
      return async (batch) => {
        const files = new Map<PlannedPost, AttachmentRef[]>();
        for (const post of batch) {
          if (post.attachments.length > 0) files.set(post, await storeAll(post));
        }
        await log.appendBulk(init.signer, drafts(batch, board, files, placeOf, recent));
      };
    },

    /** How many posts an export of one board, or of all boards, will contain. */
    total(board: Uint8Array | null): number {
      const { where, values } = within(board);
      return db
        .prepare<{ n: number }>(
          `SELECT COUNT(*) AS n FROM post p JOIN thread t ON t.n = p.thread LEFT JOIN held_item h ON h.n = p.n
             WHERE p.deleted_seq IS NULL AND h.hidden IS NOT 1 ${where}`,
        )
        .get(...values)!.n;
    },

    /** How many posts an export of one board, or of all boards, leaves out, and why. */
    leftOut(board: Uint8Array | null): { waiting: number; held: number; deleted: number } {
      const { where, values } = within(board);
      return db
        .prepare<{ waiting: number; held: number; deleted: number }>(
          `SELECT COALESCE(SUM(p.deleted_seq IS NULL AND h.hidden IS 1 AND h.state = 0), 0) AS waiting,
             COALESCE(SUM(p.deleted_seq IS NULL AND h.hidden IS 1 AND h.state <> 0), 0) AS held,
             COALESCE(SUM(p.deleted_seq IS NOT NULL), 0) AS deleted
           FROM post p JOIN thread t ON t.n = p.thread LEFT JOIN held_item h ON h.n = p.n WHERE 1 ${where}`,
        )
        .get(...values)!;
    },

    /** Posts thread by thread, oldest first within each. Other work gets its turn after every page. */
    async *exported(board: Uint8Array | null, signal?: AbortSignal): AsyncGenerator<ExportedPost> {
      const { where, values } = within(board);
      const nextThread = db.prepare<ThreadRow>(
        `SELECT t.n, t.subject, b.slug, b.name, b.description FROM thread t JOIN board b ON b.n = t.board WHERE t.n > ? ${where}
           AND EXISTS (SELECT 1 FROM post p LEFT JOIN held_item h ON h.n = p.n
             WHERE p.thread = t.n AND p.deleted_seq IS NULL AND h.hidden IS NOT 1) ORDER BY t.n LIMIT 1`,
      );
      const links = new Recent<Link>(RECENT_PLACES);
      let sincePause = 0;
      for (let thread = nextThread.get(0, ...values); thread; thread = nextThread.get(thread.n, ...values)) {
        for (const row of postsOf(thread.n)) {
          if (++sincePause >= PAGE_POSTS) {
            sincePause = 0;
            await othersTurn();
          }
          signal?.throwIfAborted();
          yield await exportedOf(row, thread, links);
        }
      }
    },
  };

  function storeAll(post: PlannedPost): Promise<AttachmentRef[]> {
    return Promise.all(post.attachments.map(({ bytes, name, type }) => init.storeFile(bytes, name, type)));
  }

  function* drafts(
    batch: readonly PlannedPost[],
    board: Uint8Array,
    files: ReadonlyMap<PlannedPost, AttachmentRef[]>,
    placeOf: (key: string) => Place | undefined,
    recent: Recent<Place>,
  ): Generator<EventDraft, void, LogEvent> {
    const now = clock.now();
    for (const post of batch) {
      const above = post.parentKey === null ? undefined : placeOf(post.parentKey);
      const written = {
        subject: post.subject,
        text: fit(post.text),
        format: post.format,
        attachments: files.get(post) ?? [],
        source: { name: post.fromName, date: Math.min(Math.floor(post.date), now), messageId: post.key },
      };
      const draft: EventDraft = above
        ? {
            kind: boardKinds.reply.name,
            body: { board: above.board, thread: above.thread, replyTo: above.post, ...written },
          }
        : { kind: boardKinds.start.name, body: { board, ...written } };
      const { id } = yield draft;
      recent.set(post.key, { thread: above?.thread ?? id, post: id, board: above?.board ?? board });
    }
  }

  function* postsOf(thread: number): Generator<ExportRow> {
    const page = db.prepare<ExportRow>(
      `SELECT p.n, e.id, a.key AS author, p.at, p.time, p.text_seq, e.bytes FROM post p JOIN event e ON e.seq = p.n
       JOIN author a ON a.n = p.author LEFT JOIN held_item h ON h.n = p.n
       WHERE p.thread = ? AND p.deleted_seq IS NULL AND h.hidden IS NOT 1 AND (p.at, p.time, p.n) > (?, ?, ?)
       ORDER BY p.at, p.time, p.n LIMIT ?`,
    );
    let after = { at: -1, time: -1, n: -1 };
    for (;;) {
      const rows = page.all(thread, after.at, after.time, after.n, PAGE_POSTS);
      yield* rows;
      if (rows.length < PAGE_POSTS) return;
      after = rows.at(-1)!;
    }
  }

  async function exportedOf(row: ExportRow, thread: ThreadRow, links: Recent<Link>): Promise<ExportedPost> {
    const original = bodyOf<Omit<ThreadStart, 'subject'> & Partial<PostReply>>(row.bytes);
    const shown =
      row.text_seq === row.n
        ? original
        : bodyOf<{ text: string; subject?: string }>(log.store.bytesAt(row.text_seq));
    const link = linkOf(row.id, original);
    links.set(toHex(row.id), link);
    const subject = shown.subject ?? original.subject;
    const attachments = await attachmentsOf(original.attachments);
    return {
      messageId: link.messageId,
      references: chainAbove(link, links),
      subject: subject ?? (link.above ? `Re: ${thread.subject}` : thread.subject),
      fromName: original.source?.name ?? init.handleOf(row.author),
      fromDid: didOf(row.author),
      importedBy: original.source ? init.handleOf(row.author) : null,
      date: row.at,
      text: shown.text,
      format: original.format,
      board: { slug: thread.slug, name: thread.name, description: thread.description },
      attachments,
      filesMissing: original.attachments.length - attachments.length,
    };
  }

  function chainAbove(link: Link, links: Recent<Link>): string[] {
    const chain: string[] = [];
    for (let above = link.above; above && chain.length < MAX_REFERENCES;) {
      const hex = toHex(above);
      let next = links.get(hex);
      if (!next) {
        const bytes = log.store.sealed(above)?.bytes;
        // A post that was named before it arrived: only its id is known.
        next = bytes ? linkOf(above, bodyOf(bytes)) : { messageId: ownId(above), above: null };
        links.set(hex, next);
      }
      chain.unshift(next.messageId);
      above = next.above;
    }
    return chain;
  }

  async function attachmentsOf(refs: readonly AttachmentRef[]) {
    const held = [];
    for (const { cid, name, type } of refs) {
      const bytes = await init.readFile(cid);
      if (bytes) held.push({ name, type, bytes });
    }
    return held;
  }
}

/** The SQL condition that limits threads `t` to one board. */
function within(board: Uint8Array | null): { where: string; values: Uint8Array[] } {
  return board === null
    ? { where: '', values: [] }
    : { where: 'AND t.board = (SELECT n FROM board WHERE id = ?)', values: [board] };
}

/** A reply that names no parent post answers the first post of the thread. */
function linkOf(id: Uint8Array, body: Partial<Pick<PostReply, 'source' | 'replyTo' | 'thread'>>): Link {
  return { messageId: body.source?.messageId ?? ownId(id), above: body.replyTo ?? body.thread ?? null };
}

function ownId(id: Uint8Array): string {
  return `${cidOf(id)}@impulse.invalid`;
}

/**
 * Text with many bytes per character can be too large for an event although its length is within the limit.
 */
function fit(text: string): string {
  if (text.length * 3 <= MAX_TEXT_BYTES || Buffer.byteLength(text) <= MAX_TEXT_BYTES) return text;
  const room = MAX_TEXT_BYTES - CUT_NOTE.length;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(room));
  return text.slice(0, read) + CUT_NOTE;
}
