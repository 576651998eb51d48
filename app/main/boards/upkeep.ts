import type { Clock } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';

/** Posts that arrive within this time are counted and indexed together, in milliseconds. */
const GATHER_MS = 250;
/** Between two slices of much, so that others have their turn: longer while more keeps coming in. */
const SLICE_AFTER_MS = 5;
const SLICE_BUSY_MS = 100;
/** Wait after the disk refused. */
const AGAIN_MS = 5000;

export interface UpkeepInit {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Brings what follows the posts a slice further; true when there is more to do. */
  readonly step: () => boolean;
}

/**
 * What follows the posts by a watermark and nobody waits for: whoever reads catches up by itself. What the
 * disk refuses now (it may be full) is tried again later.
 */
export function createUpkeep({ clock, logger, step }: UpkeepInit): { soon(): void; stop(): void } {
  let due = false;
  let came = false;
  let stopped = false;

  const run = (): number | null => {
    const wasBusy = came;
    came = false;
    try {
      return step() ? (wasBusy ? SLICE_BUSY_MS : SLICE_AFTER_MS) : null;
    } catch (error) {
      logger.warn('upkeep-failed', { code: problemOf(error).code });
      return AGAIN_MS;
    }
  };

  const after = (delayMs: number) => {
    due = true;
    clock.after(delayMs, () => {
      due = false;
      const again = stopped ? null : run();
      if (again !== null && !due) after(again);
    });
  };

  return {
    /** Something was stored. */
    soon(): void {
      came = true;
      if (!due && !stopped) after(GATHER_MS);
    },
    stop(): void {
      stopped = true;
    },
  };
}
