import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';

/**
 * Asks features for a part of a report. A feature that fails is left out and logged once, so that it does not
 * hide what the others report.
 */
export class Reports {
  readonly #logger: Logger;
  readonly #logged = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Returns the result of `ask`, or null if it throws. */
  of<T>(feature: string, part: 'counts' | 'duties' | 'metrics', ask: () => T): T | null {
    try {
      return ask();
    } catch (error) {
      const key = `${feature} ${part}`;
      if (!this.#logged.has(key)) {
        this.#logged.add(key);
        this.#logger.error('feature-report-failed', { feature, part, reason: problemOf(error).message });
      }
      return null;
    }
  }
}
