import { expect, test } from 'vitest';
import { silentLogger } from '../kernel/logger.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import type { Lifecycle } from './feature.ts';
import { stopAll } from './lifecycle.ts';

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
