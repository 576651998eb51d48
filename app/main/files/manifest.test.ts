import { expect, test } from 'vitest';
import { encodeCanonical } from '../kernel/canonical.ts';
import { sha256 } from '../kernel/sha256.ts';
import { CHUNK_BYTES, maxManifestBytes, openManifest } from './manifest.ts';

import { code, MAX } from './test-files.ts';

test('an inconsistent manifest is refused', () => {
  const chunk = new Uint8Array(32);
  for (const value of [
    { v: 1, size: 10, chunks: [] },
    { v: 1, size: CHUNK_BYTES, chunks: [chunk, chunk] },
    { v: 1, size: MAX + 1, chunks: Array.from({ length: 65 }, () => chunk) },
    { v: 2, size: 0, chunks: [] },
    { v: 1, size: 1, chunks: ['../../x'] },
    { v: 1, size: 1, chunks: ['x'.repeat(32)] },
    { v: 1, size: 1, chunks: [new Uint8Array(31)] },
  ]) {
    expect(() => openManifest(encodeCanonical(value), MAX)).toThrow(code('bad-manifest'));
  }
  expect(() => openManifest(new Uint8Array(1e6), MAX)).toThrow(code('bad-manifest'));
  expect(() => openManifest(new Uint8Array([0xff]), MAX)).toThrow(code('bad-manifest'));
});

test('the description of the largest file is accepted, and has 34 bytes for each chunk', () => {
  const bytes = encodeCanonical({
    v: 1,
    size: MAX,
    chunks: Array.from({ length: 64 }, () => new Uint8Array(32)),
  });
  expect(openManifest(bytes, MAX)).toMatchObject({ size: MAX, id: sha256(bytes) });
  expect(maxManifestBytes(MAX)).toBe(64 * 34 + 64);
  expect(bytes.length).toBeLessThan(maxManifestBytes(MAX));
});
