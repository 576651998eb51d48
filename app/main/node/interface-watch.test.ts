import { expect, test } from 'vitest';
import { VirtualClock } from '../platform/memory/clock.ts';
import { watchInterfaces } from './interface-watch.ts';

/** A machine whose addresses the test sets; counts the watch's calls. */
function watched() {
  const clock = new VirtualClock(1_800_000_000_000);
  const told = { changes: 0, wakes: 0 };
  let addresses = ['eth0 192.0.2.7/24'];
  const stop = watchInterfaces({
    clock,
    addresses: () => addresses,
    onChange: () => told.changes++,
    onWake: () => told.wakes++,
  });
  return { clock, told, stop, move: (next: string[]) => (addresses = next) };
}

test('a changed address is noticed within a second, and reported once', async () => {
  const { clock, told, move } = watched();
  await clock.pass(5000);
  expect(told).toEqual({ changes: 0, wakes: 0 });
  move(['wlan0 198.51.100.9/24']);
  await clock.pass(1000);
  expect(told).toEqual({ changes: 1, wakes: 0 });
  await clock.pass(60_000);
  expect(told).toEqual({ changes: 1, wakes: 0 });
});

test('nothing is reported after the watch has stopped', async () => {
  const { clock, told, stop, move } = watched();
  stop();
  move([]);
  await clock.pass(10_000);
  expect(told).toEqual({ changes: 0, wakes: 0 });
});

test('a check that runs late shows that the machine slept', async () => {
  const clock = new VirtualClock(1_800_000_000_000);
  let wakes = 0;
  let skippedMs = 0;
  watchInterfaces({
    clock: { now: () => clock.now() + skippedMs, after: (delayMs, task) => clock.after(delayMs, task) },
    addresses: () => [],
    onChange: () => {},
    onWake: () => wakes++,
  });
  await clock.pass(3000);
  expect(wakes).toBe(0);
  skippedMs = 60_000;
  await clock.pass(1000);
  expect(wakes).toBe(1);
  await clock.pass(5000);
  expect(wakes).toBe(1);
});
