import { useEffect, useRef } from 'react';
import { go, href } from '../../actions/route.ts';
import type { ReviewQueue } from '../../stores/index.ts';

interface QueuePlace {
  readonly queue: ReviewQueue;
  /** The item in the address, or null. */
  readonly opened: string | null;
  readonly active: string | null;
  readonly narrow: boolean;
}

/** Keeps the active item and the address together. */
export function useQueuePlace({ queue, opened, active, narrow }: QueuePlace): void {
  useEffect(() => {
    if (opened !== null) queue.pin(opened);
  }, [queue, opened]);
  // In a narrow window, the address follows the item that replaces the opened one.
  const before = useRef(active);
  useEffect(() => {
    const left = before.current;
    before.current = active;
    if (!narrow || opened === null || left !== opened || active === opened) return;
    if (active === null) go('review', 'queue');
    else location.replace(href('review', 'queue', active));
  }, [narrow, opened, active]);
}
