import { expect, test } from 'vitest';
import { defaultSettings } from '../../contract/index.ts';
import { settingsIn, shownValue, typedValue } from './setting-values.ts';

test('every value can be typed as it is shown', () => {
  for (const [name, value] of settingsIn(defaultSettings)) {
    expect(typedValue(name, shownValue(value), value)).toEqual(value);
  }
});

test.each([
  ['storage.quotaBytes', '5GiB', null, 5 * 1024 ** 3],
  ['storage.quotaBytes', '1.5 MiB', 7, 1.5 * 1024 ** 2],
  ['storage.quotaBytes', 'none', 7, null],
  ['storage.quotaBytes', 'much', 7, 'much'],
  ['storage.backups', '5GiB', 7, '5GiB'],
  ['network.relay', 'on', false, true],
  ['node.name', '5', 'node', '5'],
  ['node.name', 'off', 'node', 'off'],
  ['features.off', 'chat, files', [], ['chat', 'files']],
  ['features.off', 'none', ['chat'], []],
])('%s %j', (name, text, now, value) => {
  expect(typedValue(name, text, now)).toEqual(value);
});
