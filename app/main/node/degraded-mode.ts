import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { problemOf, type ProblemFields } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { NoticeBoard } from '../observability/index.ts';
import type { StatusView } from './communities/status.ts';

/** The problems that stop a community from writing until their cause is gone. */
const CANNOT_WRITE = new Set(['disk-full', 'read-only', 'database-corrupt', 'quota-full']);
/** How often a community that could not write retries, in milliseconds. */
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
 * Handles failed background work: it is logged, and while the disk or the quota takes no writes the community is
 * read-only and says so, until a write succeeds again.
 */
export function degradedMode(init: {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly db: Database;
  readonly notices: Pick<NoticeBoard, 'put' | 'remove'>;
  readonly status: () => Pick<StatusView, 'setPhase'>;
  /** Throws a Problem while something other than the disk is in the way. */
  readonly mayWrite?: () => void;
}): {
  /** Background work failed. */
  readonly failed: (error: unknown) => void;
  /** A request was refused with a Problem; matters only if the disk or the quota is the cause. */
  readonly refused: (problem: ProblemFields) => void;
  /** Retries now: a cause may be gone. */
  readonly retry: () => void;
} {
  const { clock, logger, db, notices, status, mayWrite } = init;
  /** The code of the problem; null while the community writes. */
  let cause: string | null = null;
  let cancel = () => {};

  const tryAgain = () => {
    cancel();
    if (cause === null) return;
    try {
      mayWrite?.();
      db.transaction(() =>
        db.exec(`INSERT OR REPLACE INTO meta (key, value) VALUES ('node.writes', ${clock.now()})`),
      );
    } catch (error) {
      // Still failing, perhaps for another reason: the next retry is scheduled.
      say(problemOf(error));
      cancel = clock.after(TRY_AGAIN_MS, tryAgain);
      return;
    }
    cause = null;
    logger.info('writes-again');
    notices.remove(NOTICE);
    status().setPhase('ready');
  };

  const say = ({ code, message, remedy }: ProblemFields) => {
    if (cause === code || !CANNOT_WRITE.has(code)) return;
    cause = code;
    const action = code === 'quota-full' ? 'settings.own' : null;
    notices.put({ id: NOTICE, code, severity: 'danger', message, remedy, action });
  };

  const degrade = (problem: ProblemFields) => {
    if (cause !== null || !CANNOT_WRITE.has(problem.code)) return;
    say(problem);
    status().setPhase('degraded');
    cancel = clock.after(TRY_AGAIN_MS, tryAgain);
  };

  return {
    failed(error) {
      const problem = problemOf(error);
      const known = cause !== null && CANNOT_WRITE.has(problem.code);
      if (!known) logger.error('task-failed', { code: problem.code, reason: problem.message });
      degrade(problem);
    },
    refused: degrade,
    retry: tryAgain,
  };
}
