import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Handle } from '../../../contract/common.ts';
import { mixesScripts } from '../../kernel/look-alikes.ts';
import { TestLedger } from '../test-ledger.ts';
import { growTo, scheduleSoon } from '../test-versions.ts';
import { accountOf } from './accounts.ts';
import { HANDLE_SCRIPTS, SPACING_MARKS, WITHOUT_MARKS } from './handle-scripts.ts';
import { isHandle, MARKS_SINCE } from './handles.ts';

/** Names as their bearers write them, by language. */
const NAMES = {
  Hindi: 'मीरा',
  'Hindi with a conjunct': 'प्रिया शर्मा',
  Bengali: 'সত্যজিৎ রায়',
  Punjabi: 'ਗੁਰਪ੍ਰੀਤ',
  Gujarati: 'મીરાં',
  Odia: 'ଓଡ଼ିଆ',
  Tamil: 'வள்ளி',
  Telugu: 'శ్రీనివాస్',
  Kannada: 'ಕುವೆಂಪು',
  Malayalam: 'അനിൽ',
  Sinhala: 'කුමාර',
  Thai: 'ณัฐพล',
  'Thai with SARA AM': 'น้ำฝน',
  Lao: 'ຄຳພູ',
  Tibetan: 'བསྟན་འཛིན'.replaceAll('་', ' '),
  Burmese: 'အောင်ဆန်း',
  'Burmese with five marks': 'လျှို့ဝှက်',
  Khmer: 'សុខា',
  Amharic: 'አበበ',
  'Arabic with marks': 'مُحَمَّد',
  Divehi: 'އަހްމަދު',
  Yoruba: 'Ọ̀ṣun',
};

const ranges = (list: string) => new RegExp(`[${list}]`, 'u');
const characters = (list: string) => {
  const within = ranges(list);
  return Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter((one) =>
    within.test(one),
  );
};

/** Letters with marks of a script, as many as are allowed, and never one twice. */
const cluster = fc
  .oneof(
    ...HANDLE_SCRIPTS.map(({ letters, marks }) =>
      fc.tuple(
        fc.constantFrom(...characters(letters)),
        fc.uniqueArray(fc.constantFrom(...characters(marks)), { maxLength: 4 }),
      ),
    ),
  )
  .map(([letter, marks]) => letter + marks.join(''));

describe('[A8] a handle with marks', () => {
  test.each(Object.entries(NAMES))('%s: a handle since version 2, however it is typed', (_, name) => {
    const handle = name.normalize('NFC');
    expect([isHandle(handle, 1), isHandle(handle, 2)]).toEqual([false, true]);
    expect(mixesScripts(handle)).toBe(false);
    for (const typed of [name, name.normalize('NFD'), ` ${name} `]) expect(Handle.parse(typed)).toBe(handle);
  });

  test.each([
    ['a mark at the beginning', '\u0940मीरा'],
    ['a mark of another script', 'ma\u0940ra'],
    ['a mark after a digit', 'mara1\u0301'],
    ['a mark after a blank', 'ma \u0301ra'],
    ['five nonspacing marks', 'mq\u0323\u0328\u0300\u0302\u0306ra'.normalize('NFC')],
    ['five spacing marks', 'கா\u0bbf\u0bc1\u0bc2\u0bc6வ'],
    ['a mark twice', 'mq\u0323\u0323ra'],
    ['a dot above an i', 'mi\u0307ra'],
    ['decomposed letters', 'Jose\u0301'],
    ['a joiner', 'क्\u200dष'],
    ['a non-joiner', 'می\u200cرا'],
    ['one letter', 'मी'],
    ['33 letters', 'मी'.repeat(33)],
    ['more than 64 characters', 'मी\u0902'.repeat(22)],
    ['a blank at the end', 'मीरा '],
    ['a mark of no recommended script', 'ma\u0363ra'],
    ['an enclosing mark', 'ma\u20ddra'],
  ])('%s is refused', (_, handle) => {
    expect(isHandle(handle, MARKS_SINCE)).toBe(false);
  });

  test('four nonspacing and four spacing marks are the most after one letter', () => {
    expect(isHandle('mq\u0328\u0323\u0300\u0302ra', 2)).toBe(true);
    expect(isHandle('mq\u0328\u0323\u0300\u0302\u0306ra', 2)).toBe(false);
    expect(isHandle('கா\u0bbf\u0bc1\u0bc2வ', 2)).toBe(true);
    expect(isHandle('கா\u0bbf\u0bc1\u0bc2\u0bbeவ', 2)).toBe(false);
  });

  test('a person counts letters: 32 with one mark each are a handle', () => {
    expect(isHandle('मी'.repeat(32), 2)).toBe(true);
    expect(Handle.safeParse('मी'.repeat(32)).success).toBe(true);
    expect(Handle.safeParse('मी').success).toBe(false);
    expect(Handle.safeParse('मी'.repeat(33)).success).toBe(false);
  });

  test('every handle of version 1 is one of version 2', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 3 }),
      fc.constantFrom('a', 'Ж', 'ı', '\u0387', ' ', '.'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const handle = parts.join('');
        if (isHandle(handle, 1)) expect(isHandle(handle, 2)).toBe(true);
      }),
    );
  });

  test('a handle of any letters and their marks has NFC form, fits 192 bytes, and the console takes it', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(cluster, { minLength: 1, maxLength: 34 }), (clusters) => {
        const text = clusters.join('');
        if (!isHandle(text, 2)) return;
        taken++;
        expect(text.normalize('NFC')).toBe(text);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(192);
        expect(Handle.parse(text.normalize('NFD'))).toBe(text);
        expect(text).toMatch(/^[^\p{M}]/u);
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

describe('[A8] the table', () => {
  test.each(HANDLE_SCRIPTS.map((one) => [one.script, one] as const))(
    '%s has letters and marks of its own, stable under composition',
    (script, { letters, marks }) => {
      const own = new RegExp(`[\\p{scx=${script}}\\p{sc=Inherited}]`, 'u');
      for (const letter of characters(letters)) expect(letter).toMatch(/\p{L}/u);
      for (const mark of characters(marks)) expect(mark).toMatch(/\p{M}/u);
      for (const one of characters(letters + marks)) {
        expect(one).toMatch(own);
        expect(one.normalize('NFC')).toBe(one);
      }
    },
  );

  test('no invisible character, no control and no half of a pair is in it', () => {
    const all = HANDLE_SCRIPTS.map(({ letters, marks }) => letters + marks).join('') + WITHOUT_MARKS;
    for (const one of characters(all))
      expect(one).not.toMatch(/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u);
    for (const one of characters(SPACING_MARKS)) expect(one).toMatch(/\p{M}/u);
  });
});

describe('[A8] the ledger', () => {
  const meera = NAMES.Hindi;

  test('[PV2] refuses such a handle like every earlier release before version 2, and takes it from its first block on', async () => {
    const ledger = new TestLedger();
    const { founder } = ledger;
    const register = () => ledger.sign(founder, 'handle.register', { handle: meera });
    const newcomer = { member: ledger.person('odin').key, role: 'member', handle: meera };
    expect(await ledger.refusalOf(register())).toBe('bad-body');
    expect(await ledger.submit(register())).toBe('reject bad-body');
    expect(await ledger.refusal(founder, 'role.grant', newcomer)).toBe('bad-body');
    await growTo(ledger, (await scheduleSoon(ledger)) - 2);
    expect(await ledger.refusalOf(register())).toBe('bad-body');
    await ledger.block([], true);
    expect(await ledger.refusal(founder, 'role.grant', newcomer)).toBeNull();
    await ledger.act(founder, 'handle.register', { handle: meera });
    expect(accountOf(ledger.chain.state, founder.key)!.handle).toBe(meera);
  });

  test('[A7] gives one holder to both spellings of SARA AM', async () => {
    const ledger = new TestLedger({ protocol: 2 });
    const odin = { member: ledger.person('odin').key, role: 'member' };
    await ledger.act(ledger.founder, 'handle.register', { handle: 'คำแก้ว' });
    const respelt = 'ค\u0e4dาแก้ว';
    expect(await ledger.refusal(ledger.founder, 'role.grant', { ...odin, handle: respelt })).toBe(
      'handle-taken',
    );
  });
});
