import { create } from 'zustand';
import { ReviewFilter } from '../../../contract/index.ts';

/** The tabs above the queue; each is a filter to which the others are added. */
export const states = ['open', 'raised', 'waiting', 'ruled', 'all'] as const;
export type QueueTab = (typeof states)[number];

/** A person’s filters, apart from the tab. */
export type Filter = Omit<ReviewFilter, 'state' | 'raised'>;

export const noFilter: Filter = ReviewFilter.omit({ state: true, raised: true }).parse({});

/** The whole filter of a tab and the person’s filters, as sent to the node. */
export function reviewFilterOf(tab: QueueTab, filter: Filter): ReviewFilter {
  const raised = tab === 'raised';
  if (tab === 'waiting') return { ...filter, state: 'all', raised, held: ['waiting'] };
  return { ...filter, state: tab === 'raised' ? 'open' : tab, raised };
}

/** The tab and the other filters of a saved filter. */
export function tabAndFilterOf(saved: ReviewFilter): { tab: QueueTab; filter: Filter } {
  const { state, raised, ...filter } = saved;
  const waits = state === 'all' && filter.held.length === 1 && filter.held[0] === 'waiting';
  if (waits) return { tab: 'waiting', filter: { ...filter, held: [] } };
  return { tab: raised && state === 'open' ? 'raised' : state, filter };
}

/** How many filters are on, apart from tab, words and order, which are visible. */
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

/** The position in the queue, kept while the person looks at another page. */
export const useFilter = create<FilterState>((set) => ({
  tab: 'open',
  filter: noFilter,
  set: (change) => set(change),
}));
