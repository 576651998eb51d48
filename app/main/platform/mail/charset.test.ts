import fc from 'fast-check';
import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
import { decodeText } from './charset.ts';
import { decodeWords } from './words.ts';

const WESTERN = 'Smørrebrød på Ærø, Grüße aus Århus, déjà vu';
const JAPANESE = 'こんばんは、灯台の光が見えます';
const KOREAN = '등대의 불빛이 보입니다';
const CHINESE = '灯塔的光亮了，请回港口';
const RUSSIAN = 'Маяк виден с причала';
const utf8 = (text: string) => Buffer.from(text);

test.each([
  ['cp437', 'Müller, Århus, ░▒▓ ╔══╗'],
  ['IBM437', 'Grüße'],
  ['cp850', 'Smørrebrød, Grüße'],
  ['cp-850', 'Grüße'],
  ['x-cp850', 'Grüße'],
  ['cp865', 'Smørrebrød'],
  ['cp852', 'Dvořák'],
  ['cp866', RUSSIAN],
  ['koi8-r', RUSSIAN],
  ['windows-1251', RUSSIAN],
  ['iso-8859-5', RUSSIAN],
  ['iso-8859-15', 'Grüße für 5 €'],
  ['shift_jis', JAPANESE],
  ['cp932', JAPANESE],
  ['euc-jp', JAPANESE],
  ['euc-kr', KOREAN],
  ['ks_c_5601-1987', KOREAN],
  ['gb2312', CHINESE],
  ['gb18030', CHINESE],
  ['big5', '燈塔的光亮了'],
  ['utf-7', WESTERN],
  ['utf-16le', WESTERN],
  ['x-mac-roman', 'Grüße'],
])('[AR11] text labelled %s is read', (label, text) => {
  const encoding =
    label === 'x-mac-roman' ? 'macroman' : label === 'ks_c_5601-1987' ? 'cp949' : label.replace('x-', '');
  expect(decodeText(iconv.encode(text, encoding), label)).toBe(text);
});

/** The same text as 7-bit rows: each byte of the two-byte set without its high bit. */
const rows = (text: string, encoding: string) =>
  Buffer.from(iconv.encode(text, encoding).map((byte) => byte & 0x7f));

test.each([null, 'us-ascii', 'utf-8', 'iso-2022-jp', 'iso-8859-1'])(
  '[AR11] escape sequences name their charset, whatever the label: %s',
  (label) => {
    const japanese = Buffer.concat([
      Buffer.from('a \u001b$B'),
      rows('港の光', 'euc-jp'),
      Buffer.from('\u001b(B z'),
    ]);
    expect(decodeText(japanese, label)).toBe('a 港の光 z');
    const korean = Buffer.concat([
      Buffer.from('\u001b$)C\u000e'),
      rows('등대', 'euc-kr'),
      Buffer.from('\u000f and \u000e'),
      rows('항구', 'euc-kr'),
      Buffer.from('\u000f!'),
    ]);
    expect(decodeText(korean, label)).toBe('등대 and 항구!');
  },
);

test('[AR11] HZ is read by its label and by what it looks like, and a tilde stays a tilde', () => {
  const hz = Buffer.concat([Buffer.from('~~ ~{'), rows('灯塔', 'gb2312'), Buffer.from('~} light')]);
  expect(decodeText(hz, 'hz-gb-2312')).toBe('~ 灯塔 light');
  expect(decodeText(hz.subarray(3), null)).toBe('灯塔 light');
  expect(decodeText(Buffer.from('~/mail and ~{x} and ~{odd~} stay'), null)).toBe(
    '~/mail and ~{x} and ~{odd~} stay',
  );
});

test.each([
  null,
  'us-ascii',
  'iso-8859-1',
  'windows-1252',
  'iso-2022-jp',
  'x-unknown',
  'cp437',
  "'utf-8'",
  'gb2312',
  'big5',
])('[AR11] valid UTF-8 is UTF-8, whatever the label: %s', (label) => {
  expect(decodeText(utf8(JAPANESE), label)).toBe(JAPANESE);
  expect(decodeText(utf8('naïve 灯台 résumé'), label)).toBe('naïve 灯台 résumé');
});

test('[AR11] two-byte charsets are believed for a text that could be either', () => {
  // The bytes of this letter are one valid letter of UTF-8 as well.
  const bytes = Buffer.from([0xc4, 0xa3]);
  expect(decodeText(bytes, 'gb2312')).toBe('模');
  expect(decodeText(bytes, 'iso-8859-1')).toBe('ģ');
});

test.each([
  'utf-8',
  'us-ascii',
  'iso-8859-1',
  'windows-1252',
  'unknown-8bit',
  'x-user-defined',
  'no-such-charset',
  null,
])('[AR11] text that its label does not fit is read by what it looks like: %s', (label) => {
  const as = (text: string, encoding: string) => decodeText(iconv.encode(text, encoding), label);
  expect(as(WESTERN, 'windows-1252')).toBe(WESTERN);
  expect(as('Grüße aus Århus, schöne Möwen überall', 'cp437')).toBe('Grüße aus Århus, schöne Möwen überall');
  expect(as('╔════╗ Möwe', 'cp437')).toBe('╔════╗ Möwe');
  expect(as('Rødgrød på øen, smørrebrød', 'cp850')).toBe('Rødgrød på øen, smørrebrød');
  expect(as(`${RUSSIAN}. ${RUSSIAN}.`, 'koi8-r')).toBe(`${RUSSIAN}. ${RUSSIAN}.`);
  expect(as(RUSSIAN, 'koi8-r')).toBe(RUSSIAN);
  expect(as(RUSSIAN, 'windows-1251')).toBe(RUSSIAN);
  expect(as(RUSSIAN, 'cp866')).toBe(RUSSIAN);
  expect(as('Ο φάρος φαίνεται από την προβλήτα', 'iso-8859-7')).toBe('Ο φάρος φαίνεται από την προβλήτα');
  expect(as(JAPANESE, 'euc-jp')).toBe(JAPANESE);
  expect(as(KOREAN, 'euc-kr')).toBe(KOREAN);
  expect(as(CHINESE, 'gb2312')).toBe(CHINESE);
  expect(as(`${JAPANESE}。${JAPANESE}。`, 'shift_jis')).toBe(`${JAPANESE}。${JAPANESE}。`);
  expect(as(`${KOREAN} ${KOREAN}`, 'euc-kr')).toBe(`${KOREAN} ${KOREAN}`);
  expect(as('“Quoted” – it’s fine… 5 €', 'windows-1252')).toBe('“Quoted” – it’s fine… 5 €');
});

test('[AR11] damaged UTF-8 stays UTF-8', () => {
  expect(decodeText(Buffer.concat([utf8('Grüße aus Århus '), Buffer.from([0xff])]), 'utf-8')).toBe(
    'Grüße aus Århus \ufffd',
  );
  expect(decodeText(utf8('灯台の光').subarray(0, 10), null)).toBe('灯台の\ufffd');
});

test('any bytes with any label give a text', () => {
  const labels = fc.constantFrom(
    null,
    'utf-8',
    'utf-7',
    'utf-16',
    'cp437',
    'hz',
    'iso-2022-kr',
    'iso-2022-cn',
    'big5',
    '=?x',
    '__proto__',
    'constructor',
    'toString',
    'valueOf',
    '_',
  );
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.oneof(labels, fc.string({ maxLength: 20 })),
      (bytes, label) => {
        expect(typeof decodeText(bytes, label)).toBe('string');
      },
    ),
    { numRuns: 1000 },
  );
});

test.each([
  ['=?ibm437?Q?Gr=81=E1e?=', 'Grüße'],
  ['=?utf-8?B?R3I=?= =?utf-8?B?w7w=?=\n =?utf-8?B?w59l?=', 'Grüße'],
  // A letter split between two words.
  ['=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=', 'Grüße'],
  ['=?utf-8?Q?a?= b =?utf-8?Q?c?=', 'a b c'],
  ['=?iso-2022-jp?B?GyRCOUEbKEI=?=', '港'],
  ['=?utf-8*en?Q?a_b?=', 'a b'],
  ['=?utf-8?X?a?= =?', '=?utf-8?X?a?= =?'],
  ['=?us-ascii?Q?Gr=C3=BC=C3=9Fe?=', 'Grüße'],
  ['plain', 'plain'],
])('[AR11] the encoded words %j are %j', (raw, text) => {
  expect(decodeWords(raw)).toBe(text);
});
