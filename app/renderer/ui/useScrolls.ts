import { useEffect, useRef, useState, type RefObject } from 'react';

const focusable = 'a[href], button, input, select, textarea, [tabindex]';

/**
 * Whether a box scrolls and holds nothing focusable. Such a box must be focusable itself, or its lower part
 * is unreachable without a mouse.
 */
export function useScrolls(): [RefObject<HTMLDivElement | null>, boolean] {
  const box = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = () =>
      setScrolls(
        element.scrollHeight > element.clientHeight + 1 && element.querySelector(focusable) === null,
      );
    const resized = new ResizeObserver(look);
    const changed = new MutationObserver(look);
    resized.observe(element);
    changed.observe(element, { childList: true, subtree: true, characterData: true });
    look();
    return () => {
      resized.disconnect();
      changed.disconnect();
    };
  }, []);
  return [box, scrolls];
}
