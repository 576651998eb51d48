import { implement } from '@orpc/server';
import { contract } from '../../../contract/index.ts';
import type { BoardsChange } from '../../../contract/index.ts';
import { placeOf } from './boards.ts';
import type { SampleBoards } from './boards.ts';
import type { Events } from './events.ts';
import { heldBack, isHeldBack } from './heldBack.ts';

interface Parts {
  readonly boards: SampleBoards;
  readonly news: Events<BoardsChange>;
  readonly now: () => number;
}

const gone = {
  code: 'post-unknown',
  message: 'That is not on this node.',
  remedy: 'Go back to the list; it may have been deleted.',
};

/** The board procedures over sample data. */
export function boardProcedures({ boards, news, now }: Parts) {
  const os = implement(contract).boards;
  const changed = (thread: string | null, board: string, newPosts = 0) =>
    news.tell({ boards: [board], threads: thread === null ? [] : [thread], newPosts });

  const holdIf = (id: string, held: boolean) => {
    if (!held) return 'publish' as const;
    boards.setPost(id, {
      held: { state: 'quarantined', reasons: [{ code: 'spam', detail: heldBack.message }], appealed: true },
    });
    return 'quarantine' as const;
  };

  return {
    list: os.list.handler(() => boards.boards()),
    create: os.create.handler(({ input, errors }) => {
      if (boards.boards().some((board) => board.slug === input.slug))
        throw errors.PROBLEM({
          data: {
            code: 'slug-taken',
            message: 'There is a board with that short name.',
            remedy: 'Choose another.',
          },
        });
      const board = {
        ...input,
        id: `bafyreisample-b-${boards.shelves.length}`,
        archived: false,
        threads: 0,
        posts: 0,
        unread: 0,
        lastActivityAt: null,
      };
      boards.shelves.push({ board, made: 0, old: false });
      changed(null, board.id);
      return board;
    }),
    update: os.update.handler(({ input, errors }) => {
      const shelf = boards.shelves[boards.shelfOf(input.id)];
      if (!shelf) throw errors.PROBLEM({ data: gone });
      const {
        name = shelf.board.name,
        description = shelf.board.description,
        postRole = shelf.board.postRole,
        archived = shelf.board.archived,
      } = input;
      shelf.board = { ...shelf.board, name, description, postRole, archived };
      changed(null, input.id);
      return shelf.board;
    }),
    threads: os.threads.handler(({ input }) => {
      const from = Number(input.cursor ?? 0);
      const shelf = input.board === undefined ? -1 : boards.shelfOf(input.board);
      const total = shelf < 0 ? 60 : boards.countThreads(shelf);
      const size = Math.min(input.limit, Math.max(0, total - from));
      const all = Array.from({ length: size }, (_, i) =>
        shelf < 0
          ? boards.threadAt((from + i) % 4, Math.floor((from + i) / 4))
          : boards.threadAt(shelf, from + i),
      );
      const items = input.unreadOnly ? all.filter((thread) => thread.unread > 0) : all;
      const next = from + size < total && !input.unreadOnly ? String(from + size) : null;
      return { items, next, total: input.unreadOnly ? items.length : total };
    }),
    thread: os.thread.handler(({ input, errors }) => {
      const place = placeOf(input.id);
      if (!place || !boards.shelves[place.shelf]) throw errors.PROBLEM({ data: gone });
      const total = boards.countPosts(place.shelf, place.thread);
      const wanted = input.around === undefined ? 0 : (placeOf(input.around)?.post ?? 0);
      const from =
        input.cursor === undefined ? Math.floor(wanted / input.limit) * input.limit : Number(input.cursor);
      const size = Math.min(input.limit, Math.max(0, total - from));
      const items = Array.from({ length: size }, (_, i) => boards.post(place.shelf, place.thread, from + i));
      return {
        thread: boards.thread(place.shelf, place.thread),
        posts: { items, next: from + size < total ? String(from + size) : null, total },
        offset: from,
      };
    }),
    post: os.post.handler(({ input, errors }) => {
      const place = placeOf(input.id);
      if (!place || !boards.shelves[place.shelf]) throw errors.PROBLEM({ data: gone });
      return boards.post(place.shelf, place.thread, place.post);
    }),
    startThread: os.startThread.handler(({ input, errors }) => {
      const shelf = boards.shelfOf(input.board);
      if (shelf < 0) throw errors.PROBLEM({ data: gone });
      if (isHeldBack(input)) throw errors.PROBLEM({ data: heldBack });
      const id = boards.start(shelf, input.subject, input.text);
      changed(id, input.board, 1);
      return { id, decision: holdIf(id, input.askReview) };
    }),
    reply: os.reply.handler(({ input, errors }) => {
      const place = placeOf(input.thread);
      if (!place) throw errors.PROBLEM({ data: gone });
      if (isHeldBack(input)) throw errors.PROBLEM({ data: heldBack });
      const id = boards.reply(place.shelf, place.thread, input.replyTo ?? null, input.text);
      const decision = holdIf(id, input.askReview);
      changed(input.thread, boards.thread(place.shelf, place.thread).board, 1);
      return { id, decision };
    }),
    edit: os.edit.handler(({ input, errors }) => {
      const place = placeOf(input.id);
      if (!place) throw errors.PROBLEM({ data: gone });
      const post = boards.post(place.shelf, place.thread, place.post);
      if (isHeldBack(input)) throw errors.PROBLEM({ data: heldBack });
      boards.edit(input.id, post, input.text);
      changed(post.thread, post.board);
      return { decision: 'publish' };
    }),
    history: os.history.handler(({ input, errors }) => {
      const place = placeOf(input.id);
      if (!place) throw errors.PROBLEM({ data: gone });
      return boards.history(input.id, boards.post(place.shelf, place.thread, place.post));
    }),
    delete: os.delete.handler(({ input, errors }) => {
      const place = placeOf(input.id);
      if (!place) throw errors.PROBLEM({ data: gone });
      const post = boards.post(place.shelf, place.thread, place.post);
      const by = boards.thread(place.shelf, place.thread).author;
      boards.setPost(input.id, {
        text: null,
        attachments: [],
        reactions: [],
        deleted: { by, at: now(), reason: input.reason },
        may: { edit: false, delete: false, reply: true, react: false },
      });
      changed(post.thread, post.board);
      return {};
    }),
    react: os.react.handler(({ input, errors }) => {
      const place = placeOf(input.id);
      if (!place) throw errors.PROBLEM({ data: gone });
      const post = boards.post(place.shelf, place.thread, place.post);
      const held = post.reactions.find((reaction) => reaction.emoji === input.emoji);
      const count = (held?.count ?? 0) + (input.on ? 1 : -1);
      const rest = post.reactions.filter((reaction) => reaction.emoji !== input.emoji);
      boards.setPost(input.id, {
        reactions: count > 0 ? [...rest, { emoji: input.emoji, count, mine: input.on }] : rest,
      });
      changed(post.thread, post.board);
      return {};
    }),
    markThread: os.markThread.handler(({ input, errors }) => {
      const place = placeOf(input.id);
      if (!place) throw errors.PROBLEM({ data: gone });
      const { pinned, locked } = input;
      boards.setThread(input.id, {
        ...(pinned === undefined ? {} : { pinned }),
        ...(locked === undefined ? {} : { locked }),
      });
      changed(input.id, boards.thread(place.shelf, place.thread).board);
      return {};
    }),
    markRead: os.markRead.handler(({ input }) => {
      const place = input.thread === undefined ? null : placeOf(input.thread);
      if (place && input.thread !== undefined) {
        const shelf = boards.shelves[place.shelf];
        const thread = boards.thread(place.shelf, place.thread);
        boards.setThread(input.thread, { unread: 0 });
        if (shelf) shelf.board = { ...shelf.board, unread: Math.max(0, shelf.board.unread - thread.unread) };
        changed(input.thread, thread.board);
        return {};
      }
      for (const [s, shelf] of boards.shelves.entries()) {
        if (input.board !== undefined && input.board !== shelf.board.id) continue;
        shelf.board = { ...shelf.board, unread: 0 };
        for (let n = 0; n < 4; n++) boards.setThread(boards.thread(s, n).id, { unread: 0 });
        changed(null, shelf.board.id);
      }
      return {};
    }),
    search: os.search.handler(({ input }) => {
      const shelf = input.board === undefined ? null : boards.shelfOf(input.board);
      const found = boards.search(input.query, shelf, Number(input.cursor ?? 0), input.limit);
      return { ...found, total: null };
    }),
    changes: os.changes.handler(({ signal }) => news.watch(signal)),
  };
}
