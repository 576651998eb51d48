import { expect, test } from 'vitest';
import { LastingLink, retryDelayMs } from './connection.ts';
import type { Carrier, Link, Timers } from './connection.ts';

type Handlers = Parameters<Carrier['open']>[0];

function rig() {
  const dials: Handlers[] = [];
  const planned: { delayMs: number; task: () => void }[] = [];
  const carrier: Carrier = {
    open(on) {
      dials.push(on);
      return { close() {} };
    },
  };
  const timers: Timers = {
    after(delayMs, task) {
      const entry = { delayMs, task };
      planned.push(entry);
      return () => {
        const at = planned.indexOf(entry);
        if (at >= 0) planned.splice(at, 1);
      };
    },
    random: () => 1,
  };
  const echo: Link = { call: (path) => Promise.resolve(path.join('.')) };
  const link = new LastingLink(carrier, timers);
  const state = () => link.connection.getState().state;
  const dial = (n: number) => {
    const on = dials[n];
    if (!on) throw new Error(`There was no dial ${n}.`);
    return on;
  };
  return { dials, planned, echo, link, state, dial };
}

test('a call made while connecting is answered once the connection is open', async () => {
  const { link, echo, state, dial } = rig();
  const answer = link.call(['node', 'status'], {}, { context: {} });
  expect(state()).toBe('connecting');
  dial(0).opened(echo);
  expect(state()).toBe('open');
  expect(await answer).toBe('node.status');
});

test('a lost connection is dialled again with growing pauses, which start over once it was open', () => {
  const { link, dial, dials, planned, echo, state } = rig();
  dial(0).opened(echo);
  dial(0).closed('lost');
  expect(state()).toBe('lost');
  const first = planned.shift();
  expect(first?.delayMs).toBe(retryDelayMs(1, 1));
  first?.task();
  dial(1).closed('lost');
  const second = planned.shift();
  expect(second?.delayMs).toBeGreaterThanOrEqual(first?.delayMs ?? 0);
  second?.task();
  dial(2).closed('lost');
  expect(planned[0]?.delayMs).toBeGreaterThan(second?.delayMs ?? 0);
  planned.shift()?.task();
  dial(3).opened(echo);
  expect(link.connection.getState()).toEqual({ state: 'open', attempt: 0, retryInMs: null });
  expect(dials).toHaveLength(4);
});

test('a rejected token ends the dialling and fails calls with a remedy', async () => {
  const { link, dial, planned, state } = rig();
  dial(0).closed('denied');
  expect(state()).toBe('denied');
  expect(planned).toHaveLength(0);
  await expect(link.call(['x'], {}, { context: {} })).rejects.toMatchObject({ code: 'denied' });
});

test('a call that waits too long fails with a remedy instead of hanging', async () => {
  const { link, planned } = rig();
  const answer = link.call(['x'], {}, { context: {} });
  const failed = expect(answer).rejects.toMatchObject({ code: 'not-connected' });
  planned.shift()?.task();
  await failed;
});

test('retrying at once replaces the planned retry, and late events of the earlier attempt change nothing', () => {
  const { link, dial, dials, planned, echo, state } = rig();
  dial(0).closed('lost');
  link.retryNow();
  expect(dials).toHaveLength(2);
  expect(planned).toHaveLength(0);
  dial(0).closed('denied');
  expect(state()).toBe('lost');
  dial(1).opened(echo);
  expect(state()).toBe('open');
});

test('pauses stay under fifteen seconds however often dialling failed', () => {
  for (let attempt = 1; attempt < 200; attempt++)
    expect(retryDelayMs(attempt, 1)).toBeLessThanOrEqual(15_000);
});
