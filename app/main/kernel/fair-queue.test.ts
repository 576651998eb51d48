import { expect, test } from 'vitest';
import { FairQueue } from './fair-queue.ts';

const drained = (queue: FairQueue<string>): string[] => {
  const items: string[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item);
  return items;
};

test('owners take turns, and the items of each keep their order', () => {
  const queue = new FairQueue<string>();
  const [busy, quiet, third] = [{}, {}, {}];
  for (const item of ['a1', 'a2', 'a3', 'a4']) queue.push(busy, item);
  queue.push(quiet, 'b1');
  for (const item of ['c1', 'c2']) queue.push(third, item);
  expect(drained(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'a4']);
});

test('an owner that comes back stands behind those that wait', () => {
  const queue = new FairQueue<string>();
  const [busy, quiet] = [{}, {}];
  for (const item of ['a1', 'a2']) queue.push(busy, item);
  queue.push(quiet, 'b1');
  expect(queue.shift()).toBe('a1');
  expect(queue.shift()).toBe('b1');
  queue.push(quiet, 'b2');
  expect([queue.count(busy), queue.count(quiet), queue.count({})]).toEqual([1, 1, 0]);
  expect(drained(queue)).toEqual(['a2', 'b2']);
});

test('clear gives back what waits', () => {
  const queue = new FairQueue<string>();
  queue.push({}, 'a');
  queue.push({}, 'b');
  expect(queue.size).toBe(2);
  expect(queue.clear()).toEqual(['a', 'b']);
  expect(queue.shift()).toBeUndefined();
});
