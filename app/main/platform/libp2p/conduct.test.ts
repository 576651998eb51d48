import { expect, test } from 'vitest';
import { Conduct } from './conduct.ts';
import { ManualClock } from './test-network.ts';

test('rejected messages cost score, fade with time, and many of them ban a peer for a while', () => {
  const clock = new ManualClock();
  const conduct = new Conduct(clock);
  expect(conduct.note('p', 'reject')).toBe(false);
  expect(conduct.points('p')).toBe(10);
  clock.advance(5 * 60_000);
  expect(conduct.points('p')).toBeCloseTo(5);
  const shownOut = Array.from({ length: 10 }, () => conduct.note('p', 'reject'));
  expect(shownOut).toContain(true);
  expect([conduct.banned('p'), conduct.banned('q')]).toEqual([true, false]);
  clock.advance(10 * 60_000 + 1);
  expect(conduct.banned('p')).toBe(false);
});

test('ignored messages are free until they become a flood; of those that this node sheds more are free', () => {
  const clock = new ManualClock();
  const conduct = new Conduct(clock);
  for (let count = 0; count < 500; count++) conduct.note('p', 'ignore');
  expect(conduct.points('p')).toBe(0);
  for (let count = 0; count < 50; count++) conduct.note('p', 'ignore');
  expect(conduct.points('p')).toBe(50);
  for (let second = 0; second < 20; second++) {
    clock.advance(1000);
    for (let count = 0; count < 40; count++) conduct.note('q', 'ignore');
  }
  expect(conduct.points('q')).toBe(0);
  // A relay of ten authors who write too much.
  for (let second = 0; second < 20; second++) {
    for (let count = 0; count < 500; count++) conduct.note('r', 'shed');
    clock.advance(1000);
  }
  expect(conduct.points('r')).toBe(0);
  const banned = Array.from({ length: 1200 }, () => conduct.note('s', 'shed'));
  expect(banned.indexOf(true)).toBe(1099);
});

test('the memory for peers is bounded', () => {
  const conduct = new Conduct(new ManualClock());
  for (let count = 0; count < 5000; count++) conduct.note(`peer ${count}`, 'reject');
  expect(conduct.points('peer 0')).toBe(0);
  expect(conduct.points('peer 4999')).toBe(10);
});
