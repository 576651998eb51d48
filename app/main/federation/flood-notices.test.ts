import { expect, test } from 'vitest';
import { VirtualClock } from '../platform/memory/clock.ts';
import { FloodNotices } from './flood-notices.ts';

function fixture() {
  const clock = new VirtualClock(0);
  const told = new Map<string, string>();
  const notices: unknown[] = [];
  let put = 0;
  const floods = new FloodNotices({
    clock,
    notices: {
      put: ({ id, message, ...rest }) => (
        put++,
        void told.set(id, message),
        void notices.push({ id, ...rest })
      ),
      remove: (id) => void told.delete(id),
    },
    nameOf: () => 'eve',
    nameOfPeer: (peer) => `Kitchen of ${peer}`,
  });
  return { clock, floods, told, notices, puts: () => put };
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

test('[G5] each source leads to the page where the sysop can act', () => {
  const { floods, notices } = fixture();
  for (let count = 0; count < 300; count++) floods.dropped({ author: new Uint8Array([171]) });
  for (let count = 0; count < 300; count++) floods.dropped({ peer: 'p1' });
  expect(notices).toMatchObject([
    { id: 'flood-by-ab', severity: 'attention', action: 'go.members' },
    { id: 'flood-of-p1', severity: 'attention', action: 'go.federation' },
  ]);
  floods.stop();
});

test('[G5] sources that stay below the bound are forgotten together, and a notice that went may come again', async () => {
  const { clock, floods, puts } = fixture();
  const drop = (peer: string, times: number) => {
    for (let count = 0; count < times; count++) floods.dropped({ peer });
  };
  drop('p0', 299);
  for (let peer = 1; peer < 1000; peer++) drop(`p${peer}`, 1);
  drop('more', 1);
  drop('p0', 299);
  expect(puts()).toBe(0);
  drop('p0', 1);
  expect(puts()).toBe(1);
  await clock.pass(600_000);
  drop('p0', 299);
  expect(puts()).toBe(1);
  drop('p0', 1);
  expect(puts()).toBe(2);
  floods.stop();
  await clock.pass(600_000);
  drop('p0', 300);
  expect(puts()).toBe(3);
});
