import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateIn, epochDate, isPast } from './dates.ts';
import { fromLineDate, mailDate } from './mail-text.ts';

const AT = Date.UTC(2003, 2, 4, 10, 15);
const MIDNIGHT = Date.UTC(2003, 2, 4);

test.each([
  ['Tue, 4 Mar 2003 10:15:00 +0000', AT],
  ['Tue, 04 Mar 2003 10:15 GMT', AT],
  ['4 Mar 03 11:15:00 +0100 (CET)', AT],
  ['Tue Mar  4 10:15:00 2003', AT],
  ['Tue Mar  4 10:15:00 GMT 2003', AT],
  ['Tue, 4 March 2003 05:15:00 EST', AT],
  ['Tue, 4 Mar 2003 12:15:00 MESZ (Sommerzeit)', AT],
  ['Tuesday, 04-Mar-03 10:15:00 GMT', AT],
  ['4-Mar-2003 10:15:00', AT],
  ['Mar 4, 2003 10:15 AM', AT],
  ['Mar 4, 2003 10:15:00 pm', AT + 12 * 3_600_000],
  ['2003-03-04 10:15', AT],
  ['2003-03-04T10:15:00Z', AT],
  ['2003-03-04T11:15:00.250+01:00', AT + 250],
  ['2003-03-04', MIDNIGHT],
  ['2003/03/04 10:15:00 -0000', AT],
  ['Tue, 4 Mar 103 10:15:00 +0000', AT],
  ['Tue, 4 Mar 19103 10:15:00 +0000', AT],
  ['Tue, 4 Mar 2003 10.15.00 +0000', AT],
  ['Tue, 4 Mar 2003 10:15:00 GMT+0000', AT],
  ['Tue, 4 Mar 2003 10:15:00 XYZ', AT],
  ['1046772900', AT],
  ['1046772900000', AT],
])('[AR10] %j is read', (text, date) => {
  expect(dateIn(text)).toBe(date);
});

test.each([
  '',
  'yesterday',
  'Thu, 1 Jan 1970 00:00:00 +0000',
  '32 Mar 2003 10:15:00',
  'Tue, 4 Mar 2003 99:15:00',
  '4 Foo 2003',
  '4 Mar 2950 10:15:00 +0000',
  `4 Mar 2003 ${'x'.repeat(300)}`,
])('[AR9] %j is no date', (text) => {
  expect(dateIn(text)).toBeNull();
});

test('[AR10] dates as this program writes them are read back, and any text is read without an error', () => {
  const second = fc.integer({ min: 86_400, max: 7_000_000_000 }).map((value) => value * 1000);
  fc.assert(
    fc.property(second, (date) => {
      expect(dateIn(mailDate(date))).toBe(date);
      expect(dateIn(fromLineDate(date))).toBe(date);
      expect(dateIn(new Date(date).toISOString())).toBe(date);
    }),
  );
  fc.assert(fc.property(fc.string({ maxLength: 80 }), (text) => dateIn(text) === null || dateIn(text)! > 0));
});

test('[AR10] the zone of the machine changes nothing', () => {
  const script = `import { dateIn } from ${JSON.stringify(new URL('./dates.ts', import.meta.url).href)};
    console.log(dateIn('Tue Mar  4 10:15:00 2003'), dateIn('2003-03-04 10:15'), dateIn('4 Mar 2003 10:15'));`;
  for (const zone of ['Pacific/Kiritimati', 'America/Los_Angeles']) {
    const told = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    });
    expect(told.trim()).toBe(`${AT} ${AT} ${AT}`);
  }
});

test('[AR10] numbers count seconds or milliseconds', () => {
  expect(epochDate(1_046_772_900)).toBe(AT);
  expect(epochDate(1_046_772_900_000)).toBe(AT);
  expect(epochDate(0)).toBeNull();
});

test('[AR9] nobody writes more than a day ahead', () => {
  expect(isPast(AT, AT)).toBe(true);
  expect(isPast(AT + 3_600_000, AT)).toBe(true);
  expect(isPast(AT + 2 * 86_400_000, AT)).toBe(false);
});
