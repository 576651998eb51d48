import { useCallback, useEffect, useEffectEvent, useState } from 'react';
import type { Problem } from '../../contract/index.ts';
import { problemOf } from '../bridge/index.ts';

export interface Asked<T> {
  /** The last good answer, kept while a newer one is fetched. */
  readonly data: T | null;
  readonly problem: Problem | null;
  readonly loading: boolean;
  readonly reload: () => void;
}

interface Answer<T> {
  readonly data: T | null;
  readonly problem: Problem | null;
  /** The call that it answers; null before the first answer. */
  readonly to: string | null;
}

/** Calls the node when the component mounts and whenever `keys`, on which the question depends, change. */
export function useCall<T>(
  ask: () => Promise<T>,
  keys: readonly (string | number | null | undefined)[] = [],
): Asked<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ data: null, problem: null, to: null });
  const [turn, setTurn] = useState(0);
  const askNow = useEffectEvent(ask);
  const question = JSON.stringify([turn, ...keys]);
  useEffect(() => {
    let here = true;
    askNow().then(
      (data) => here && setAnswer({ data, problem: null, to: question }),
      (error: unknown) =>
        here && setAnswer(({ data }) => ({ data, problem: problemOf(error), to: question })),
    );
    return () => {
      here = false;
    };
  }, [question]);
  const reload = useCallback(() => setTurn((value) => value + 1), []);
  return { data: answer.data, problem: answer.problem, loading: answer.to !== question, reload };
}
