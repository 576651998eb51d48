import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BOX, isolated, shown, shownProblem, withoutIsolates } from './foreign-text.ts';

const RLO = '\u202e';
const LRE = '\u202a';
const PDF = '\u202c';
const LRI = '\u2066';
const RLI = '\u2067';
const FSI = '\u2068';
const PDI = '\u2069';

describe('text from somebody', () => {
  test.each([
    ['an override', `photo${RLO}gpj.exe`, `photo${BOX}gpj.exe`],
    ['an override that ends', `a${RLO}b${PDF}c`, `a${BOX}b${BOX}c`],
    ['an embedding that stays open', `a${LRE}b`, `a${BOX}b`],
    ['an isolate that stays open', `a${RLI}b`, `a${BOX}b`],
    ['an end without a beginning', `a${PDI}b${PDF}c`, `a${BOX}b${BOX}c`],
    ['an embedding that an isolate ends', `${LRI}a${LRE}b${PDI}${PDF}`, `${LRI}a${BOX}b${PDI}${BOX}`],
    ['an isolate that goes on in another line', `${LRI}a\nb${PDI}`, `${BOX}a\nb${BOX}`],
    ['the end of a paragraph', 'a\u2029b\u0085c', `a${BOX}b${BOX}c`],
  ])('shows %s', (_, text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test.each([
    'مرحبا',
    'a\u200eb\u200f\u061c',
    `${RLI}שלום${PDI} and ${LRE}a${PDF}`,
    `${FSI}a${LRE}b${PDF}${PDI}`,
    '👩‍👧',
  ])('keeps %j', (text) => {
    expect(shown(text)).toBe(text);
  });

  const signs = fc.constantFrom(
    RLO,
    '\u202d',
    LRE,
    '\u202b',
    PDF,
    LRI,
    RLI,
    FSI,
    PDI,
    '\n',
    '\u2029',
    'a',
    'ש',
  );
  const texts = fc.array(signs, { maxLength: 30 }).map((parts) => parts.join(''));

  /** How many embeddings and isolates are open at the end of a line; null once it ended one that it did not begin. */
  const openAtEnd = (line: string): number | null => {
    const open: string[] = [];
    for (const sign of line) {
      if (LRE === sign || '\u202b' === sign || LRI === sign || RLI === sign || FSI === sign) open.push(sign);
      else if (sign === PDF || sign === PDI) {
        const last = open.pop();
        const isIsolate = last !== undefined && [LRI, RLI, FSI].includes(last);
        if (last === undefined || isIsolate !== (sign === PDI)) return null;
      }
    }
    return open.length;
  };

  test('overrides nothing and leaves nothing open in any line, and keeps its length', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const safe = shown(text);
        expect(safe).toHaveLength(text.length);
        expect(safe).not.toMatch(/[\u202d\u202e\u2029]/);
        for (const line of safe.split('\n')) expect(openAtEnd(line)).toBe(0);
        expect(shown(safe)).toBe(safe);
      }),
    );
  });

  test('is isolated in a sentence if it runs from right to left, in one line', () => {
    expect(isolated('mara')).toBe('mara');
    expect(isolated('مارا')).toBe(`${FSI}مارا${PDI}`);
    expect(isolated(isolated('مارا'))).toBe(isolated('مارا'));
    expect(isolated(`mara\u200f`)).toBe(`${FSI}mara\u200f${PDI}`);
    expect(isolated(`ma\nra${RLO}`)).toBe(`ma ra${BOX}`);
    fc.assert(fc.property(texts, (text) => openAtEnd(isolated(text)) === 0));
  });

  test('that was copied from a sentence is the same without its isolates', () => {
    expect(withoutIsolates(isolated('مارا'))).toBe('مارا');
  });
});

test('the parameters of a problem are isolated in its sentences', () => {
  const problem = {
    code: 'banned',
    message: 'מרה was banned by מר: a.',
    remedy: 'Ask מר.',
    params: { who: 'מרה', by: 'מר', reason: 'a' },
  };
  expect(shownProblem(problem)).toEqual({
    ...problem,
    message: `${FSI}מרה${PDI} was banned by ${FSI}מר${PDI}: a.`,
    remedy: `Ask ${FSI}מר${PDI}.`,
  });
  expect(shownProblem({ message: `a${RLO}b`, remedy: null })).toEqual({ message: `a${BOX}b`, remedy: null });
});
