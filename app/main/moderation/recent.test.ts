import { expect, test } from 'vitest';
import { Recent } from './recent.ts';

test('values that are requested again stay, others are evicted', () => {
  const recent = new Recent<number>(3);
  for (let at = 0; at < 9; at += 1) {
    recent.set(`passing ${at}`, at);
    if (at === 0) recent.set('common', 42);
    expect(recent.get('common')).toBe(42);
  }
  expect(recent.get('passing 0')).toBeUndefined();
  expect(recent.get('passing 8')).toBe(8);
});
