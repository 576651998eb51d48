import type { Board, Post, Thread } from '../../../contract/index.ts';
import { Refusal, type Answers } from './answers.ts';
import { Events } from './events.ts';
import { personAt } from './people.ts';

const MINUTE_MS = 60_000;
const THREADS = 142_600;
const BOARD = 'bafyreisample-museum';
/** Posts per thread, in turn; a million in all. */
const LENGTHS = [15, 1, 4, 2, 23, 1, 7, 900, 3, 12, 1, 5] as const;
const LONG_EVERY = 1_000;

const subjects = [
  'Storm on Tuesday: who has spare berths?',
  'Photos of the 1994 modem rack',
  'Who else still has a working Courier?',
  'Fog horn schedule moved by ten minutes',
  'Lost: one green mooring line',
  'Looking for the 1996 phone list',
  'Ferry times over the holidays',
] as const;
const sentences = [
  'I measured it twice and got the same figure, which surprised me as much as it will surprise you.',
  'The manual says otherwise, but the manual was written for the revision before ours.',
  'I kept the original tapes; they still read, apart from the last few minutes.',
  '> Has anybody tried the new firmware?\n\nI have, and it answers on the second ring now.',
  'It rains in through the same window as last year.',
] as const;

const at = <T>(list: readonly [T, ...T[]], n: number): T => list[n % list.length] ?? list[0];
const threadId = (n: number) => `bafyreisample-t-${n}`;
const lengthOf = (n: number): number => {
  const length = at(LENGTHS, n);
  return length < 100 || n % LONG_EVERY === 7 ? length : 8;
};

/** The thread and post that an id names. Throws a {@link Refusal} for any other id. */
function placeOf(id: string): { readonly thread: number; readonly post: number } {
  const match = /^bafyreisample-[tp]-(\d+)(?:-(\d+))?$/.exec(id);
  if (match && Number(match[1]) < THREADS) return { thread: Number(match[1]), post: Number(match[2] ?? 0) };
  throw new Refusal({
    code: 'post-unknown',
    message: 'That is not on this node.',
    remedy: 'Go back to the list; it may have been deleted.',
  });
}

/** A board of a million imported posts, each computed from its place when it is read. */
export function museum(now: number): Required<Pick<Answers, 'boards'>>['boards'] {
  const board: Board = {
    id: BOARD,
    slug: 'museum',
    name: 'Museum',
    description: 'The old board’s mail from 1993 on, imported as it was.',
    postRole: 'member',
    archived: false,
    threads: THREADS,
    posts: Array.from({ length: THREADS }, (_, n) => lengthOf(n)).reduce((sum, length) => sum + length, 0),
    unread: 0,
    lastActivityAt: now,
  };
  const finality = { level: 'certified', copies: 4, block: 1_200 } as const;
  const thread = (n: number): Thread => {
    const lastActivityAt = now - n * 40 * MINUTE_MS;
    return {
      id: threadId(n),
      board: BOARD,
      boardName: board.name,
      subject: at(subjects, n),
      author: personAt(0),
      sourceName: personAt(n * 3).handle,
      replies: lengthOf(n) - 1,
      unread: 0,
      createdAt: lastActivityAt - lengthOf(n) * 11 * MINUTE_MS,
      lastActivityAt,
      lastAuthor: personAt(0).handle,
      lastSourceName: personAt(n + lengthOf(n)).handle,
      pinned: false,
      locked: false,
      finality,
      held: null,
    };
  };
  const post = (n: number, place: number): Post => {
    const { id, subject, createdAt } = thread(n);
    return {
      id: `bafyreisample-p-${n}-${place}`,
      thread: id,
      board: BOARD,
      replyTo: place === 0 ? null : `bafyreisample-p-${n}-${place - 1}`,
      author: personAt(0),
      createdAt: createdAt + place * 11 * MINUTE_MS,
      editedAt: null,
      edits: 0,
      subject: place === 0 ? subject : null,
      text: at(sentences, n + place),
      format: 'plain',
      deleted: null,
      reactions: [],
      attachments: [],
      source: { name: personAt(n + place).handle, date: createdAt, messageId: `${n}.${place}@museum` },
      finality,
      unread: false,
      held: null,
      may: { edit: false, delete: false, reply: true, react: true },
    };
  };
  const pageOf = <T>(from: number, limit: number, total: number, item: (n: number) => T) => {
    const items = Array.from({ length: Math.max(0, Math.min(limit, total - from)) }, (_, n) =>
      item(from + n),
    );
    return { items, next: from + limit < total ? String(from + limit) : null, total };
  };
  return {
    list: () => [board],
    threads: ({ cursor = '0', limit, unreadOnly }) =>
      pageOf(Number(cursor), limit, unreadOnly ? 0 : THREADS, thread),
    thread: ({ id, around, cursor, limit }) => {
      const { thread: n } = placeOf(id);
      const wanted = around === undefined ? 0 : placeOf(around).post;
      const offset = cursor === undefined ? Math.floor(wanted / limit) * limit : Number(cursor);
      return { thread: thread(n), posts: pageOf(offset, limit, lengthOf(n), (m) => post(n, m)), offset };
    },
    post: ({ id }) => {
      const place = placeOf(id);
      return post(place.thread, place.post);
    },
    markRead: () => ({}),
    changes: (_, signal) => new Events<never>().watch(signal),
  };
}
