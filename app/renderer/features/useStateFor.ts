import { useCallback, useState } from 'react';

/**
 * State that belongs to `key`: when the key changes, it starts again from `initial`. A value that is set for a
 * former key is dropped.
 */
export function useStateFor<T>(key: unknown, initial: T): [T, (value: T) => void] {
  const [held, setHeld] = useState({ key, value: initial });
  const current = Object.is(held.key, key);
  if (!current) setHeld({ key, value: initial });
  const set = useCallback((value: T) => setHeld({ key, value }), [key]);
  return [current ? held.value : initial, set];
}
