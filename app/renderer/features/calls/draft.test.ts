import { expect, test } from 'vitest';
import { draftOf, localTime, startOf } from './draft.ts';

const now = new Date(2026, 11, 1, 19, 20).getTime();

test('a new room is open at once, and its proposed start is a full hour ahead', () => {
  const draft = draftOf(null, now);
  expect(startOf(draft, now)).toBeNull();
  expect(startOf({ ...draft, isScheduled: true }, now)).toBe(new Date(2026, 11, 1, 21).getTime());
});

test('a start that is past or incomplete is none', () => {
  const draft = { ...draftOf(null, now), isScheduled: true };
  expect(startOf({ ...draft, startsAt: localTime(now - 60_000) }, now)).toBeUndefined();
  expect(startOf({ ...draft, startsAt: '' }, now)).toBeUndefined();
});
