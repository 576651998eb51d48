import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eld } from 'eld/extrasmall';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { languageDetector } from '../app/main/moderation/language-detector.ts';
import { packed } from '../app/main/moderation/language-table.ts';
import { eldTable } from './languages.ts';

const file = readFileSync(join(import.meta.dirname, '../resources/models/languages.bin'));
const detector = languageDetector(file);

const SENTENCES = [
  'The boat leaves the harbour at six in the morning, don’t be late',
  'Das Boot verlässt den Hafen um sechs Uhr morgens, komm nicht zu spät',
  'Лодка отходит из гавани в шесть часов утра, не опаздывай',
  'يغادر القارب الميناء في السادسة صباحا، لا تتأخر',
  'नाव सुबह छह बजे बंदरगाह से निकलती है, देर मत करना',
  'เรือออกจากท่าเวลาหกโมงเช้า อย่ามาสาย',
  '船は朝の六時に港を出ますので、遅れないでください',
  '배는 아침 여섯 시에 항구를 떠나니 늦지 마세요',
];

test('the file holds the table of eld as it is installed', async () => {
  expect(Buffer.from(packed(await eldTable())).equals(file)).toBe(true);
});

/** The letters of all sentences, separators and odd characters in any order. */
const letters = fc.constantFrom(
  ...SENTENCES.flatMap((sentence) => [...sentence]),
  "'",
  '`',
  '  ',
  '\n',
  '😀',
  '0',
);
const texts = fc.oneof(
  fc.array(letters, { minLength: 1, maxLength: 600 }).map((signs) => signs.join('')),
  fc
    .array(fc.constantFrom(...SENTENCES.flatMap((sentence) => sentence.split(' '))), { maxLength: 120 })
    .map((words) => words.join(' ')),
  fc.string({ unit: 'binary', maxLength: 1500 }),
  fc
    .constantFrom('a', 'ü', '船')
    .chain((sign) => fc.integer({ min: 60, max: 500 }).map((times) => sign.repeat(times))),
);

test('every text gets the language that eld gives it', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const found = detector.detect(text);
      // This detector needs letters; eld answers without them too.
      if (found !== null) expect(found).toBe(eld.detect(text).language);
      else if ((text.match(/\p{L}/gu) ?? []).length >= 12) expect(eld.detect(text).language).toBe('');
    }),
    { numRuns: 2000 },
  );
});
