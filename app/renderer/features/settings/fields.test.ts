import { describe, expect, test } from 'vitest';
import { defaultSettings, type Doctor } from '../../../contract/index.ts';
import { features } from '../../features.ts';
import {
  check,
  contractPaths,
  directBlock,
  fields,
  shownText,
  typedNumber,
  valueAt,
  valueWords,
  type Field,
} from './fields.ts';

const all: Field[] = [
  ...Object.values(fields).flat(),
  ...features.flatMap(({ settings }) => settings?.fields ?? []),
];
const field = (path: string): Field => {
  const found = all.find((candidate) => candidate.path === path);
  if (!found) throw new Error(`No field ${path}.`);
  return found;
};

describe('settings', () => {
  test('every setting of the contract can be changed in the console', () => {
    // The section of features has a switch for each of them.
    const shown = [...all.map(({ path }) => path), 'features.off'];
    expect(shown.toSorted()).toEqual(contractPaths().toSorted());
  });

  test('every default is shown and passes its own validation', () => {
    for (const entry of all) {
      const value = valueAt(defaultSettings, entry.path);
      const given = entry.kind === 'addresses' ? shownText(entry, value) : value;
      expect(check(entry, given).ok).toBe(true);
    }
  });

  test('a number out of bounds is rejected with the bound in the shown unit', () => {
    expect(check(field('network.maxConnections'), 3)).toEqual({ ok: false, why: 'The minimum is 4.' });
    const large = typedNumber(field('storage.maxFileBytes'), '17');
    expect(check(field('storage.maxFileBytes'), large)).toEqual({ ok: false, why: 'The maximum is 16.' });
  });

  test('words in place of a number are rejected', () => {
    expect(typedNumber(field('network.port'), 'four')).toBeNaN();
    for (const value of [null, Number.NaN]) expect(check(field('network.port'), value).ok).toBe(false);
  });

  test('an empty field means no limit, words in it are rejected', () => {
    const quota = field('storage.quotaBytes');
    expect([shownText(quota, null), valueWords(quota, null)]).toEqual(['', 'no limit']);
    expect(check(quota, typedNumber(quota, ' '))).toEqual({
      ok: true,
      patch: { storage: { quotaBytes: null } },
    });
    expect(check(quota, typedNumber(quota, 'much'))).toEqual({ ok: false, why: 'Enter a whole number.' });
    expect(valueWords(quota, 2.5 * 1024 ** 3)).toBe('2.5 GB');
    expect(shownText(quota, 1024 ** 2)).toBe('0.00098');
  });

  test('bytes are shown and typed in their unit', () => {
    const budget = field('storage.fileBudgetBytes');
    expect(shownText(budget, defaultSettings.storage.fileBudgetBytes)).toBe('5');
    expect(typedNumber(budget, '2,5')).toBe(2.5 * 1024 ** 3);
  });

  test('addresses that others dial are shown one per line and saved as a list', () => {
    const announce = field('network.announce');
    const addresses = ['192.0.2.7:4001', 'bbs.example.org'];
    expect(shownText(announce, addresses)).toBe('192.0.2.7:4001\nbbs.example.org');
    expect(check(announce, shownText(announce, addresses))).toEqual({
      ok: true,
      patch: { network: { announce: addresses } },
    });
    expect(check(announce, 'bbs')).toMatchObject({ ok: false });
  });
});

describe('direct connections through routers', () => {
  const found = (state: Doctor['checks'][number]['state']): Doctor => ({
    reachability: { verdict: 'private', testedAt: null },
    summary: '',
    checks: [{ id: 'direct', state, finding: 'Found.', remedy: 'Do this.' }],
  });
  const network = { ...defaultSettings.network, listen: 'everywhere' as const };

  test('cannot be switched if this node is behind a symmetric NAT', () => {
    expect(directBlock(found('bad'), network)).toMatchObject({ finding: 'Found.', remedy: 'Do this.' });
  });

  test('cannot be switched while this node listens only on this machine', () => {
    expect(directBlock(found('off'), defaultSettings.network)).not.toBeNull();
    expect(directBlock(found('off'), { ...defaultSettings.network, holePunching: false })).not.toBeNull();
  });

  test('can be switched if they work or nothing is known', () => {
    expect(directBlock(found('off'), { ...network, holePunching: false })).toBeNull();
    expect(directBlock(found('good'), network)).toBeNull();
    expect(directBlock(found('unknown'), network)).toBeNull();
    expect(directBlock(null, network)).toBeNull();
  });
});
