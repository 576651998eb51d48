import { withTimeout, type Clock } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Lifecycle } from './feature.ts';

/** How long one service may take to stop, in milliseconds. */
const STOP_DEADLINE_MS = 5000;

/**
 * Stops services in reverse order: halts all of them first. A service that fails or does not finish in time is
 * logged and left behind, so that the node can still close its database and release its lock. Never rejects.
 */
export async function stopAll(
  services: readonly (readonly [feature: string, service: Lifecycle])[],
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<void> {
  const failed = (feature: string, reason: string) =>
    logger.error('feature-stop-failed', { feature, reason });
  for (const [feature, service] of services) {
    try {
      service.halt?.();
    } catch (error) {
      failed(feature, problemOf(error).message);
    }
  }
  for (const [feature, service] of services.toReversed()) {
    try {
      const stopped = Promise.resolve(service.stop?.());
      const outcome = await withTimeout(clock, STOP_DEADLINE_MS, stopped);
      if (outcome === 'late') failed(feature, `not stopped after ${STOP_DEADLINE_MS} ms`);
    } catch (error) {
      failed(feature, problemOf(error).message);
    }
  }
}

/** Runs a part of a feature while its community opens. A fault is logged with the feature's name and thrown on. */
export function blaming<T>(logger: Logger, feature: string, part: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    logger.error('feature-failed', { feature, part, reason: problemOf(error).message });
    throw error;
  }
}
