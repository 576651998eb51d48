import { describe, expect, test } from 'vitest';
import { safeName, safeType } from './names.ts';

describe('names', () => {
  test.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\x\\tide.txt', 'tide.txt'],
    ['con.txt', '_con.txt'],
    ['..', 'file'],
    ['a\u0000b\u202etxt.exe', 'abtxt.exe'],
    ['what?*.png ', 'what__.png'],
    ['', 'file'],
    ['con', '_con'],
    ['COM1.txt', '_COM1.txt'],
    ['lpt9.tar.gz', '_lpt9.tar.gz'],
    ['falcon', 'falcon'],
    ['console.txt', 'console.txt'],
    ['comet', 'comet'],
  ])('%j is saved as %j', (name, expected) => expect(safeName(name)).toBe(expected));

  test('a long name keeps its extension', () => {
    const name = safeName(`${'x'.repeat(300)}.tar`);
    expect([name.length, name.endsWith('.tar')]).toEqual([120, true]);
  });

  test('a long name without an extension is cut, and never within a letter', () => {
    expect(safeName('x'.repeat(300))).toBe('x'.repeat(120));
    expect(safeName(`a.b${'x'.repeat(300)}`)).toBe(`a.b${'x'.repeat(117)}`);
    expect(safeName(`x${'\u{1f30a}'.repeat(100)}`)).toBe(`x${'\u{1f30a}'.repeat(59)}`);
  });

  test('a media type is valid or unknown', () => {
    expect([safeType('Image/PNG; x=1'), safeType('text/html\r\nx: y'), safeType('')]).toEqual([
      'image/png',
      'application/octet-stream',
      'application/octet-stream',
    ]);
    expect([safeType(' text/plain ;x'), safeType('?text/plain')]).toEqual([
      'text/plain',
      'application/octet-stream',
    ]);
    const longest = `a/${'b'.repeat(98)}`;
    expect([safeType(longest), safeType(`${longest}b`)]).toEqual([longest, 'application/octet-stream']);
  });
});
