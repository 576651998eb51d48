import { useEffect, useRef, useState } from 'react';
import type { Post } from '../../../contract/index.ts';
import { itemAt } from '../../stores/index.ts';
import type { PagedState } from '../../stores/index.ts';

interface Opening {
  /** Index of the focused post; null until the thread is known. */
  readonly active: number | null;
  readonly setActive: (index: number) => void;
  /** Index of the first new post when the thread was opened, or null. */
  readonly fresh: number | null;
}

/** Opens a thread at the linked post `at`, else at the first new post, else at the top. */
export function useOpening(state: PagedState<Post>, at: string | undefined): Opening {
  const [active, setActive] = useState<number | null>(null);
  const [fresh, setFresh] = useState<number | null>(null);
  const seen = useRef(false);
  useEffect(() => {
    if (seen.current || state.count === 0) return;
    seen.current = true;
    const all = Array.from({ length: state.count }, (_, i) => itemAt(state, i));
    const linked = at === undefined ? -1 : all.findIndex((post) => post?.id === at);
    const unread = all.findIndex((post) => post?.unread);
    setFresh(unread > 0 ? unread : null);
    setActive(linked >= 0 ? linked : Math.max(0, unread));
  }, [state, at]);
  return { active, setActive, fresh };
}
