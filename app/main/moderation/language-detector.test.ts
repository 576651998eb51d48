import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { languageDetector } from './language-detector.ts';

const file = readFileSync(join(import.meta.dirname, '../../../resources/models/languages.bin'));
const detector = languageDetector(file);

const SENTENCES = [
  ['en', 'The boat leaves the harbour at six in the morning, don’t be late'],
  ['de', 'Das Boot verlässt den Hafen um sechs Uhr morgens, komm nicht zu spät'],
  ['fr', 'Le bateau quitte le port à six heures du matin, ne sois pas en retard'],
  ['es', 'El barco sale del puerto a las seis de la mañana, no llegues tarde'],
  ['pt', 'O barco sai do porto às seis da manhã, não chegues atrasado'],
  ['pl', 'Statek wypływa z portu o szóstej rano, nie spóźnij się'],
  ['ru', 'Лодка отходит из гавани в шесть часов утра, не опаздывай'],
  ['uk', 'Човен відходить з гавані о шостій годині ранку, не запізнюйся'],
  ['el', 'Το πλοίο φεύγει από το λιμάνι στις έξι το πρωί, μην αργήσεις'],
  ['he', 'הסירה יוצאת מהנמל בשש בבוקר, אל תאחר'],
  ['ar', 'يغادر القارب الميناء في السادسة صباحا، لا تتأخر'],
  ['hi', 'नाव सुबह छह बजे बंदरगाह से निकलती है, देर मत करना'],
  ['th', 'เรือออกจากท่าเวลาหกโมงเช้า อย่ามาสาย'],
  ['ja', '船は朝の六時に港を出ますので、遅れないでください'],
  ['zh', '船早上六点离开港口请不要迟到我们在码头等你'],
  ['ko', '배는 아침 여섯 시에 항구를 떠나니 늦지 마세요'],
  ['tr', 'Tekne sabah altıda limandan ayrılıyor, geç kalma'],
  ['vi', 'Thuyền rời bến lúc sáu giờ sáng, đừng đến muộn nhé'],
] as const;

test.each(SENTENCES)('a sentence in %s is recognised', (language, sentence) => {
  expect(detector.detect(sentence)).toBe(language);
});

test('a text of fewer than twelve letters has no language', () => {
  expect(detector.detect('Hello there')).toBeNull();
  expect(detector.detect('1234567890 1234567890 !!!')).toBeNull();
});

test('a damaged file is refused', () => {
  for (const length of [0, 11, 12, 500, file.length - 1]) {
    expect(() => languageDetector(file.subarray(0, length))).toThrow('the table of languages');
  }
  const unknown = Buffer.from(file);
  unknown[file.length - 2] = 200;
  expect(() => languageDetector(unknown)).toThrow('unknown language');
});
