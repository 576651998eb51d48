import { expect, test } from 'vitest';
import { byline, jsonText, oneLine, pairs, plain, table } from './text.ts';

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

test('text of others obeys no terminal and turns nothing around', () => {
  expect(plain('a\u001b[2Jb\u001b]0;title\u0007c\u0085\u009b31md\re\tf\ng')).toBe('abcde\tf\ng');
  expect(plain('invoice\u202efdp.exe')).toBe('invoice▫fdp.exe');
  expect(plain('\u2067open\n\u2067שלום\u2069')).toBe('▫open\n\u2067שלום\u2069');
  expect(oneLine('  a\n b\u2069 ')).toBe('a b▫');
});

test('a text that runs from right to left leaves the columns beside it in their order', () => {
  const rows = [
    ['מרה', 7],
    ['Ana', 12],
  ] as const;
  expect(table(['Name', 'Posts'], rows)).toBe('Name  Posts\n\u2068מרה\u2069       7\nAna      12');
  expect(pairs([['You', 'מרה']])).toBe('You  \u2068מרה\u2069');
  expect(byline('מרה', 'ines')).toBe('ines (imported by \u2068מרה\u2069)');
  expect(oneLine('שלום עולם', 4)).toBe('\u2068שלום\u2069');
});

test('JSON names the characters that a terminal would obey, and reads back as it was', () => {
  const told = { subject: 'a\u009b31m\u001b[0m\u202eb\u2069', text: 'שלום\u200f' };
  const text = jsonText(told);
  // oxlint-disable-next-line no-control-regex -- control characters are what must be absent
  expect(text).not.toMatch(/[\u0000-\u0009\u007f-\u009f\u200f\u202e\u2069]/);
  expect(text).toContain('\\u202e');
  expect(JSON.parse(text)).toEqual(told);
});
