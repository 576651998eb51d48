import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import type { ReviewFilter, ReviewItem } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { ReviewQueue, useReviewNews } from '../../stores/index.ts';
import type { PagedState, QueueState } from '../../stores/index.ts';

type Past = NonNullable<ConstructorParameters<typeof ReviewQueue>[2]>;

/** What this window's person did, to be taken back also after they changed the filter or left the room. */
const past: Past = [];

/** The queue under a filter, kept fresh by news of the node. */
export function useQueue(filter: ReviewFilter): {
  queue: ReviewQueue;
  list: PagedState<ReviewItem>;
  state: QueueState;
} {
  const client = useClient();
  const key = JSON.stringify(filter);
  const queue = useMemo(() => new ReviewQueue(client, filter, past), [client, key]);
  useEffect(() => queue.again(), [queue]);
  useReviewNews(queue.again);
  return { queue, list: useStore(queue.list.store), state: useStore(queue.store) };
}
