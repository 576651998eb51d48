import { expect, test } from 'vitest';
import { countOn, noFilter, reviewFilterOf, states, tabAndFilterOf } from './filter.ts';

test('each tab asks for its own items, and a saved filter leads back to its tab', () => {
  const filter = { ...noFilter, words: 'berth', labels: ['spam' as const] };
  expect(reviewFilterOf('raised', filter)).toMatchObject({ state: 'open', raised: true, words: 'berth' });
  expect(reviewFilterOf('waiting', filter)).toMatchObject({ state: 'all', held: ['waiting'] });
  for (const tab of states) expect(tabAndFilterOf(reviewFilterOf(tab, filter))).toEqual({ tab, filter });
});

test('words and order are not counted as filters, because they are visible', () => {
  expect(countOn({ ...noFilter, words: 'x', order: 'worst' })).toBe(0);
  expect(countOn({ ...noFilter, labels: ['spam'], claimed: 'me' })).toBe(2);
});
