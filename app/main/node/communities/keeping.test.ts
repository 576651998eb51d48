import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide, WARM, type Kept } from './keeping.ts';

const NOW = 1_000_000_000;
const quiet: Kept = {
  id: 'a',
  isOpen: false,
  isNeeded: false,
  mayOpen: true,
  usedAt: 0,
  openedAt: 0,
};
const many = (count: number, facts: (n: number) => Partial<Kept>): Kept[] =>
  Array.from({ length: count }, (_, n) => ({ ...quiet, id: `c${n}`, ...facts(n) }));

test('[CM1] a needed community opens and stays open, however many others are', () => {
  const all = [...many(100, () => ({ isOpen: true, isNeeded: true })), { ...quiet, isNeeded: true }];
  expect(decide(all, NOW)).toEqual({ open: ['a'], close: [] });
});

test('[CM2] few communities are all open; of many, those used last', () => {
  expect(
    decide(
      many(WARM, () => ({})),
      NOW,
    ).open,
  ).toHaveLength(WARM);
  const all = many(100, (n) => ({ isOpen: true, usedAt: n }));
  const { close } = decide(all, NOW);
  expect(close).toHaveLength(100 - WARM);
  expect(close).not.toContain('c99');
  expect(close).toContain('c0');
});

test('[CM2] a community that was just used or opened stays open, unless too many are', () => {
  const used = (count: number) =>
    many(count, (n) => ({
      isOpen: true,
      usedAt: n === 0 ? NOW - 1000 : NOW - 500 - (n > 40 ? 3_600_000 : 0),
    }));
  expect(decide(used(60), NOW).close).not.toContain('c0');
  expect(decide(used(60), NOW).close).toContain('c59');
  expect(decide(used(100), NOW).close).toContain('c0');
  const opened = { ...quiet, isOpen: true, openedAt: NOW };
  const others = many(50, () => ({ isOpen: true, usedAt: 1 }));
  expect(decide([...others, opened], NOW).close).not.toContain('a');
});

test('[CM3] each of the rest takes its turn, one at a time', () => {
  const open = new Map<string, number>();
  const visited = new Set<string>();
  const usedAt = (n: number) => 100 - n;
  for (let now = NOW; now < NOW + 100 * 60_000; now += 5000) {
    const all = many(60, (n) => ({
      isOpen: open.has(`c${n}`),
      openedAt: open.get(`c${n}`) ?? (visited.has(`c${n}`) ? now - 1 : 0),
      usedAt: usedAt(n),
    }));
    const decision = decide(all, now);
    for (const id of decision.close) open.delete(id);
    for (const id of decision.open) {
      open.set(id, now);
      visited.add(id);
    }
    expect(open.size).toBeLessThanOrEqual(WARM + 1);
  }
  expect(visited.size).toBe(60);
});

test('an archived or broken community never opens by itself, and none is opened and closed at once', () => {
  const kept = fc.record({
    id: fc.uuid(),
    isOpen: fc.boolean(),
    isNeeded: fc.boolean(),
    mayOpen: fc.boolean(),
    usedAt: fc.integer({ min: 0, max: NOW }),
    openedAt: fc.integer({ min: 0, max: NOW }),
  });
  fc.assert(
    fc.property(fc.uniqueArray(kept, { selector: ({ id }) => id, maxLength: 80 }), (all) => {
      const { open, close } = decide(all, NOW);
      const byId = new Map(all.map((one) => [one.id, one]));
      expect(open.every((id) => byId.get(id)!.mayOpen && !byId.get(id)!.isOpen)).toBe(true);
      expect(close.every((id) => byId.get(id)!.isOpen && !byId.get(id)!.isNeeded)).toBe(true);
      expect(new Set(open).size).toBe(open.length);
    }),
  );
});
