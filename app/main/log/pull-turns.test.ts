import { expect, test } from 'vitest';
import { createTestWorld } from '../sim/test-world.ts';
import { PullTurns } from './pull-turns.ts';

function setUp() {
  const { clock } = createTestWorld();
  const turns = new PullTurns(clock);
  const running: string[] = [];
  const ended: string[] = [];
  const take = async (
    name: string,
    { member = name, perSecond = 1000, signal = new AbortController().signal } = {},
  ) => {
    const done = await turns.take(
      { member, perSecond: () => perSecond, end: () => ended.push(name) },
      signal,
    );
    if (done) running.push(name);
    return done;
  };
  return { clock, take, running, ended };
}

test('[S8] three pulls run at a time, one of each member; the others follow in order', async () => {
  const { clock, take, running } = setUp();
  const first = take('a');
  for (const name of ['a2', 'b', 'c', 'd', 'e']) void take(name, { member: name.slice(0, 1) });
  await clock.pass(0);
  expect(running).toEqual(['a', 'b', 'c']);
  (await first)!();
  await clock.pass(0);
  expect(running).toEqual(['a', 'b', 'c', 'a2']);
});

test('[S8] a slow pull gives way after half a minute if others wait; a fast one does not', async () => {
  const { clock, take, ended } = setUp();
  void take('slow', { perSecond: 1 });
  void take('fast');
  void take('fast2');
  await clock.pass(60_000);
  expect(ended).toEqual([]);
  void take('late');
  await clock.pass(2000);
  expect(ended).toEqual(['slow']);
});

test('[S8] a pull that is cancelled while it waits gets no turn', async () => {
  const { clock, take, running } = setUp();
  const done = take('a');
  for (const name of ['b', 'c']) void take(name);
  const abort = new AbortController();
  const waiting = take('d', { signal: abort.signal });
  void take('e');
  abort.abort();
  expect(await waiting).toBeNull();
  (await done)!();
  await clock.pass(0);
  expect(running).toEqual(['a', 'b', 'c', 'e']);
});
