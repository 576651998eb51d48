import { create } from 'zustand';
import { ReviewFilter } from '../../../contract/index.ts';

/** The tabs over the queue; each is a filter that the others come on top of. */
export const states = ['open', 'raised', 'waiting', 'ruled', 'all'] as const;
export type QueueTab = (typeof states)[number];

/** What a person narrowed the queue down to, apart from the tab. */
export type Filter = Omit<ReviewFilter, 'state' | 'raised'>;

export const noFilter: Filter = ReviewFilter.omit({ state: true, raised: true }).parse({});

/** The whole filter that a tab and what was narrowed down ask the node for. */
export function reviewFilterOf(tab: QueueTab, filter: Filter): ReviewFilter {
  const raised = tab === 'raised';
  if (tab === 'waiting') return { ...filter, state: 'all', raised, held: ['waiting'] };
  return { ...filter, state: tab === 'raised' ? 'open' : tab, raised };
}

/** The tab and the rest that a saved filter stands for. */
export function tabAndFilterOf(saved: ReviewFilter): { tab: QueueTab; filter: Filter } {
  const { state, raised, ...filter } = saved;
  const waits = state === 'all' && filter.held.length === 1 && filter.held[0] === 'waiting';
  if (waits) return { tab: 'waiting', filter: { ...filter, held: [] } };
  return { tab: raised && state === 'open' ? 'raised' : state, filter };
}

/** How many filters are on, apart from tab, words and order, which show by themselves. */
export const countOn = (filter: Filter): number =>
  [
    filter.kinds.length > 0,
    filter.held.length > 0,
    filter.labels.length > 0,
    filter.board !== null,
    filter.author !== null,
    filter.claimed !== 'any',
  ].filter(Boolean).length;

interface FilterState {
  readonly tab: QueueTab;
  readonly filter: Filter;
  readonly set: (change: { tab?: QueueTab; filter?: Filter }) => void;
}

/** Where one was in the queue, kept while one looks at something else. */
export const useFilter = create<FilterState>((set) => ({
  tab: 'open',
  filter: noFilter,
  set: (change) => set(change),
}));
