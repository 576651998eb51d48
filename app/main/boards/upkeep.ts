import type { Clock } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';

/** Posts that arrive within this time are counted and indexed together, in milliseconds. */
const GATHER_MS = 250;
/**
 * Pause between two slices of a large backlog, so that other work gets its turn: longer while more keeps
 * arriving.
 */
const SLICE_AFTER_MS = 5;
const SLICE_BUSY_MS = 100;
/** Pause after the disk refused a write. */
const AGAIN_MS = 5000;

export interface UpkeepInit {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Processes one slice; returns true when more remains. */
  readonly step: () => boolean;
}

/**
 * Background work that follows the posts by a watermark. Nobody waits for it: readers catch up on their own.
 * When the disk refuses a write, for example because it is full, the work is retried later.
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
    /** Called after something was stored. */
    soon(): void {
      came = true;
      if (!due && !stopped) after(GATHER_MS);
    },
    stop(): void {
      stopped = true;
    },
  };
}
