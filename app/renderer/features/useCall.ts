import { useCallback, useEffect, useState } from 'react';
import type { Problem } from '../../contract/index.ts';
import { problemOf } from '../bridge/index.ts';

export interface Asked<T> {
  /** The last good answer, kept while a newer one is fetched. */
  readonly data: T | null;
  readonly problem: Problem | null;
  readonly loading: boolean;
  readonly reload: () => void;
}

/** Calls the node when the component mounts and whenever `keys` change. */
export function useCall<T>(ask: () => Promise<T>, keys: readonly unknown[]): Asked<T> {
  const [state, setState] = useState<Omit<Asked<T>, 'reload'>>({ data: null, problem: null, loading: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let here = true;
    setState((before) => ({ ...before, loading: true }));
    ask().then(
      (data) => here && setState({ data, problem: null, loading: false }),
      (error: unknown) =>
        here && setState(({ data }) => ({ data, problem: problemOf(error), loading: false })),
    );
    return () => {
      here = false;
    };
    // Callers write `ask` inline; `keys` tells when it asks for something else.
  }, [...keys, turn]);
  const reload = useCallback(() => setTurn((value) => value + 1), []);
  return { ...state, reload };
}
