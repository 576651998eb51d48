import { expect, test } from 'vitest';
import { encodeCanonical } from '../kernel/canonical.ts';
import { CHUNK_BYTES } from './manifest.ts';
import { decodeFileMessage } from './wire.ts';

import { code } from './test-files.ts';

test('a message of another form is refused', () => {
  const digest = new Uint8Array(32);
  const read = (value: unknown, ...names: ('get' | 'manifest' | 'chunk' | 'end')[]) =>
    decodeFileMessage(encodeCanonical(value), names);
  expect(read(['get', digest, 3], 'get')).toEqual(['get', digest, 3]);
  expect(read(['end', 'busy'], 'chunk', 'end')).toEqual(['end', 'busy']);
  for (const value of [
    ['get', new Uint8Array(31), 0],
    ['get', 'x'.repeat(32), 0],
    ['get', digest, 1_000_001],
    ['manifest', 'x'],
    ['manifest', new Uint8Array(CHUNK_BYTES + 1)],
    ['end', 'never'],
    ['end', 'done'],
    [],
    'get',
    null,
  ]) {
    expect(() => read(value, 'get', 'manifest')).toThrow(code('malformed'));
  }
});
