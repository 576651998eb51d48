import { expect, test } from 'vitest';
import { ManualTimers, settled } from '../test-call.ts';
import { Outbox } from './outbox.ts';

function outboxOf(accepts: (to: string) => boolean = () => true) {
  const timers = new ManualTimers();
  const sent: { to: string; at: number }[] = [];
  let now = 0;
  let drained = 0;
  const outbox = new Outbox({
    timers,
    now: () => now,
    send: async (to) => {
      sent.push({ to, at: now });
      return accepts(to);
    },
    onDrained: () => (drained += 1),
  });
  const pass = async (ms: number) => {
    for (const end = now + ms; now < end;) {
      now += 100;
      timers.run(100);
      await settled();
    }
  };
  return { outbox, sent, pass, drained: () => drained };
}

const ids = (count: number) => Array.from({ length: count }, (_, n) => `p${n}`);

test('[CE8] 100 letters go at once, then 10 a second, until all are sent', async () => {
  const { outbox, sent, pass, drained } = outboxOf();
  for (const id of ids(150)) outbox.add(id);
  await settled();
  expect([sent.length, drained()]).toEqual([100, 0]);
  await pass(2000);
  expect(sent.length).toBeGreaterThanOrEqual(118);
  expect(sent.length).toBeLessThanOrEqual(121);
  await pass(4000);
  expect(sent.map(({ to }) => to)).toEqual(ids(150));
  expect([drained(), outbox.isEmpty]).toEqual([1, true]);
});

test('who is owed a letter twice gets one, and nobody who has left gets any', async () => {
  const { outbox, sent, pass } = outboxOf();
  for (const id of ids(110)) outbox.add(id);
  await settled();
  outbox.add('p109');
  outbox.forget('p108');
  await pass(2000);
  expect(sent.filter(({ to }) => to === 'p109')).toHaveLength(1);
  expect(sent.filter(({ to }) => to === 'p108')).toHaveLength(0);
});

test('a letter that the host refused is sent again', async () => {
  let refusals = 2;
  const { outbox, sent, pass } = outboxOf(() => (refusals -= 1) < 0);
  outbox.add('ada');
  await settled();
  expect(sent).toHaveLength(1);
  await pass(3000);
  expect(sent).toHaveLength(3);
  expect(outbox.isEmpty).toBe(true);
});
