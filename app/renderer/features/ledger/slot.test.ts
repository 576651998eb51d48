import { expect, test } from 'vitest';
import type { LiveSlot } from '../../../contract/index.ts';
import { cellOf, isIdle, slotWords } from './slot.ts';

const votes = (n: number) => [0, 1, 2, 3].map((place) => place < n);
const slot = (notarised: number, finalised = 0, nullified = 0, block = true): LiveSlot => ({
  slot: 413,
  leader: 1,
  block: block ? { hash: 'aa', height: 413, transactions: 2 } : null,
  notarised: votes(notarised),
  finalised: votes(finalised),
  nullified: votes(nullified),
});
const says = (one: LiveSlot) => slotWords(one, 3, 'Ines K');

test('a cell shows the furthest step that its validator signed', () => {
  const one = slot(3, 1);
  expect([0, 1, 2, 3, 9].map((place) => cellOf(one, place))).toEqual([
    'finalised',
    'notarised',
    'notarised',
    'open',
    'open',
  ]);
  expect(cellOf(slot(1, 0, 1), 0)).toBe('nullified');
});

test('the sentence follows the slot from silence to finality', () => {
  expect(isIdle(slot(0, 0, 0, false))).toBe(true);
  expect(says(slot(0, 0, 0, false))).toMatch(/^No block is in progress/);
  expect(says(slot(0))).toBe(
    'Ines K proposes block 413 with 2 transactions. None notarised it; three must, then they finalise.',
  );
  expect(says(slot(4, 2))).toMatch(/Two finalised it; three must\.$/);
  expect(says(slot(4, 3))).toMatch(/Three finalised it: final\.$/);
});

test('a skipped slot says how many validators skip it', () => {
  expect(says(slot(1, 0, 2))).toBe('Two skip this slot; with three the next one leads.');
  expect(says(slot(0, 0, 1, false))).toBe('One skips this slot; with three the next one leads.');
});
