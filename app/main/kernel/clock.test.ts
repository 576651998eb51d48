import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endingClock, every, systemClock } from './clock.ts';

const DAY_MS = 86_400_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a wait longer than a timer can hold ends when it is over', () => {
  const task = vi.fn<() => void>();
  systemClock.after(60 * DAY_MS, task);
  vi.advanceTimersByTime(60 * DAY_MS - 1);
  expect(task).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(task).toHaveBeenCalledOnce();
});

test('a long wait can be cancelled at any time', () => {
  const task = vi.fn<() => void>();
  const cancel = systemClock.after(60 * DAY_MS, task);
  vi.advanceTimersByTime(40 * DAY_MS);
  cancel();
  vi.advanceTimersByTime(40 * DAY_MS);
  expect(task).not.toHaveBeenCalled();
});

test('a clock that ended runs nothing more', () => {
  const clock = endingClock(systemClock);
  const [early, late, repeated] = [vi.fn<() => void>(), vi.fn<() => void>(), vi.fn<() => void>()];
  clock.after(10, early);
  clock.after(30, late);
  clock.after(5, late)();
  every(clock, 15, repeated);
  vi.advanceTimersByTime(20);
  expect([early, late, repeated].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 1]);
  clock.end();
  clock.after(1, late);
  vi.advanceTimersByTime(DAY_MS);
  expect([early, late, repeated].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 1]);
  expect(vi.getTimerCount()).toBe(0);
});
