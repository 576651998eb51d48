import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import type { ReviewFilter, ReviewItem } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { ReviewQueue, useReviewNews } from '../../stores/index.ts';
import type { PagedState, QueueState } from '../../stores/index.ts';

type Past = NonNullable<ConstructorParameters<typeof ReviewQueue>[2]>;

/** The acts of this window’s person, so that they can be undone even after a change of filter or room. */
const past: Past = [];

/** The queue under a filter, kept up to date by the node’s news. */
export function useQueue(filter: ReviewFilter): {
  queue: ReviewQueue;
  list: PagedState<ReviewItem>;
  state: QueueState;
} {
  const client = useClient();
  const queue = useMemo(() => new ReviewQueue(client, filter, past), [client, filter]);
  useEffect(() => queue.again(), [queue]);
  useReviewNews(queue.again);
  return { queue, list: useStore(queue.list.store), state: useStore(queue.store) };
}
