import { useCallback, useRef, useState } from 'react';
import type { Problem } from '../../contract/index.ts';
import { problemOf } from '../bridge/index.ts';

export interface Act {
  readonly busy: boolean;
  readonly problem: Problem | null;
  /** Does it unless something is being done already; true when it went well. */
  readonly run: (task: () => Promise<unknown>) => Promise<boolean>;
  readonly clear: () => void;
}

/** Something a person has done once at a time, with its failure kept until the next try. */
export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef(false);
  const run = useCallback(async (task: () => Promise<unknown>) => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await task();
      return true;
    } catch (error) {
      setProblem(problemOf(error));
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setProblem(null), []);
  return { busy, problem, run, clear };
}
