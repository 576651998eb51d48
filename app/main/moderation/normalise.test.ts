import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flagBucket, pairBucket, pairStart, wordBuckets } from './features.ts';
import { Normaliser } from './normalise.ts';
import { disguises } from './test-disguises.ts';

interface Vector {
  readonly text: string;
  readonly words: readonly string[];
  readonly flags: readonly string[];
  readonly line: string;
  readonly features: number;
  readonly sum: number;
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'vectors/normalise.json'), 'utf8'),
);
const normaliser = new Normaliser();
const wordsOf = (text: string) =>
  normaliser
    .message(text)
    .readings.flatMap(({ words }) => words)
    .filter((word) => !word.startsWith('='));

test.each(vectors)('[J1] reads $text as in training', ({ text, words, flags, line, features, sum }) => {
  const read = normaliser.message(text);
  const found = read.readings.flatMap((reading) => reading.words);
  const pairs = new Set(found.slice(1).map((word, at) => pairBucket(pairStart(found[at]!), word)));
  const buckets = [...[...new Set(found)].flatMap(wordBuckets), ...pairs, ...read.flags.map(flagBucket)];
  expect({ words: found, flags: read.flags, line: read.line }).toEqual({ words, flags, line });
  expect({ features: buckets.length, sum: buckets.reduce((a, b) => a + b, 0) }).toEqual({ features, sum });
});

describe.each(Object.entries(disguises))('[J2] %s', (_name, disguise) => {
  test.each(['fucking', 'asshole', 'bitches', 'viagra', 'casino', 'arschloch', 'caralho', 'retarded'])(
    'do not hide %s',
    (word) => {
      for (let seed = 0; seed < 12; seed += 1) {
        expect(wordsOf(`you ${disguise(word, seed)} there`)).toContain(word);
      }
    },
  );
});

test('[J2] ordinary words, numbers and other scripts stay as they are', () => {
  expect(wordsOf('the pen is mine as is it')).toEqual(['the', 'pen', 'is', 'mine', 'as', 'is', 'it']);
  expect(wordsOf('Класс новый дом')).toEqual(['класс', 'новыи', 'дом']);
  expect(wordsOf('he is in my b2b shop, a cool one')).toContain('cool');
  expect(wordsOf('add 455 and 80085')).toEqual(['add', '<n3>', 'and', '<n5>']);
});

test('a position in the text is that of the word, disguise included', () => {
  const text = 'so  f\u200bu\u200bck\u0301\u0301\u0301 off, y o u a s s h o l e s';
  const found = normaliser
    .message(text)
    .readings.filter(({ words }) => words.some((word) => word === 'fuck' || word === 'assholes'));
  expect(found.map(({ start, end }) => text.slice(start, end))).toEqual([
    'f\u200bu\u200bck\u0301\u0301\u0301',
    'y o u a s s h o l e s',
  ]);
});

test('[J3] every plane of Unicode and every code unit is read without failure, with positions inside the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const { readings } = normaliser.message(text);
      let before = 0;
      for (const { start, end } of readings) {
        expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(text.length);
        before = start;
      }
    }),
    { numRuns: 500 },
  );
  const lone = Array.from({ length: 0x1_1000 / 16 }, (_, at) => String.fromCharCode(at * 16)).join('');
  expect(normaliser.message(lone).readings.length).toBeGreaterThan(0);
});
