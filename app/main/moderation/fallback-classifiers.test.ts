import { expect, test } from 'vitest';
import { VirtualClock } from '../platform/memory/clock.ts';
import { memoryClassifiers } from '../platform/memory/classifiers.ts';
import { FallbackClassifiers } from './fallback-classifiers.ts';

/** Classifiers that can be broken; a message `poison` fails without breaking them. */
function breakable() {
  const own = memoryClassifiers();
  const state = { broken: false, asked: 0 };
  const clock = new VirtualClock(0);
  const told: boolean[] = [];
  const classifiers = new FallbackClassifiers(
    {
      ...own,
      async judge(texts) {
        state.asked++;
        if (state.broken || texts.includes('poison')) throw new Error('gone');
        return own.judge(texts);
      },
    },
    clock,
    (down) => told.push(down),
  );
  return { classifiers, state, clock, told };
}

test('[J8] a message that breaks the classifiers is queued, and the classifiers do not count as down', async () => {
  const { classifiers, told } = breakable();
  await expect(classifiers.judge(['poison'])).rejects.toThrow('gone');
  expect(classifiers.down).toBe(false);
  expect(told).toEqual([]);
});

test('[J19] classifiers that do not answer at all are replaced by word lists, retried at growing intervals, and reported once', async () => {
  const { classifiers, state, clock, told } = breakable();
  state.broken = true;
  expect((await classifiers.judge(['hello']))[0]).toMatchObject({ stage: 'rules' });
  expect(told).toEqual([true]);
  const asked = state.asked;
  await classifiers.judge(['hello']);
  expect(state.asked).toBe(asked);
  await clock.pass(1000);
  await classifiers.judge(['hello']);
  expect(state.asked).toBeGreaterThan(asked);
  state.broken = false;
  await clock.pass(5000);
  expect((await classifiers.judge(['hello']))[0]).toMatchObject({ stage: 'first' });
  expect(told).toEqual([true, false]);
  expect(classifiers.down).toBe(false);
});
