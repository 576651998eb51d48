import { useState } from 'react';
import type { ReviewItem } from '../../../contract/index.ts';
import type { PagedState, QueueState } from '../../stores/index.ts';
import { wordsOf } from './says.ts';

/** The last announcement of the queue, and a way to make another. `open` is how many items are open in all. */
export function useAnnounced(
  list: PagedState<ReviewItem>,
  state: QueueState,
  open: number | null,
): [said: string, say: (text: string) => void] {
  const [said, setSaid] = useState('');
  // Announced once, as it was at that time; a later change of the count is no news about the act.
  const [told, setTold] = useState(state.news);
  if (state.news !== null && state.news !== told) {
    setTold(state.news);
    setSaid(wordsOf(state.news, list.total === null ? open : waitingOf(list.total, state)));
  }
  return [said, setSaid];
}

/** How many items of a list are still open, with those just decided counted as done. */
function waitingOf(total: number, state: QueueState): number {
  const done = [...state.marks.values()].filter(
    (mark) => mark.phase !== 'failed' && mark.verb !== 'claim' && mark.verb !== 'release',
  );
  return Math.max(0, total - done.length);
}
