import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import type { Bridge } from '../bridge/index.ts';
import type { BoardsChange, Post, Problem, Thread } from '../../contract/index.ts';
import { keepFeed } from './feed.ts';
import { coalesce } from './live.ts';
import { PagedList } from './paged.ts';

const THREADS_PAGE = 100;
const POSTS_PAGE = 100;
/**
 * How many lists and threads are kept for going back and forth; the least recently opened is dropped first.
 */
const MAX_OPEN = 8;

/** Changes of the boards, sent to every open list and thread. */
export class BoardsNews {
  readonly #listeners = new Set<(change: BoardsChange) => void>();
  readonly #lost = new Set<(problem: Problem) => void>();
  readonly #bridge: Bridge;
  #stop: (() => void) | null = null;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  /** Everything may have changed: sent after a reconnect, because changes in between were missed. */
  static readonly everything: BoardsChange = { boards: [], threads: [], newPosts: 0 };

  subscribe(
    listener: (change: BoardsChange) => void,
    lost: (problem: Problem) => void = () => {},
  ): () => void {
    this.#listeners.add(listener);
    this.#lost.add(lost);
    let opened = false;
    this.#stop ??= keepFeed(this.#bridge, {
      open: (client, signal) => client.boards.changes({}, { signal }),
      onOpen: () => {
        if (opened) this.tell(BoardsNews.everything);
        opened = true;
      },
      onValue: (change) => this.tell(change),
      onLost: (problem) => {
        for (const told of this.#lost) told(problem);
      },
    });
    return () => {
      this.#listeners.delete(listener);
      this.#lost.delete(lost);
    };
  }

  tell(change: BoardsChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  stop(): void {
    this.#stop?.();
  }
}

/** Whether a change concerns the given board and thread; a change that names nothing concerns everything. */
export function touches(named: readonly string[], id: string | undefined): boolean {
  return named.length === 0 || id === undefined || named.includes(id);
}

export interface ThreadsKey {
  /** If omitted, threads of all boards. */
  readonly board?: string | undefined;
  readonly unreadOnly?: boolean;
}

interface Kept<T> {
  readonly list: T;
  readonly stop: () => void;
}

/** Keeps the last few opened values by key, and stops the ones it drops. */
export class Recent<T> {
  readonly #kept = new Map<string, Kept<T>>();

  get(key: string, make: () => Kept<T>): T {
    const kept = this.#kept.get(key) ?? make();
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const [oldest, old] of this.#kept) {
      if (this.#kept.size <= MAX_OPEN) break;
      old.stop();
      this.#kept.delete(oldest);
    }
    return kept.list;
  }

  stop(): void {
    for (const kept of this.#kept.values()) kept.stop();
    this.#kept.clear();
  }
}

/** The threads of one board or of all, kept up to date. */
export class ThreadLists {
  readonly #recent = new Recent<PagedList<Thread>>();
  readonly #bridge: Bridge;
  readonly #news: BoardsNews;

  constructor(bridge: Bridge, news: BoardsNews) {
    this.#bridge = bridge;
    this.#news = news;
  }

  open(key: ThreadsKey): PagedList<Thread> {
    const unreadOnly = key.unreadOnly ?? false;
    return this.#recent.get(`${key.board ?? '*'} ${unreadOnly}`, () => {
      const list = new PagedList<Thread>((cursor) =>
        this.#bridge.client.boards.threads({ board: key.board, unreadOnly, cursor, limit: THREADS_PAGE }),
      );
      const again = coalesce(() => list.refresh());
      again();
      const stop = this.#news.subscribe((change) => touches(change.boards, key.board) && again());
      return { list, stop };
    });
  }

  stop(): void {
    this.#recent.stop();
  }
}

export interface OpenThread {
  readonly posts: PagedList<Post>;
  /** The thread’s own data, or null before the first page. */
  readonly thread: StoreApi<{ readonly value: Thread | null }>;
  /** Reads from the first post on, for a thread that was opened in its middle. */
  fromStart(): Promise<void>;
}

/** Opened threads, kept up to date. */
export class OpenThreads {
  readonly #recent = new Recent<OpenThread>();
  readonly #bridge: Bridge;
  readonly #news: BoardsNews;

  constructor(bridge: Bridge, news: BoardsNews) {
    this.#bridge = bridge;
    this.#news = news;
  }

  open(id: string, around?: string): OpenThread {
    return this.#recent.get(`${id} ${around ?? ''}`, () => {
      const thread = createStore<{ readonly value: Thread | null }>(() => ({ value: null }));
      let start = around;
      const posts = new PagedList<Post>(async (cursor) => {
        const place = cursor === undefined && start !== undefined ? { around: start } : { cursor };
        const page = await this.#bridge.client.boards.thread({ id, limit: POSTS_PAGE, ...place });
        thread.setState({ value: page.thread });
        return { ...page.posts, offset: page.offset };
      });
      const again = coalesce(() => posts.refresh());
      again();
      const stop = this.#news.subscribe((change) => touches(change.threads, id) && again());
      const fromStart = () => {
        start = undefined;
        return posts.refresh();
      };
      return { list: { posts, thread, fromStart }, stop };
    });
  }

  stop(): void {
    this.#recent.stop();
  }
}
