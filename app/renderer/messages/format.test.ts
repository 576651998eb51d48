import { expect, test } from 'vitest';
import { ago, bytes, left, plural, shortAgo, span, spelled, stopwatch } from './format.ts';

const minute = 60_000;
const hour = 60 * minute;

test('one is singular, everything else plural, and thousands are separated', () => {
  expect(plural(1, 'peer', 'peers')).toBe('1 peer');
  expect(plural(0, 'peer', 'peers')).toBe('0 peers');
  expect(plural(20_418, 'post', 'posts')).toBe('20,418 posts');
  expect(spelled(4)).toBe('four');
  expect(spelled(61)).toBe('61');
});

test('times are written in the unit a person would use', () => {
  expect(ago(0, 20_000)).toBe('just now');
  expect(ago(0, 6 * minute)).toBe('6 minutes ago');
  expect(ago(48 * hour, 0)).toBe('in 2 days');
  expect(shortAgo(0, 3 * hour)).toBe('3 h');
  const september = new Date(2002, 8, 9).getTime();
  expect(shortAgo(september, september + 400 * 24 * hour)).toBe('Sep 2002');
  expect(ago(september, september + 400 * 24 * hour)).toBe('9 Sep 2002');
});

test('durations, idle times and time left', () => {
  expect(span(19 * 24 * hour + 4 * hour)).toBe('19 d 04 h');
  expect(stopwatch(107_000)).toBe('1:47');
  expect(stopwatch(2 * hour + 190_000)).toBe('2:03:10');
  expect(left(300)).toBe('about 5 minutes left');
});

test('bytes are written with at most three digits and a unit', () => {
  expect(bytes(0)).toBe('0 B');
  expect(bytes(4.1 * 1024 * 1024)).toBe('4.1 MB');
  expect(bytes(212 * 1024 * 1024)).toBe('212 MB');
});
