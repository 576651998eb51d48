import { useEffect, useRef } from 'react';
import type { ListHandle } from '../../ui/index.ts';

/** The elements of the queue that take the focus; `asking` is whether a dialog is open. */
export function useQueueFocus(asking: boolean) {
  const rows = useRef<ListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  // A dialog returns the focus to where it was opened, which may be another item by then.
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current && !asking) (rows.current ?? box.current)?.focus();
    asked.current = asking;
  }, [asking]);
  return {
    rows,
    box,
    search,
    /** Focuses the active item: its row, or the item itself if only the item is shown. */
    focusActive: () => (rows.current ?? box.current)?.focus(),
    focusItem: () => box.current?.focus(),
    focusSearch: () => search.current?.focus(),
  };
}
