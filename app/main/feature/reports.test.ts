import { expect, test } from 'vitest';
import { silentLogger } from '../kernel/logger.ts';
import { Reports } from './reports.ts';

test('a feature that cannot report is left out of the status, and logged once', () => {
  const logged: unknown[] = [];
  const reports = new Reports({ ...silentLogger, error: (event, facts) => logged.push([event, facts]) });
  const boom = () => {
    throw new Error('boom');
  };
  expect(reports.of('polls', 'counts', boom)).toBeNull();
  expect(reports.of('polls', 'counts', boom)).toBeNull();
  expect(reports.of('members', 'counts', () => ({ members: 3 }))).toEqual({ members: 3 });
  expect(logged).toEqual([['feature-report-failed', { feature: 'polls', part: 'counts', reason: 'boom' }]]);
});
