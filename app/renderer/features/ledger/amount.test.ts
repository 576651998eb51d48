import { expect, test } from 'vitest';
import { amountOf, faultOfAmount } from './amount.ts';

test('thousands separators are read, fractions are not', () => {
  expect(amountOf(' 1,240 ')).toBe(1_240);
  expect(amountOf('12 000')).toBe(12_000);
  expect(amountOf('1.240.000')).toBe(1_240_000);
  for (const typed of ['1.5', '1,2', '-3', '1e3', '0x10', 'ten', '1,2400']) expect(amountOf(typed)).toBeNaN();
});

test('nobody gives nothing, a fraction, or more than they hold', () => {
  expect(faultOfAmount('', 10)).toBe('empty');
  expect(faultOfAmount('0', 10)).toBe('whole');
  expect(faultOfAmount('2.5', 10)).toBe('whole');
  expect(faultOfAmount('9999999999999999', Number.MAX_SAFE_INTEGER)).toBe('whole');
  expect(faultOfAmount('11', 10)).toBe('over');
  expect(faultOfAmount('10', 10)).toBeNull();
});
