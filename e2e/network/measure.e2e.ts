import { expect, test } from 'vitest';
import { Measurements, percentile } from './measure.ts';

test('a percentile is the least value that the share of all does not exceed', () => {
  const values = Array.from({ length: 20 }, (_, index) => 20 - index);
  expect(percentile(values, 0.5)).toBe(10);
  expect(percentile(values, 0.95)).toBe(19);
  expect(percentile([7], 0.5)).toBe(7);
});

test('each line of the table stands between stars', () => {
  const measured = new Measurements();
  measured.add('direct', 10.4);
  measured.add('by a relay', 1200);
  measured.add('direct', 20);
  expect(measured.lines()).toEqual([
    '*** network lab: direct      p50     10 ms  p95     20 ms  of 2 ***',
    '*** network lab: by a relay  p50   1200 ms  p95   1200 ms  of 1 ***',
  ]);
});
