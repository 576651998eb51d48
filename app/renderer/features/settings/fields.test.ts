import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../contract/index.ts';
import { check, contractPaths, fields, shownNumber, typedNumber, valueAt, type Field } from './fields.ts';

const all: Field[] = Object.values(fields).flat();
const field = (path: string): Field => {
  const found = all.find((candidate) => candidate.path === path);
  if (!found) throw new Error(`No field ${path}.`);
  return found;
};

describe('settings', () => {
  test('every setting of the contract can be changed in the console', () => {
    expect(all.map(({ path }) => path).toSorted()).toEqual(contractPaths().toSorted());
  });

  test('every default is shown and passes its own check', () => {
    for (const entry of all) expect(check(entry, valueAt(defaultSettings, entry.path)).ok).toBe(true);
  });

  test('a number out of bounds is refused with the bound in the shown unit', () => {
    expect(check(field('network.maxConnections'), 3)).toEqual({ ok: false, why: 'At least 4.' });
    const large = typedNumber(field('storage.maxFileBytes'), '17');
    expect(check(field('storage.maxFileBytes'), large)).toEqual({ ok: false, why: 'At most 16.' });
  });

  test('words where a number belongs are refused', () => {
    expect(typedNumber(field('network.port'), 'four')).toBeNull();
    expect(check(field('network.port'), null).ok).toBe(false);
  });

  test('bytes are shown and typed in their unit', () => {
    const budget = field('storage.fileBudgetBytes');
    expect(shownNumber(budget, defaultSettings.storage.fileBudgetBytes)).toBe('5');
    expect(typedNumber(budget, '2,5')).toBe(2.5 * 1024 ** 3);
  });
});
