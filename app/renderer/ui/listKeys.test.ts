import { expect, test } from 'vitest';
import { stepOf } from './listKeys.ts';

const press = (key: string, ctrlKey = false) => ({ key, ctrlKey, metaKey: false, altKey: false });

test('arrows and j, k move by one and stop at the ends', () => {
  expect(stepOf(press('ArrowDown'), 0, 3, 10)).toBe(1);
  expect(stepOf(press('j'), 2, 3, 10)).toBe(2);
  expect(stepOf(press('k'), 0, 3, 10)).toBe(0);
});

test('Home, End and page keys jump within the list', () => {
  expect(stepOf(press('End'), 0, 1_000_000, 10)).toBe(999_999);
  expect(stepOf(press('PageUp'), 4, 100, 10)).toBe(0);
  expect(stepOf(press('Home'), 50, 100, 10)).toBe(0);
});

test('other keys, chords and empty lists are ignored', () => {
  expect(stepOf(press('x'), 0, 3, 10)).toBeNull();
  expect(stepOf(press('k', true), 1, 3, 10)).toBeNull();
  expect(stepOf(press('End'), 0, 0, 10)).toBeNull();
});
