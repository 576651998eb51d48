import { describe, expect, test } from 'vitest';
import { mixesScripts, skeletonsOf } from './look-alikes.ts';

const alike = (one: string, other: string) => {
  const skeletons = skeletonsOf(other);
  return skeletonsOf(one).some((skeleton) => skeletons.includes(skeleton));
};

describe('names of several alphabets', () => {
  test.each([
    ['Latin with a Cyrillic letter', 'm\u0430ra'],
    ['Latin with a Cyrillic letter that looks different', 'ma\u0433a'],
    ['Latin with a Greek letter', 'mar\u03b1'],
    ['Cyrillic with a Latin letter', '\u041c\u0430ra'],
    ['Cyrillic with a Greek letter', '\u0430\u03b1'],
    ['Devanagari with Latin', '\u092e\u0940\u0930a'],
    ['Hangul with kana', '\uac00\u3042'],
  ])('%s is a mixture', (_, name) => {
    expect(mixesScripts(name)).toBe(true);
  });

  test.each([
    ['Latin with accents', 'José Müller'],
    ['decomposed Latin', 'Jose\u0301'],
    ['digits and marks', 'mara.2_b-c'],
    ['Cyrillic', 'Мария 2'],
    ['Greek', 'Μαρία'],
    ['Hindi', '\u092e\u0940\u0930\u093e'],
    ['Tamil', '\u0bb5\u0bb3\u0bcd\u0bb3\u0bbf'],
    ['Thai', '\u0e13\u0e31\u0e10\u0e1e\u0e25'],
    ['Arabic with its digits', '\u0645\u0631\u064a\u0645 \u0661'],
    ['Japanese with Latin', '\u6771\u4eac\u30bf\u30ef\u30fc Tokyo \u3068'],
    ['Korean with Han', '\uac00\u91d1 Kim'],
  ])('%s is none', (_, name) => {
    expect(mixesScripts(name)).toBe(false);
  });
});

test.each([
  ['mara', 'm\u0430ra'],
  ['bill', 'biII'],
  ['bill', 'bi11'],
  ['Odin', '0din'],
  ['mara', 'rnara'],
  ['mara', 'MARA'],
  ['mara b', 'mara  b'],
  ['\u0441\u0430\u0440', 'cap'],
  ['José', 'Jose\u0301'],
])('%s and %s look alike', (one, other) => {
  expect(alike(one, other)).toBe(true);
});

test.each([
  ['mara', 'mars'],
  ['Jose', 'José'],
  ['bill', 'bull'],
  ['a.b', 'a b'],
  ['Мария', 'Maria'],
])('%s and %s do not', (one, other) => {
  expect(alike(one, other)).toBe(false);
});
