import { expect, test } from 'vitest';
import { ClockNotice } from './clock-notice.ts';

const HOUR_MS = 3_600_000;

function fixture() {
  let told: string | null = null;
  const clocks = new ClockNotice({ put: ({ message }) => (told = message), remove: () => (told = null) });
  return {
    clocks,
    told: () => told,
    meet: (peer: string, clockAheadMs: number | null) => clocks.introduced({ peer, clockAheadMs }),
  };
}

test('[S13] a clock that is an hour ahead of the only peer, or behind it, is told', () => {
  const { meet, told } = fixture();
  meet('a', -HOUR_MS);
  expect(told()).toBe('The clock of this machine is 60 minutes ahead of 1 peer.');
  meet('a', HOUR_MS);
  expect(told()).toBe('The clock of this machine is 60 minutes behind 1 peer.');
  meet('a', 59_000);
  expect(told()).toBeNull();
});

test('[S13] a minority of liars raises no notice, and a peer that leaves no longer counts', () => {
  const { clocks, meet, told } = fixture();
  meet('a', 0);
  meet('b', HOUR_MS);
  expect(told()).toBeNull();
  meet('c', HOUR_MS);
  expect(told()).toBe('The clock of this machine is 60 minutes behind 3 peers.');
  clocks.lost('c');
  expect(told()).toBeNull();
  meet('d', null);
  expect(told()).toBeNull();
});
