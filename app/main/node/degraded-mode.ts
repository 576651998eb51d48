import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { problemOf, type Problem, type ProblemFields } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { NoticeBoard } from '../observability/index.ts';
import type { StatusView } from './communities/status.ts';

/** The problems that stop a node from writing until their cause is gone. */
const CANNOT_WRITE = new Set(['disk-full', 'read-only', 'database-corrupt']);
/** How often a node that could not write retries, in milliseconds. */
const TRY_AGAIN_MS = 10_000;
const NOTICE = 'cannot-write';

/** A clock whose tasks may fail without ending the node: `failed` is called instead. */
export function guardedClock(clock: Clock, failed: (error: unknown) => void): Clock {
  return {
    now: () => clock.now(),
    after: (delayMs, task) =>
      clock.after(delayMs, () => {
        try {
          task();
        } catch (error) {
          failed(error);
        }
      }),
  };
}

/**
 * Handles failed background work: it is logged, and while the disk takes no writes the node is read-only and
 * says so, until a write succeeds again.
 */
export function degradedMode(init: {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly db: Database;
  readonly notices: Pick<NoticeBoard, 'put' | 'remove'>;
  readonly status: () => Pick<StatusView, 'setPhase'>;
}): {
  /** Background work failed. */
  readonly failed: (error: unknown) => void;
  /** A request was refused with a Problem; matters only if the disk is the cause. */
  readonly refused: (problem: Problem) => void;
} {
  const { clock, logger, db, notices, status } = init;
  let degraded = false;

  const tryAgain = () => {
    try {
      db.transaction(() =>
        db.exec(`INSERT OR REPLACE INTO meta (key, value) VALUES ('node.writes', ${clock.now()})`),
      );
    } catch {
      // Still failing: the notice stays, and the next retry is scheduled.
      clock.after(TRY_AGAIN_MS, tryAgain);
      return;
    }
    degraded = false;
    logger.info('writes-again');
    notices.remove(NOTICE);
    status().setPhase('ready');
  };

  const degrade = ({ code, message, remedy }: ProblemFields) => {
    if (degraded || !CANNOT_WRITE.has(code)) return;
    degraded = true;
    notices.put({ id: NOTICE, code, severity: 'danger', message, remedy, action: null });
    status().setPhase('degraded');
    clock.after(TRY_AGAIN_MS, tryAgain);
  };

  return {
    failed(error) {
      const problem = problemOf(error);
      const known = degraded && CANNOT_WRITE.has(problem.code);
      if (!known) logger.error('task-failed', { code: problem.code, reason: problem.message });
      degrade(problem);
    },
    refused: degrade,
  };
}
