import { create } from 'zustand';
import { ReviewFilter } from '../../../contract/index.ts';

/** The tabs over the queue; each is a filter that the others come on top of. */
export const states = ['open', 'raised', 'waiting', 'ruled', 'all'] as const;
export type QueueTab = (typeof states)[number];

/** What a person narrowed the queue down to, apart from the tab. */
export type Sift = Omit<ReviewFilter, 'state' | 'raised'>;

export const noSift: Sift = ReviewFilter.omit({ state: true, raised: true }).parse({});

/** The whole filter that a tab and what was narrowed down ask the node for. */
export function filterOf(tab: QueueTab, sift: Sift): ReviewFilter {
  const raised = tab === 'raised';
  if (tab === 'waiting') return { ...sift, state: 'all', raised, held: ['waiting'] };
  return { ...sift, state: tab === 'raised' ? 'open' : tab, raised };
}

/** The tab and the rest that a saved filter stands for. */
export function siftOf(filter: ReviewFilter): { tab: QueueTab; sift: Sift } {
  const { state, raised, ...sift } = filter;
  const waits = state === 'all' && sift.held.length === 1 && sift.held[0] === 'waiting';
  if (waits) return { tab: 'waiting', sift: { ...sift, held: [] } };
  return { tab: raised && state === 'open' ? 'raised' : state, sift };
}

/** How many filters are on, apart from tab, words and order, which show by themselves. */
export const countOn = (sift: Sift): number =>
  [
    sift.kinds.length > 0,
    sift.held.length > 0,
    sift.labels.length > 0,
    sift.board !== null,
    sift.author !== null,
    sift.claimed !== 'any',
  ].filter(Boolean).length;

interface SiftState {
  readonly tab: QueueTab;
  readonly sift: Sift;
  readonly set: (change: { tab?: QueueTab; sift?: Sift }) => void;
}

/** Where one was in the queue, kept while one looks at something else. */
export const useSift = create<SiftState>((set) => ({
  tab: 'open',
  sift: noSift,
  set: (change) => set(change),
}));
