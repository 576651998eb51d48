import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';

/** Undoes the steps of a start, the newest first. One that fails does not keep the others from being undone. */
export async function undoAll(steps: readonly (() => unknown)[], logger: Logger): Promise<void> {
  for (const step of steps.toReversed()) {
    try {
      await step();
    } catch (error) {
      logger.error('stop-failed', { reason: problemOf(error).message });
    }
  }
}
