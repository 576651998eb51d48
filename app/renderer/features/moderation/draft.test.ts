import { expect, test } from 'vitest';
import { keyOf, moved, switched, typedShare } from './draft.ts';

const bounds = { spam: { queue: 0.6, quarantine: 0.9 } };

test('the hide bound follows the ask bound, and the other way round', () => {
  expect(moved(bounds, 'spam', 'queue', 0.95).spam).toEqual({ queue: 0.95, quarantine: 0.95 });
  expect(moved(bounds, 'spam', 'quarantine', 0.5).spam).toEqual({ queue: 0.5, quarantine: 0.5 });
  expect(moved(bounds, 'spam', 'queue', 0.333).spam?.queue).toBe(0.33);
});

test('equal bounds have one key in any order, and each change has another', () => {
  const two = { ...bounds, toxic: { queue: 0.7, quarantine: 0.9 } };
  const turned = { toxic: two.toxic, spam: two.spam };
  expect(keyOf(turned)).toBe(keyOf(two));
  expect(keyOf(switched(two, 'toxic', false))).toBe(keyOf(bounds));
  expect(keyOf(moved(two, 'toxic', 'queue', 0.71))).not.toBe(keyOf(two));
});

test('per cent is typed with or without the sign, and nothing else is accepted', () => {
  expect([typedShare('85'), typedShare(' 85,5 % '), typedShare('0')]).toEqual([0.85, 0.86, 0]);
  expect([typedShare(''), typedShare('101'), typedShare('-1'), typedShare('high')]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
