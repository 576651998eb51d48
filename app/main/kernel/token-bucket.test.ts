import { expect, test } from 'vitest';
import { TokenBucket, TokenBuckets } from './token-bucket.ts';

test('a bucket allows its burst, then refills with time', () => {
  let now = 0;
  const clock = { now: () => now, after: () => () => {} };
  const bucket = new TokenBucket(clock, 2, 1);
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
  now = 1000;
  expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  const limit = new TokenBuckets(clock, 1, 0, 2);
  expect(['a', 'a', 'b', 'c', 'd'].map((name) => limit.take(name))).toEqual([true, false, true, true, true]);
});
