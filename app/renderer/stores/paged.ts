import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import { problemOf } from '../bridge/index.ts';
import type { Problem } from '../../contract/index.ts';

/**
 * The answer for one page. `offset` is the index of its first item in the whole list, if the node reports it.
 */
export interface FetchedPage<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  readonly total: number | null;
  readonly offset?: number;
}

interface Page<T> {
  readonly cursor: string | undefined;
  /** Null if the page was dropped to save memory; its cursor fetches it again. */
  readonly items: readonly T[] | null;
  readonly size: number;
  readonly next: string | null;
}

export interface PagedState<T> {
  readonly state: 'loading' | 'ready' | 'stale' | 'failed';
  readonly problem: Problem | null;
  /** Number of items known so far, held or dropped. */
  readonly count: number;
  readonly total: number | null;
  /** Index of item 0 in the whole list; above zero if the list was opened in the middle. */
  readonly offset: number;
  readonly more: boolean;
  readonly loadingMore: boolean;
  readonly pages: readonly Page<T>[];
}

/** Pages kept on each side of the visible ones. */
const KEEP_PAGES = 12;
/** The last page up to which news refreshes a list at once; deeper pages stay still while they are read. */
const REFRESH_PAGES = 10;

/** The item at `index`, or null while its page is not held. */
export function itemAt<T>(state: PagedState<T>, index: number): T | null {
  let first = 0;
  for (const page of state.pages) {
    if (index < first + page.size) return page.items?.[index - first] ?? null;
    first += page.size;
  }
  return null;
}

/** Drops the items of pages far from [first, last] (page numbers, inclusive). */
export function trimPages<T>(pages: readonly Page<T>[], first: number, last: number): readonly Page<T>[] {
  if (pages.length <= KEEP_PAGES * 2 + 1) return pages;
  let changed = false;
  const kept = pages.map((page, n) => {
    const near = n >= first - KEEP_PAGES && n <= last + KEEP_PAGES;
    if (near || page.items === null) return page;
    changed = true;
    return { ...page, items: null };
  });
  return changed ? kept : pages;
}

const pageOf = (pages: readonly Page<unknown>[], index: number): number => {
  let first = 0;
  for (const [n, page] of pages.entries()) {
    first += page.size;
    if (index < first) return n;
  }
  return Math.max(0, pages.length - 1);
};

/**
 * A list of any length, read page by page: it holds the pages around the visible ones, remembers the cursors
 * of the rest, and refreshes in the background without emptying the view.
 */
export class PagedList<T> {
  readonly store: StoreApi<PagedState<T>>;
  readonly #fetch: (cursor: string | undefined) => Promise<FetchedPage<T>>;
  #lastVisible = 0;
  #generation = 0;
  #busy = new Set<string>();

  constructor(fetch: (cursor: string | undefined) => Promise<FetchedPage<T>>) {
    this.#fetch = fetch;
    this.store = createStore<PagedState<T>>(() => ({
      state: 'loading',
      problem: null,
      count: 0,
      total: null,
      offset: 0,
      more: false,
      loadingMore: false,
      pages: [],
    }));
  }

  /** Fetches the list again up to the visible pages, and swaps it in when complete. */
  async refresh(): Promise<void> {
    const generation = ++this.#generation;
    const depth = pageOf(this.store.getState().pages, this.#lastVisible);
    if (depth > REFRESH_PAGES) {
      this.store.setState({ state: 'stale' });
      return;
    }
    try {
      let first: FetchedPage<T> | null = null;
      const pages: Page<T>[] = [];
      let cursor: string | undefined;
      do {
        const page = await this.#fetch(cursor);
        if (generation !== this.#generation) return;
        first ??= page;
        pages.push({ cursor, items: page.items, size: page.items.length, next: page.next });
        cursor = page.next ?? undefined;
      } while (cursor !== undefined && pages.length <= depth);
      this.#put(pages, { total: first.total, offset: first.offset ?? 0, state: 'ready', problem: null });
    } catch (error) {
      if (generation !== this.#generation) return;
      const before = this.store.getState();
      this.store.setState({ state: before.pages.length > 0 ? 'stale' : 'failed', problem: problemOf(error) });
    }
  }

  /** Reports which items are visible, so that their pages and the next one are loaded. */
  ensure(first: number, last: number): void {
    this.#lastVisible = last;
    const { pages, state } = this.store.getState();
    if (pages.length === 0) return;
    const firstPage = pageOf(pages, first);
    const lastPage = pageOf(pages, last);
    for (let n = firstPage; n <= lastPage; n++) {
      const page = pages[n];
      if (page && page.items === null) void this.#load(page.cursor, n);
    }
    const end = pages[pages.length - 1];
    const nearEnd = last >= this.store.getState().count - 10;
    if (end && end.next !== null && nearEnd && state !== 'failed') void this.#append(end.next);
    const trimmed = trimPages(pages, firstPage, lastPage);
    if (trimmed !== pages) this.store.setState({ pages: trimmed });
  }

  /** Fetches the next page, if there is one. */
  async more(): Promise<void> {
    const { pages } = this.store.getState();
    const end = pages[pages.length - 1];
    if (end && end.next !== null) await this.#append(end.next);
  }

  /** Changes items in place to show a person’s act at once; the next refresh brings the node’s own view. */
  patch(change: (item: T) => T): void {
    const { pages } = this.store.getState();
    this.store.setState({
      pages: pages.map((page) => (page.items === null ? page : { ...page, items: page.items.map(change) })),
    });
  }

  async #append(cursor: string): Promise<void> {
    await this.#guarded(cursor, async (generation) => {
      this.store.setState({ loadingMore: true });
      const page = await this.#fetch(cursor);
      if (generation !== this.#generation) return;
      const { pages, total, offset } = this.store.getState();
      const appended = [...pages, { cursor, items: page.items, size: page.items.length, next: page.next }];
      this.#put(appended, { total: page.total ?? total, offset, state: 'ready', problem: null });
    });
    this.store.setState({ loadingMore: false });
  }

  async #load(cursor: string | undefined, n: number): Promise<void> {
    await this.#guarded(cursor ?? '', async (generation) => {
      const page = await this.#fetch(cursor);
      if (generation !== this.#generation) return;
      const { pages, total, offset } = this.store.getState();
      const loaded = pages.map((old, m) =>
        m === n ? { ...old, items: page.items.slice(0, old.size) } : old,
      );
      this.#put(loaded, { total, offset, state: 'ready', problem: null });
    });
  }

  async #guarded(key: string, task: (generation: number) => Promise<void>): Promise<void> {
    if (this.#busy.has(key)) return;
    this.#busy.add(key);
    try {
      await task(this.#generation);
    } catch (error) {
      this.store.setState({ state: 'stale', problem: problemOf(error) });
    } finally {
      this.#busy.delete(key);
    }
  }

  #put(pages: readonly Page<T>[], rest: Pick<PagedState<T>, 'total' | 'offset' | 'state' | 'problem'>): void {
    const count = pages.reduce((sum, page) => sum + page.size, 0);
    this.store.setState({
      ...rest,
      pages,
      count,
      more: pages[pages.length - 1]?.next !== null && pages.length > 0,
    });
  }
}
