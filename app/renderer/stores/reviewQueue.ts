import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import { problemOf } from '../bridge/index.ts';
import type {
  CommunityClient,
  ModerationLabel,
  ReviewFilter,
  ReviewItem,
  Role,
  Ruling,
} from '../../contract/index.ts';
import { coalesce } from './live.ts';
import { itemAt, PagedList } from './paged.ts';
import type { PagedState } from './paged.ts';

const PAGE = 100;
const SELECT_PAGE = 200;
/** The maximum number of ids in one call. */
const MAX_SELECTED = 1_000;

/** The acts of a person on items of the queue. */
export type Work = { readonly note?: string } & (
  | { readonly verb: Ruling; readonly labels?: readonly ModerationLabel[] }
  | { readonly verb: 'escalate'; readonly to: Role }
  | { readonly verb: 'claim' | 'release' }
);
export type Verb = Work['verb'];

/** An act on an item, shown at once until the node reports it too. */
export interface Mark {
  readonly verb: Verb;
  readonly phase: 'sending' | 'done' | 'failed';
  readonly message: string | null;
}

/** Acts done together, to be undone together. */
interface Past {
  readonly verb: Verb;
  readonly ids: readonly string[];
  readonly acts: readonly string[];
}

/** An announcement for screen readers, as data; the view provides the words. */
export type News =
  | { readonly kind: 'done'; readonly verb: Verb; readonly n: number; readonly next: ReviewItem | null }
  | { readonly kind: 'undone'; readonly n: number }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly n: number; readonly message: string };

export interface QueueState {
  readonly active: string | null;
  /** The current or last position of the active item. */
  readonly at: number;
  readonly selected: ReadonlySet<string>;
  readonly marks: ReadonlyMap<string, Mark>;
  /** The acts that `undo` would take back. */
  readonly last: Past | null;
  readonly news: News | null;
}

const decides = (verb: Verb): boolean => verb !== 'claim' && verb !== 'release';

/** Whether an item is open, apart from the acts shown ahead of the node. */
const isOpen = (item: ReviewItem): boolean =>
  item.ruling === null ? item.held !== null || raised(item) : item.appeal !== null;

const raised = (item: ReviewItem): boolean =>
  item.appeal !== null || item.reports.length > 0 || item.escalated !== null;

/** The index of an item among the loaded ones, or -1. */
export function indexOf(state: PagedState<ReviewItem>, id: string): number {
  let first = 0;
  for (const page of state.pages) {
    const found = page.items?.findIndex((item) => item.id === id) ?? -1;
    if (found >= 0) return first + found;
    first += page.size;
  }
  return -1;
}

/** The nearest open item after `from` that nobody has claimed, else the nearest one before it. */
export function nextOpen(
  state: PagedState<ReviewItem>,
  marks: ReadonlyMap<string, Mark>,
  from: number,
): number | null {
  const waits = (index: number) => {
    const item = itemAt(state, index);
    if (item === null) return false;
    const mark = marks.get(item.id);
    return isOpen(item) && (mark === undefined || mark.phase === 'failed' || !decides(mark.verb));
  };
  for (let index = from + 1; index < state.count; index++) if (waits(index)) return index;
  for (let index = Math.min(from, state.count) - 1; index >= 0; index--) if (waits(index)) return index;
  return null;
}

/**
 * The queue as one person works through it: acts show at once, the next open item becomes active, and the
 * last acts can be undone. `past` is kept when the filter changes.
 */
export class ReviewQueue {
  readonly list: PagedList<ReviewItem>;
  readonly store: StoreApi<QueueState>;
  readonly again: () => void;
  readonly #client: CommunityClient;
  readonly #filter: ReviewFilter;
  readonly #past: Past[];
  /** The item to make active as soon as the list holds it again, after an undo. */
  #wanted: string | null = null;
  #pinned: string | null = null;

  constructor(client: CommunityClient, filter: ReviewFilter, past: Past[] = []) {
    this.#client = client;
    this.#filter = filter;
    this.#past = past;
    this.list = new PagedList((cursor) => client.review.list({ filter, cursor, limit: PAGE }));
    this.store = createStore<QueueState>(() => ({
      active: null,
      at: 0,
      selected: new Set(),
      marks: new Map(),
      last: past.at(-1) ?? null,
      news: null,
    }));
    this.again = coalesce(() => this.refresh());
  }

  /** Asks the node again; its answer replaces what was shown ahead of it. */
  async refresh(): Promise<void> {
    const settled = [...this.store.getState().marks].filter(([, mark]) => mark.phase === 'done');
    await this.list.refresh();
    if (this.list.store.getState().state !== 'ready') return;
    const marks = new Map(this.store.getState().marks);
    for (const [id, mark] of settled) if (marks.get(id) === mark) marks.delete(id);
    this.store.setState({ marks });
    this.#settle();
  }

  activate(id: string, at: number): void {
    this.#wanted = null;
    this.#pinned = null;
    this.store.setState({ active: id, at });
  }

  /** Shows the item that the address names, whether or not the list holds it. */
  pin(id: string): void {
    this.#pinned = id;
    const found = indexOf(this.list.store.getState(), id);
    this.store.setState(({ at }) => ({ active: id, at: found < 0 ? at : found }));
  }

  /** Moves the active item by this many rows. */
  step(by: number): void {
    const state = this.list.store.getState();
    const at = Math.max(0, Math.min(state.count - 1, this.store.getState().at + by));
    const item = itemAt(state, at);
    if (item !== null) this.activate(item.id, at);
  }

  toggle(id: string): void {
    const selected = new Set(this.store.getState().selected);
    if (!selected.delete(id)) selected.add(id);
    this.store.setState({ selected });
  }

  extend(id: string): void {
    this.store.setState(({ selected }) => ({ selected: new Set(selected).add(id) }));
  }

  selectNone(): void {
    this.store.setState({ selected: new Set() });
  }

  /** Selects every item of the filter; true if there are more than one call may name. */
  async selectAll(): Promise<boolean> {
    const selected = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await this.#client.review.list({ filter: this.#filter, cursor, limit: SELECT_PAGE });
      for (const item of page.items) if (selected.size < MAX_SELECTED) selected.add(item.id);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined && selected.size < MAX_SELECTED);
    this.store.setState({ selected });
    return cursor !== undefined;
  }

  /** The items that the next act applies to: the selection, else the active item. */
  targets(): string[] {
    const { selected, active } = this.store.getState();
    if (selected.size > 0) return [...selected];
    return active === null ? [] : [active];
  }

  /** Performs an act, shows it at once, and moves to the next open item. */
  async act(work: Work, ids: readonly string[]): Promise<void> {
    const free = ids.filter((id) => this.store.getState().marks.get(id)?.phase !== 'sending');
    if (free.length === 0) return;
    this.#mark(free, { verb: work.verb, phase: 'sending', message: null });
    if (decides(work.verb)) this.#moveOn(work.verb, free.length);
    else this.store.setState({ news: { kind: 'done', verb: work.verb, n: free.length, next: null } });
    try {
      const { acts, failed } = await this.#send(work, [...free]);
      const lost = new Map(failed.map((failure) => [failure.id, failure.message]));
      this.#mark(
        free.filter((id) => !lost.has(id)),
        { verb: work.verb, phase: 'done', message: null },
      );
      for (const [id, message] of lost) this.#mark([id], { verb: work.verb, phase: 'failed', message });
      if (acts.length > 0 && decides(work.verb)) this.#past.push({ verb: work.verb, ids: free, acts });
      this.store.setState({ last: this.#past.at(-1) ?? null });
      if (failed[0]) this.#failed(failed.length, failed[0].message);
    } catch (error) {
      const { message } = problemOf(error);
      this.#mark(free, { verb: work.verb, phase: 'failed', message });
      this.#failed(free.length, message);
    }
    this.again();
  }

  /** Undoes the last acts and shows their first item again. */
  async undo(): Promise<void> {
    const past = this.#past.pop();
    if (past === undefined) {
      this.store.setState({ news: { kind: 'nothing' } });
      return;
    }
    this.store.setState({ last: this.#past.at(-1) ?? null });
    try {
      const { failed } = await this.#client.review.undo({ acts: [...past.acts] });
      const marks = new Map(this.store.getState().marks);
      for (const id of past.ids) marks.delete(id);
      this.#wanted = past.ids[0] ?? null;
      this.store.setState({ marks, news: { kind: 'undone', n: past.acts.length } });
      if (failed[0]) this.#failed(failed.length, failed[0].message);
    } catch (error) {
      this.#past.push(past);
      this.store.setState({ last: past });
      this.#failed(past.acts.length, problemOf(error).message);
    }
    this.again();
  }

  #send(work: Work, ids: string[]) {
    const { note = '' } = work;
    switch (work.verb) {
      case 'claim':
        return this.#client.review.claim({ ids });
      case 'release':
        return this.#client.review.release({ ids });
      case 'escalate':
        return this.#client.review.escalate({ ids, to: work.to, note });
      default:
        return this.#client.review.rule({ ids, ruling: work.verb, labels: [...(work.labels ?? [])], note });
    }
  }

  #mark(ids: readonly string[], mark: Mark): void {
    const marks = new Map(this.store.getState().marks);
    for (const id of ids) marks.set(id, mark);
    this.store.setState({ marks });
  }

  #moveOn(verb: Verb, n: number): void {
    const { marks, at } = this.store.getState();
    const state = this.list.store.getState();
    const found = nextOpen(state, marks, at);
    const next = found === null ? null : itemAt(state, found);
    this.store.setState({
      selected: new Set(),
      news: { kind: 'done', verb, n, next },
    });
    if (next !== null && found !== null) this.activate(next.id, found);
  }

  #failed(n: number, message: string): void {
    this.store.setState({ news: { kind: 'failed', n, message } });
  }

  /** After the list was read again: finds the active item again, or chooses another. */
  #settle(): void {
    const state = this.list.store.getState();
    const { active, at, marks, selected } = this.store.getState();
    const back = this.#wanted === null ? -1 : indexOf(state, this.#wanted);
    if (back >= 0 && this.#wanted !== null) {
      this.activate(this.#wanted, back);
      return;
    }
    const found = active === null ? -1 : indexOf(state, active);
    if (found >= 0) {
      this.store.setState({ at: found });
      return;
    }
    if (active !== null && active === this.#pinned) return;
    const from = Math.min(at, state.count) - 1;
    const next = nextOpen(state, marks, from) ?? (state.count > 0 ? Math.min(at, state.count - 1) : null);
    const item = next === null ? null : itemAt(state, next);
    this.store.setState({ active: item?.id ?? null, at: next ?? 0, selected });
  }
}
