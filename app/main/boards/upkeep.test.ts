import { expect, test } from 'vitest';
import { silentLogger } from '../kernel/logger.ts';
import { Problem } from '../kernel/errors.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import { createUpkeep } from './upkeep.ts';

test('a full disk pauses the upkeep for a while and affects nothing else', async () => {
  const clock = new VirtualClock(0);
  const warned: string[] = [];
  let full = true;
  let steps = 0;
  const upkeep = createUpkeep({
    clock,
    logger: { ...silentLogger, warn: (event) => void warned.push(event) },
    step() {
      if (full) throw new Problem('disk-full', 'The disk is full.');
      return ++steps < 3;
    },
  });
  upkeep.soon();
  upkeep.soon();
  await clock.pass(1000);
  expect(warned).toEqual(['upkeep-failed']);
  full = false;
  await clock.pass(6000);
  expect(steps).toBe(3);
});
