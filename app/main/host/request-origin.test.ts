import { expect, test } from 'vitest';
import { hostAllowed, isLoopback, originAllowed } from './request-origin.ts';

test('loopback is this machine alone', () => {
  for (const bind of ['localhost', '::1', '127.0.0.1', '127.10.20.30']) expect(isLoopback(bind)).toBe(true);
  for (const bind of ['0.0.0.0', '::', '192.168.0.1', '1127.0.0.1', '127.0.0.1.example', '127.x.0.1', '']) {
    expect(isLoopback(bind)).toBe(false);
  }
});

test('a host on loopback goes by the names of loopback and those that were given to it', () => {
  const allowed = (header?: string) => hostAllowed(header, ['BBS.example'], true);
  for (const header of ['localhost', 'LOCALHOST:7340', '127.0.0.1:1', '[::1]:65535', 'bbs.EXAMPLE:443']) {
    expect(allowed(header)).toBe(true);
  }
  for (const header of [
    undefined,
    '',
    'evil.example',
    'bbs.example.evil.example',
    'localhost:',
    'localhost:123456',
    'localhost:80 ',
    ' localhost',
    '192.168.0.7',
    '[::2]',
    'x[::1]',
  ]) {
    expect(allowed(header)).toBe(false);
  }
});

test('a host that is reachable from outside goes by its addresses too, and by no other name', () => {
  const allowed = (header: string) => hostAllowed(header, [], false);
  expect(['192.168.0.7:7340', '[2001:db8::1]:7340', 'localhost'].map(allowed)).toEqual([true, true, true]);
  expect(['bbs.example', '1.2.3', '[::1'].map(allowed)).toEqual([false, false, false]);
});

test('a request comes from the page of this host, or from a program, which names no origin', () => {
  expect(originAllowed(undefined, undefined, false)).toBe(true);
  expect(originAllowed('http://LOCALHOST:7340', 'localhost:7340', false)).toBe(true);
  expect(originAllowed('https://bbs.example', 'BBS.example', true)).toBe(true);
  expect(originAllowed('https://localhost:7340', 'localhost:7340', false)).toBe(false);
  expect(originAllowed('http://bbs.example', 'bbs.example', true)).toBe(false);
  expect(originAllowed('http://undefined', undefined, false)).toBe(false);
});
