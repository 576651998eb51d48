import { expect, test } from 'vitest';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { createTestWorld, FOUNDER } from '../sim/test-world.ts';

const HOUR_MS = 3_600_000;

test('[L7] who wrote while the clock was three hours ahead can write again once it is right, and others get it at once', async () => {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  founder.admit('ada');
  const ada = await world.node('ada');
  await world.connect(ada, founder);
  await world.clock.pass(2000);
  ada.write('before');
  ada.skew(3 * HOUR_MS);
  ada.write('far ahead');
  ada.skew(0);
  ada.write('after', 'and after that');
  await world.clock.pass(100);
  expect(ada.texts).toEqual(['before', 'far ahead', 'after', 'and after that']);
  expect(founder.texts).toEqual(['before', 'after', 'and after that']);
  expect(ada.log.now).toBeLessThan(ticksOf(world.clock.now() + 60_000));
  // Nothing is lost: the rest comes when its time has come.
  await world.clock.pass(3 * HOUR_MS);
  expect(founder.texts.toSorted()).toEqual(ada.texts.toSorted());
});
