import { expect, test } from 'vitest';
import { VirtualClock } from '../platform/memory/clock.ts';
import { memoryJudges } from '../platform/memory/judges.ts';
import { SteadyJudges } from './steady-judges.ts';

/** Judges that can be broken, and that a message `poison` breaks alone. */
function breakable() {
  const own = memoryJudges();
  const state = { broken: false, asked: 0 };
  const clock = new VirtualClock(0);
  const told: boolean[] = [];
  const judges = new SteadyJudges(
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
  return { judges, state, clock, told };
}

test('[J8] a message that breaks the judges is its own fault, and they are not called down for it', async () => {
  const { judges, told } = breakable();
  await expect(judges.judge(['poison'])).rejects.toThrow('gone');
  expect(judges.down).toBe(false);
  expect(told).toEqual([]);
});

test('[J19] judges that do not answer at all are replaced by word lists, tried again later each time, and told of once', async () => {
  const { judges, state, clock, told } = breakable();
  state.broken = true;
  expect((await judges.judge(['hello']))[0]).toMatchObject({ stage: 'rules' });
  expect(told).toEqual([true]);
  const asked = state.asked;
  await judges.judge(['hello']);
  expect(state.asked).toBe(asked);
  await clock.pass(1000);
  await judges.judge(['hello']);
  expect(state.asked).toBeGreaterThan(asked);
  state.broken = false;
  await clock.pass(5000);
  expect((await judges.judge(['hello']))[0]).toMatchObject({ stage: 'first' });
  expect(told).toEqual([true, false]);
  expect(judges.down).toBe(false);
});
