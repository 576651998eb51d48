import type { Board, Outputs, Person, Post, SearchHit, Thread } from '../../../contract/index.ts';
import { me, people } from './people.ts';
import { pick, seeded } from './random.ts';
import { archived, sentences, snippets, subjects } from './words.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

type Revision = Outputs['boards']['history'][number];

interface Shelf {
  board: Board;
  /** Number of seeded threads; new ones come before them. */
  readonly made: number;
  readonly old: boolean;
}

export interface ThreadPlace {
  readonly shelf: number;
  readonly thread: number;
}

const threadId = (shelf: number, thread: number) => `bafyreisample-t-${shelf}-${thread}`;
const postId = (shelf: number, thread: number, post: number) => `bafyreisample-p-${shelf}-${thread}-${post}`;

/** The place that the id of a sample thread or post refers to, or null for any other id. */
export function placeOf(id: string): (ThreadPlace & { readonly post: number }) | null {
  const match = /^bafyreisample-[tp]-(\d+)-(-?\d+)(?:-(\d+))?$/.exec(id);
  return match ? { shelf: Number(match[1]), thread: Number(match[2]), post: Number(match[3] ?? 0) } : null;
}

const shelves = (now: number): Shelf[] => {
  const make = (
    n: number,
    slug: string,
    name: string,
    description: string,
    made: number,
    rest: Partial<Board> = {},
  ) => ({
    board: {
      id: `bafyreisample-b-${n}`,
      slug,
      name,
      description,
      postRole: 'member' as const,
      archived: false,
      threads: made,
      posts: made * 7,
      unread: 0,
      lastActivityAt: now - n * 9 * MINUTE_MS,
      ...rest,
    },
    made,
    old: slug === 'museum',
  });
  return [
    make(0, 'harbour-talk', 'Harbour talk', 'Weather, berths and whatever the tide brings in.', 412, {
      unread: 9,
    }),
    make(1, 'museum', 'Museum', 'The old board’s mail from 1993 on, imported as it was.', 142_600, {
      posts: 1_041_228,
      unread: 2,
    }),
    make(2, 'doors', 'Doors', 'Programs that open from here: games, tides, timetables.', 86, { unread: 1 }),
    make(3, 'front-desk', 'Front desk', 'New here? Say hello. Questions about the node go here too.', 57, {
      postRole: 'guest',
    }),
    make(4, 'watch', 'Watch', 'For those who keep the node running.', 23, { postRole: 'moderator' }),
    make(5, 'regatta-1999', 'Regatta 1999', 'Closed; kept for reading.', 140, {
      archived: true,
      lastActivityAt: now - 200 * DAY_MS,
    }),
  ];
};

/**
 * The sample boards: a hundred thousand threads, each computed from its position when it is read; a person’s
 * changes are stored on top.
 */
export class SampleBoards {
  readonly shelves: Shelf[];
  readonly #now: () => number;
  readonly #start: number;
  readonly #threads = new Map<string, Partial<Thread>>();
  readonly #posts = new Map<string, Partial<Post>>();
  readonly #written = new Map<string, Post[]>();
  readonly #started = new Map<number, number>();
  readonly #history = new Map<string, Revision[]>();

  constructor(now: () => number) {
    this.#now = now;
    this.#start = now();
    this.shelves = shelves(this.#start);
  }

  boards(): Board[] {
    return this.shelves.map((shelf) => shelf.board);
  }

  shelfOf(id: string): number {
    return this.shelves.findIndex((shelf) => shelf.board.id === id);
  }

  countThreads(shelf: number): number {
    return (this.shelves[shelf]?.made ?? 0) + (this.#started.get(shelf) ?? 0);
  }

  /** The thread at `place` counted from the newest activity. */
  threadAt(shelf: number, place: number): Thread {
    return this.thread(shelf, place - (this.#started.get(shelf) ?? 0));
  }

  thread(shelf: number, n: number): Thread {
    const id = threadId(shelf, n);
    const board = this.shelves[shelf]?.board;
    const random = seeded(shelf * 1_000_003 + n * 31 + 7);
    const author = people[Math.floor(random() * 12)] ?? me;
    const last = people[Math.floor(random() * 12)] ?? me;
    const stepMs = this.shelves[shelf]?.old ? 40 * MINUTE_MS : 3 * 60 * MINUTE_MS;
    const lastActivityAt = this.#start - shelf * 9 * MINUTE_MS - Math.max(0, n) * stepMs;
    const replies = n === 0 ? 14 : n === 7 ? 900 : Math.floor(random() ** 3 * 40);
    const unread =
      n >= 0 && n < (shelf === 0 ? 4 : shelf < 3 ? 1 : 0)
        ? Math.min(replies + 1, 1 + Math.floor(random() * 4))
        : 0;
    const levels = ['certified', 'replicated', 'gossiped', 'local'] as const;
    const level = levels[n === 3 ? 3 : n % 9 === 5 ? 2 : n < 3 ? 1 : 0] ?? 'replicated';
    return {
      id,
      board: board?.id ?? '',
      boardName: board?.name ?? '',
      subject: subjectAt(shelf, n),
      author,
      sourceName: this.shelves[shelf]?.old
        ? pick(random, ['J. Harbour', 'Nils Brandt', 'A. Ferris', 'Wendy Lo'])
        : null,
      replies,
      unread,
      createdAt: lastActivityAt - (replies + 1) * 11 * MINUTE_MS,
      lastActivityAt,
      lastAuthor: replies > 0 ? last.handle : author.handle,
      pinned: n === 0 && shelf === 3,
      locked: this.shelves[shelf]?.board.archived === true || (n === 11 && shelf === 0),
      finality:
        level === 'certified'
          ? { level, copies: 4, block: Math.max(1, 1200 - n) }
          : { level, copies: level === 'replicated' ? 1 + Math.floor(random() * 9) : 0 },
      held: null,
      ...this.#threads.get(id),
    };
  }

  countPosts(shelf: number, n: number): number {
    return this.thread(shelf, n).replies + 1;
  }

  post(shelf: number, n: number, j: number): Post {
    const thread = this.thread(shelf, n);
    const id = postId(shelf, n, j);
    const own = this.#written.get(thread.id) ?? [];
    const generated = thread.replies + 1 - own.length;
    const written = j >= generated ? own[j - generated] : undefined;
    const base = written ?? this.#generated(thread, shelf, n, j, generated);
    return { ...base, id, ...this.#posts.get(id) };
  }

  start(shelf: number, subject: string, text: string): string {
    const count = (this.#started.get(shelf) ?? 0) + 1;
    this.#started.set(shelf, count);
    const id = threadId(shelf, -count);
    const now = this.#now();
    this.#threads.set(id, {
      subject,
      author: me,
      sourceName: null,
      replies: 0,
      unread: 0,
      createdAt: now,
      lastActivityAt: now,
      lastAuthor: me.handle,
      pinned: false,
      locked: false,
      finality: { level: 'local', copies: 0 },
    });
    this.#written.set(id, [this.#mine(this.thread(shelf, -count), null, subject, text)]);
    return id;
  }

  reply(shelf: number, n: number, replyTo: string | null, text: string, by: Person = me): string {
    const thread = this.thread(shelf, n);
    const own = this.#written.get(thread.id) ?? [];
    const post = { ...this.#mine(thread, replyTo, null, text), author: by, unread: by !== me };
    this.#written.set(thread.id, [...own, post]);
    this.setThread(thread.id, {
      replies: thread.replies + 1,
      lastActivityAt: this.#now(),
      lastAuthor: by.handle,
    });
    return postId(shelf, n, thread.replies + 1);
  }

  setThread(id: string, change: Partial<Thread>): void {
    this.#threads.set(id, { ...this.#threads.get(id), ...change });
  }

  setPost(id: string, change: Partial<Post>): void {
    this.#posts.set(id, { ...this.#posts.get(id), ...change });
  }

  edit(id: string, post: Post, text: string): void {
    const held = this.#history.get(id) ?? [
      { at: post.createdAt, by: post.author, subject: post.subject, text: post.text ?? '' },
    ];
    this.#history.set(id, [...held, { at: this.#now(), by: me, subject: post.subject, text }]);
    this.setPost(id, { text, edits: post.edits + 1, editedAt: this.#now() });
  }

  history(id: string, post: Post): Revision[] {
    return (
      this.#history.get(id) ?? [
        {
          at: post.createdAt,
          by: post.author,
          subject: post.subject,
          text: 'There is room at the north pier.',
        },
        {
          at: post.editedAt ?? post.createdAt,
          by: post.author,
          subject: post.subject,
          text: post.text ?? '',
        },
      ]
    );
  }

  search(
    query: string,
    shelf: number | null,
    from: number,
    limit: number,
  ): { items: SearchHit[]; next: string | null } {
    const wanted = query.toLowerCase();
    const items: SearchHit[] = [];
    const places = this.shelves.flatMap((_, s) =>
      shelf === null || shelf === s ? Array.from({ length: 60 }, (_x, n) => ({ s, n })) : [],
    );
    let at = from;
    for (; at < places.length && items.length < limit; at++) {
      const place = places[at];
      if (!place) break;
      for (let j = 0; j < Math.min(4, this.countPosts(place.s, place.n)); j++) {
        const post = this.post(place.s, place.n, j);
        const found = post.text?.toLowerCase().indexOf(wanted) ?? -1;
        if (found < 0 || !post.text) continue;
        const first = Math.max(0, found - 60);
        items.push({
          post: post.id,
          thread: post.thread,
          board: post.board,
          boardName: this.shelves[place.s]?.board.name ?? '',
          subject: subjectAt(place.s, place.n),
          author: post.author.handle,
          createdAt: post.createdAt,
          snippet: post.text.slice(first, found + wanted.length + 90),
          marks: [[found - first, found - first + wanted.length]],
        });
        break;
      }
    }
    return { items, next: at < places.length ? String(at) : null };
  }

  #mine(thread: Thread, replyTo: string | null, subject: string | null, text: string): Post {
    return {
      id: '',
      thread: thread.id,
      board: thread.board,
      replyTo,
      author: me,
      createdAt: this.#now(),
      editedAt: null,
      edits: 0,
      subject,
      text,
      format: 'markdown',
      deleted: null,
      reactions: [],
      attachments: [],
      source: null,
      finality: { level: 'local', copies: 0 },
      unread: false,
      held: null,
      may: { edit: true, delete: true, reply: true, react: true },
    };
  }

  #generated(thread: Thread, shelf: number, n: number, j: number, generated: number): Post {
    const random = seeded(shelf * 7_919 + n * 104_729 + j * 31);
    const author = j === 0 ? thread.author : (people[Math.floor(random() * 12)] ?? me);
    const old = this.shelves[shelf]?.old === true;
    const createdAt = thread.createdAt + j * 11 * MINUTE_MS;
    const text = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(random, sentences)).join(
      j % 3 === 0 ? '\n\n' : ' ',
    );
    const quoted = j > 0 && random() < 0.3 ? `> ${pick(random, sentences)}\n\n` : '';
    const extra = random() < 0.16 ? `\n\n${pick(random, snippets)}` : '';
    const gone = j > 1 && random() < 0.03;
    const held = heldAt(shelf, n, j);
    const at = this.#start - (thread.replies - j) * 11 * MINUTE_MS;
    return {
      ...this.#mine(
        thread,
        j > 2 && random() < 0.5 ? postId(shelf, n, j - 2) : j > 0 ? postId(shelf, n, 0) : null,
        null,
        '',
      ),
      author,
      createdAt: Math.min(createdAt, at),
      subject: j === 0 ? thread.subject : null,
      text: gone ? null : old ? `${pick(random, archived)}\n\n${text}` : quoted + text + extra,
      format: old ? 'plain' : 'markdown',
      deleted: gone ? { by: people[2] ?? me, at: this.#start - DAY_MS, reason: 'Posted twice' } : null,
      editedAt: j % 11 === 4 ? createdAt + 5 * MINUTE_MS : null,
      edits: j % 11 === 4 ? 1 : 0,
      reactions:
        gone || random() > 0.3
          ? []
          : [
              { emoji: '👍', count: 1 + Math.floor(random() * 5), mine: random() > 0.7 },
              ...(random() > 0.6 ? [{ emoji: '⚓', count: 2, mine: false }] : []),
            ],
      attachments:
        !gone && random() < 0.1
          ? [
              {
                cid: `bafkreisample-f-${shelf}-${n}-${j}`,
                name: 'modem-rack-1994.jpg',
                type: 'image/jpeg',
                sizeBytes: 284_113,
                here: random() > 0.4,
              },
            ]
          : [],
      source: old
        ? {
            name: thread.sourceName ?? 'J. Harbour',
            date: 816_345_600_000 + n * 60_000,
            messageId: `<${n}.${j}@example.org>`,
          }
        : null,
      finality:
        j === generated - 1
          ? thread.finality
          : j > generated - 3
            ? { level: 'replicated', copies: 4 + (j % 3) }
            : { level: 'certified', copies: 4 + (j % 3), block: 900 + j },
      unread: j >= generated - thread.unread,
      held,
      may: {
        edit: !gone && author === me,
        delete: !gone,
        reply: !thread.locked && held === null,
        react: !gone && held === null,
      },
    };
  }
}

/** A few posts of the first thread are held back: as others see it, as a moderator sees it, and removed. */
function heldAt(shelf: number, n: number, j: number): Post['held'] {
  if (shelf !== 0 || n !== 0 || j < 2 || j > 4) return null;
  const states = ['queued', 'quarantined', 'removed'] as const;
  return {
    state: states[j - 2] ?? 'queued',
    reasons: [{ code: 'spam', detail: 'Reads like an advertisement.' }],
    appealed: j === 3,
  };
}

function subjectAt(shelf: number, n: number): string {
  const own = (shelf * 5 + n) % subjects.length;
  const subject = subjects[own < 0 ? 0 : own] ?? subjects[0];
  return n >= subjects.length ? `${n % 3 === 0 ? '' : 'Re: '}${subject}` : subject;
}
