import fc from 'fast-check';
import { expect, test } from 'vitest';
import { capacityOf, GAP, gridOf, stripCapacity } from './layout.ts';

test('tiles fill the stage without leaving it, however many there are', () => {
  const sizes = fc.record({
    count: fc.integer({ min: 1, max: 40 }),
    width: fc.integer({ min: 320, max: 3000 }),
    height: fc.integer({ min: 320, max: 2000 }),
  });
  fc.assert(
    fc.property(sizes, ({ count, width, height }) => {
      const grid = gridOf(count, width, height);
      expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(count);
      expect(grid.columns * grid.width + (grid.columns - 1) * GAP).toBeLessThanOrEqual(width);
      expect(grid.rows * grid.height + (grid.rows - 1) * GAP).toBeLessThanOrEqual(height);
      expect(grid.width / grid.height).toBeLessThan(16 / 9 + 0.05);
    }),
  );
});

test('two people stand side by side on a wide stage and one above the other on an upright one', () => {
  expect(gridOf(2, 1200, 600)).toMatchObject({ columns: 2, rows: 1 });
  expect(gridOf(2, 380, 700)).toMatchObject({ columns: 1, rows: 2 });
});

test('a small stage shows fewer tiles rather than unreadable ones', () => {
  expect(capacityOf(12, 1200, 700)).toBe(12);
  const fits = capacityOf(100, 380, 600);
  expect(fits).toBeLessThan(20);
  expect(gridOf(fits, 380, 600).width).toBeGreaterThanOrEqual(132);
  expect(capacityOf(3, 60, 60)).toBeGreaterThanOrEqual(1);
});

test('a filmstrip holds whole tiles, and at least one', () => {
  expect(stripCapacity(600, 112)).toBe(5);
  expect(stripCapacity(50, 112)).toBe(1);
});
