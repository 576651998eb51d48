import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from './clock.ts';

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
