import { expect, test } from 'vitest';
import { byline, table } from './text.ts';

test('columns are aligned, numbers to the right', () => {
  expect(
    table(
      ['Name', 'Posts'],
      [
        ['Mara', 7],
        ['Ö', 1234],
      ],
    ),
  ).toBe('Name  Posts\nMara      7\nÖ      1234');
});

test('[B12] a claimed name stands beside the importer, whatever it contains', () => {
  expect(byline('eve', null)).toBe('eve');
  expect(byline('eve', 'mara')).toBe('mara (imported by eve)');
  expect(byline('eve', '')).toBe('no name (imported by eve)');
  expect(byline('eve', '\u001b[2Kmara\n')).toBe('mara (imported by eve)');
  expect(byline('eve', 'm'.repeat(200))).toBe(`${'m'.repeat(32)}… (imported by eve)`);
});
