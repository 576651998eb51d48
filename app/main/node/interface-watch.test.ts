import { expect, test } from 'vitest';
import { VirtualClock } from '../platform/memory/clock.ts';
import { watchInterfaces } from './interface-watch.ts';

/** A machine with addresses that the test sets; counts what the watch tells. */
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

test('another address is noticed within a second, and told once', async () => {
  const { clock, told, move } = watched();
  await clock.pass(5000);
  expect(told).toEqual({ changes: 0, wakes: 0 });
  move(['wlan0 198.51.100.9/24']);
  await clock.pass(1000);
  expect(told).toEqual({ changes: 1, wakes: 0 });
  await clock.pass(60_000);
  expect(told).toEqual({ changes: 1, wakes: 0 });
});

test('nothing is told after the watch ended', async () => {
  const { clock, told, stop, move } = watched();
  stop();
  move([]);
  await clock.pass(10_000);
  expect(told).toEqual({ changes: 0, wakes: 0 });
});

test('a look that comes late follows a sleep of the machine', async () => {
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
