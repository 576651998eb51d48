import { expect, test } from 'vitest';
import { silentLogger, type Logger } from '../kernel/logger.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import type { Lifecycle } from './feature.ts';
import { blaming, stopAll } from './lifecycle.ts';

const boom = () => {
  throw new Error('boom');
};

test('a service that fails to stop, or never does, does not keep the others from stopping', async () => {
  const clock = new VirtualClock(0);
  const logged: unknown[] = [];
  const order: string[] = [];
  const calm = (name: string): Lifecycle => ({
    halt: () => void order.push(`halt ${name}`),
    stop: () => void order.push(`stop ${name}`),
  });
  const stopping = stopAll(
    [
      ['first', calm('first')],
      ['rude', { halt: boom, stop: boom }],
      ['slow', { stop: () => new Promise(() => {}) }],
      ['last', calm('last')],
    ],
    { clock, logger: { ...silentLogger, error: (event, facts) => logged.push([event, facts]) } },
  );
  await clock.pass(10_000);
  await stopping;
  expect(order).toEqual(['halt first', 'halt last', 'stop last', 'stop first']);
  expect(logged).toEqual([
    ['feature-stop-failed', { feature: 'rude', reason: 'boom' }],
    ['feature-stop-failed', { feature: 'slow', reason: 'not stopped after 5000 ms' }],
    ['feature-stop-failed', { feature: 'rude', reason: 'boom' }],
  ]);
});

test('a feature that fails while its community opens is named in the log', () => {
  const logged: unknown[] = [];
  const logger: Logger = { ...silentLogger, error: (event, facts) => logged.push([event, facts]) };
  expect(() => blaming(logger, 'polls', 'create', boom)).toThrow('boom');
  expect(logged).toEqual([['feature-failed', { feature: 'polls', part: 'create', reason: 'boom' }]]);
  expect(blaming(logger, 'polls', 'create', () => 3)).toBe(3);
});
