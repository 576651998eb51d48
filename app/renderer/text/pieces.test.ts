import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BOX } from '../../contract/foreign-text.ts';
import { countUnseen, piecesOf, withUnseen } from './pieces.ts';

test('flagged words are separated from the text around them', () => {
  expect(piecesOf('Buy cheap berths now', [[4, 9]])).toEqual([
    { text: 'Buy ', flagged: false },
    { text: 'cheap', flagged: true },
    { text: ' berths now', flagged: false },
  ]);
});

test('spans that overlap, touch or come in any order are merged', () => {
  const [piece, ...rest] = piecesOf('abcdef', [
    [3, 6],
    [0, 2],
    [1, 3],
  ]);
  expect(piece).toEqual({ text: 'abcdef', flagged: true });
  expect(rest).toEqual([]);
});

test('invisible characters are drawn as boxes, one for one', () => {
  const text = 'b\u200bo\u202eat';
  expect(countUnseen(text)).toBe(2);
  expect(piecesOf(text, [])).toEqual([{ text: `b${BOX}o${BOX}at`, flagged: false }]);
});

test('an emoji of several characters keeps its joiners', () => {
  expect(countUnseen('\u{1F469}\u200D\u{1F467} and \u2764\uFE0F')).toBe(0);
  expect(countUnseen('a\u{E0041}b')).toBe(1);
});

test('whatever the spans, the pieces add up to the whole text in order', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.array(fc.tuple(fc.integer({ min: -3, max: 40 }), fc.integer({ min: -3, max: 40 }))),
      (text, spans) => {
        const joined = piecesOf(text, spans)
          .map((piece) => piece.text)
          .join('');
        expect(joined.length).toBe(text.length);
        expect(joined).toBe(
          piecesOf(text, [])
            .map((piece) => piece.text)
            .join(''),
        );
      },
    ),
  );
});

test('a name shows the characters that would turn its end around', () => {
  expect(withUnseen('photo\u202egpj.exe')).toBe('photo▫gpj.exe');
  expect(withUnseen('minutes.pdf')).toBe('minutes.pdf');
});
