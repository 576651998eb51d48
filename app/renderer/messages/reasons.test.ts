import { expect, test } from 'vitest';
import { listedSpans, reasonWords } from './reasons.ts';

test('a reason is a sentence, no matter who gave it', () => {
  expect(reasonWords({ code: 'spam', detail: 'spam 0.97' })).toBe('It was classified as spam.');
  expect(reasonWords({ code: 'identity', detail: 'identity 0.61' })).toBe(
    'It was classified as attack on a group.',
  );
  expect(reasonWords({ code: 'word', detail: 'moorpass' })).toBe(
    'It contains “moorpass”, which is on a list.',
  );
  expect(reasonWords({ code: 'links', detail: '7 links' })).toBe('7 links.');
  expect(reasonWords({ code: 'late', detail: 'Its judgement did not come in time.' })).toBe(
    'Its judgement did not come in time.',
  );
  expect(reasonWords({ code: 'spam', detail: 'Sold twice already' })).toBe('Sold twice already.');
});

test('a listed word or domain is found at every occurrence', () => {
  const reasons = [
    { code: 'word', detail: 'pass' },
    { code: 'spam', detail: 'spam 0.9' },
  ];
  expect(listedSpans('Pass me a PASS', reasons)).toEqual([
    [0, 4],
    [10, 14],
  ]);
});
