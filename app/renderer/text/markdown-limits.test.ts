import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCheapMarkdown } from './markdown-limits.ts';

const ORDINARY = `# Minutes

> quoted **twice**
> > and _again_

- a [link](https://example.org)
  - below it
    1. and below

| a | b |
| - | - |
${'| one | two |\n'.repeat(200)}
\`\`\`
code * with _ marks
\`\`\`
`;

test('an ordinary text is cheap, a long one too', () => {
  expect(isCheapMarkdown(ORDINARY)).toBe(true);
  expect(isCheapMarkdown('Some words of a *long* report.\n\n'.repeat(400))).toBe(true);
  expect(isCheapMarkdown('word '.repeat(12_000))).toBe(true);
  expect(isCheapMarkdown('')).toBe(true);
});

test.each([
  ['quotes in quotes', '>'.repeat(5000)],
  ['quotes with blanks', '> '.repeat(100)],
  ['lists in lists', '- '.repeat(100)],
  ['numbered lists in lists', '1. '.repeat(100)],
  ['lists in lists, line by line', Array.from({ length: 60 }, (_, n) => `${'  '.repeat(n)}- a`).join('\n')],
  ['emphasis that never ends', '**'.repeat(24_000)],
  ['emphasis, each with a word', '**a '.repeat(16_000)],
  ['brackets', '['.repeat(20_000)],
  ['links that are not closed', '[a]('.repeat(16_000)],
  ['backticks', '`a'.repeat(16_000)],
  ['tags', '<a '.repeat(16_000)],
  ['a wide table', `${'|a'.repeat(8000)}\n${'|-'.repeat(8000)}`],
  ['addresses', 'a@b.'.repeat(16_000)],
  ['hosts', 'www.a '.repeat(10_000)],
  ['one word', 'a'.repeat(64_000)],
  ['many lines', '- a\n'.repeat(16_000)],
])('%s are not', (_, text) => {
  expect(isCheapMarkdown(text)).toBe(false);
});

test('the answer takes every text of any shape', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 5000 }), (text) => {
      expect(typeof isCheapMarkdown(text)).toBe('boolean');
    }),
  );
});
