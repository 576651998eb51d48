import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ansiLines, parseAnsi, stripEscapes } from './ansi.ts';

const ESC = '\u001b';
const shown = (text: string) =>
  parseAnsi(text)
    .map((run) => run.text)
    .join('');

test('colour codes become roles and end at the reset', () => {
  const runs = parseAnsi(`${ESC}[1;31mred${ESC}[0m plain ${ESC}[93mamber`);
  expect(runs.map((run) => [run.text, run.style.colour, run.style.bold])).toEqual([
    ['red', 'red', true],
    [' plain ', null, false],
    ['amber', 'amber', false],
  ]);
});

test('256 and true colours are skipped without reading their numbers as other codes', () => {
  expect(parseAnsi(`${ESC}[38;5;31mx`)[0]?.style.colour).toBeNull();
  expect(parseAnsi(`${ESC}[38;2;31;32;33mx`)[0]?.style.colour).toBeNull();
});

test.each([
  ['cursor movement', `a${ESC}[2J${ESC}[10;10Hb`, 'ab'],
  ['a window title', `a${ESC}]0;owned\u0007b`, 'ab'],
  ['a link with an escape in it', `a${ESC}]8;;https://evil.example${ESC}\\text${ESC}]8;;${ESC}\\b`, 'atextb'],
  ['a device string', `a${ESC}Pq#0;2;0;0;0${ESC}\\b`, 'ab'],
  ['an eight-bit CSI', 'a\u009b31mb', 'ab'],
  ['an unfinished sequence', `a${ESC}[31`, 'a'],
  ['a string without an end', `a${ESC}]0;never ends`, 'a'],
  ['a lone escape', `a${ESC}`, 'a'],
  ['backspaces that would overwrite', 'abc\b\b\bxyz', 'abcxyz'],
  ['a bell and a null', 'a\u0007\u0000b', 'ab'],
  ['carriage returns as line ends', 'a\r\nb\rc', 'a\nb\nc'],
])('%s is dropped', (_what, text, left) => {
  expect(shown(text)).toBe(left);
  expect(stripEscapes(text)).toBe(left);
});

test('whatever the input, no control character except tab and line feed is in the output', () => {
  const hostile = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(ESC, `${ESC}[`, `${ESC}]`, '\u009b', '31m', '\u0007'),
    ),
  );
  fc.assert(
    fc.property(hostile, (parts) => {
      const text = parts.join('');
      // oxlint-disable-next-line no-control-regex -- this is what must not come out
      expect(shown(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      expect(shown(text)).toBe(stripEscapes(text));
      expect(
        ansiLines(text)
          .map((runs) => runs.map((run) => run.text).join(''))
          .join('\n'),
      ).toBe(shown(text));
    }),
  );
});

test('a megabyte of unfinished escapes is read in linear time', () => {
  expect(shown(`${ESC}[`.repeat(200_000))).toBe('');
  expect(shown(`${ESC}]${'0;'.repeat(300_000)}`)).toBe('');
});
