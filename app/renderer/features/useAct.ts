import { useCallback, useRef, useState } from 'react';
import type { Problem } from '../../contract/index.ts';
import { problemOf } from '../bridge/index.ts';

export interface Act {
  readonly busy: boolean;
  readonly problem: Problem | null;
  /** Runs the action unless one is running; true if it succeeded. */
  readonly run: (task: () => Promise<unknown>) => Promise<boolean>;
  readonly clear: () => void;
}

/** An action that runs once at a time; its failure is kept until the next attempt. */
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
