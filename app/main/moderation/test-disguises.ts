/** Ways to write a word so that a machine misses it and a person does not. */
const CYRILLIC: Readonly<Record<string, string>> = { a: 'а', c: 'с', e: 'е', o: 'о', i: 'і', p: 'р', x: 'х' };
const LEET: Readonly<Record<string, string>> = { a: '4', e: '3', i: '1', o: '0', s: '$', t: '7' };
const spelt = (table: Readonly<Record<string, string>>) => (word: string) =>
  [...word].map((letter) => table[letter] ?? letter).join('');
export const disguises: Readonly<Record<string, (word: string, seed: number) => string>> = {
  'look-alike letters': spelt(CYRILLIC),
  leetspeak: spelt(LEET),
  'full-width letters': (word) =>
    [...word].map((letter) => String.fromCodePoint(letter.codePointAt(0)! + 0xfee0)).join(''),
  'bold mathematical letters': (word) =>
    [...word].map((letter) => String.fromCodePoint(0x1d41a + letter.codePointAt(0)! - 97)).join(''),
  'characters nobody sees': (word, seed) =>
    [...word].join(['\u200b', '\u2060', '\u00ad', '\ufe0f'][seed % 4]),
  'piled-up marks': (word, seed) =>
    [...word].map((letter) => letter + '\u0336\u0488\u035c'.repeat(1 + (seed % 40))).join(''),
  'accents on letters': (word) => word.replaceAll(/[aeiou]/g, (vowel) => `${vowel}\u0301`),
  'letters apart': (word) => [...word].join(' '),
  'letters apart by more': (word) => [...word].join('  '),
  'points between letters': (word) => [...word].join('.'),
  'repeated letters': (word, seed) => {
    const at = seed % word.length;
    return word.slice(0, at) + word.charAt(at).repeat(3 + (seed % 9)) + word.slice(at + 1);
  },
  'mixed case': (word) => [...word].map((c, at) => (at % 2 ? c.toUpperCase() : c)).join(''),
  'squared letters': (word) =>
    [...word].map((letter) => String.fromCodePoint(0x1f170 + letter.codePointAt(0)! - 97)).join(''),
};
