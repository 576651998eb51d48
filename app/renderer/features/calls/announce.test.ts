import { expect, test } from 'vitest';
import { changesOf, Throttle } from './announce.ts';
import { participantOf, stateOf } from './test-call.ts';

test('who comes, goes, raises a hand and waits is told, except what one does oneself', () => {
  const before = stateOf([participantOf('me'), participantOf('ada'), participantOf('ben')]);
  const now = stateOf(
    [
      participantOf('me', { handAt: 5 }),
      participantOf('ada', { handAt: 6 }),
      participantOf('cleo'),
      participantOf('dora'),
    ],
    { waiting: [{ id: 'w-00000001', person: participantOf('tallow').person, since: 1 }] },
  );
  expect(changesOf(before, now, 'me')).toEqual([
    'cleo and dora joined.',
    'ben left.',
    'ada raises a hand.',
    'tallow waits to be admitted.',
  ]);
});

test('a hand that a moderator lowered, a shared screen, a lock and a recording are told', () => {
  const before = stateOf([participantOf('me', { handAt: 5 }), participantOf('ada')]);
  const now = stateOf(
    [participantOf('me'), participantOf('ada', { sends: [{ source: 'screen', muted: false }] })],
    { locked: true, recordingSince: 9 },
  );
  expect(changesOf(before, now, 'me')).toEqual([
    'Your hand was lowered.',
    'ada shares a screen.',
    'The room is locked.',
    'The call is recorded.',
  ]);
});

test('many newcomers are counted, not listed', () => {
  const now = stateOf(['a', 'b', 'c', 'd', 'e'].map((id) => participantOf(id)));
  expect(changesOf(stateOf([]), now, null)).toEqual(['a, b and 3 others joined.']);
});

test('what is throttled passes at most once per pause', () => {
  const throttle = new Throttle(100);
  expect([0, 50, 99, 100, 150, 200].map((at) => throttle.allows(at))).toEqual([
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
});
