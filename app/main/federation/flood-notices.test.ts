import { expect, test } from 'vitest';
import { VirtualClock } from '../platform/memory/clock.ts';
import { FloodNotices } from './flood-notices.ts';

function fixture() {
  const clock = new VirtualClock(0);
  const told = new Map<string, string>();
  let put = 0;
  const floods = new FloodNotices({
    clock,
    notices: {
      put: ({ id, message }) => (put++, void told.set(id, message)),
      remove: (id) => void told.delete(id),
    },
    nameOf: () => 'eve',
    nameOfPeer: (peer) => `Kitchen of ${peer}`,
  });
  return { clock, floods, told, puts: () => put };
}

test('[G5] the sysop is told once who sends too much, and no longer ten minutes after the last dropped event', async () => {
  const { clock, floods, told, puts } = fixture();
  for (let count = 0; count < 5000; count++) floods.dropped({ peer: 'p1' });
  for (let count = 0; count < 300; count++) floods.dropped({ author: new Uint8Array(32) });
  expect(puts()).toBe(2);
  expect([...told.values()]).toEqual([
    'Kitchen of p1 sends more than this node can take. The excess is dropped.',
    'eve writes far more than a person can: more than 50 entries a second.',
  ]);
  await clock.pass(400_000);
  floods.dropped({ peer: 'p1' });
  await clock.pass(300_000);
  expect([...told.keys()]).toEqual(['flood-of-p1']);
  await clock.pass(400_000);
  expect(told.size).toBe(0);
});

test('[G5] a crowd of sources does not fill the list of notices', () => {
  const { floods, puts } = fixture();
  for (let peer = 0; peer < 100; peer++)
    for (let count = 0; count < 300; count++) floods.dropped({ peer: `p${peer}` });
  expect(puts()).toBe(20);
  floods.stop();
});

test('[G5] one burst of a person who writes fast is not told', () => {
  const { floods, puts } = fixture();
  for (let count = 0; count < 299; count++) floods.dropped({ author: new Uint8Array(32) });
  expect(puts()).toBe(0);
  floods.dropped({ author: new Uint8Array(32) });
  expect(puts()).toBe(1);
  floods.stop();
});
