import { expect, test } from 'vitest';
import { countOn, filterOf, noSift, siftOf, states } from './sift.ts';

test('each tab asks for its own items, and a saved filter leads back to its tab', () => {
  const sift = { ...noSift, words: 'berth', labels: ['spam' as const] };
  expect(filterOf('raised', sift)).toMatchObject({ state: 'open', raised: true, words: 'berth' });
  expect(filterOf('waiting', sift)).toMatchObject({ state: 'all', held: ['waiting'] });
  for (const tab of states) expect(siftOf(filterOf(tab, sift))).toEqual({ tab, sift });
});

test('words and order are no filters to count, for they show by themselves', () => {
  expect(countOn({ ...noSift, words: 'x', order: 'worst' })).toBe(0);
  expect(countOn({ ...noSift, labels: ['spam'], claimed: 'me' })).toBe(2);
});
