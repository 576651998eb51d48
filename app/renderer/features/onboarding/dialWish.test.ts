import { afterEach, expect, test } from 'vitest';
import { createFakeClient } from '../../bridge/fake.ts';
import { useDialWish } from './dialWish.ts';

const client = createFakeClient({ state: 'setup', now: () => 1_764_000_000_000, lively: false }).in(
  'bafyreisample',
);
const wish = () => useDialWish.getState();

afterEach(() => wish().dismiss());

test('a node that joined is set up for its network', async () => {
  const done = wish().setUp(client, 'network');
  expect(wish()).toMatchObject({ reach: 'network', busy: true });
  await done;
  expect(wish()).toMatchObject({ busy: false, problem: null, report: { reach: 'network', ready: true } });
});

test('if anyone should dial the node and cannot, the steps are kept until dismissed', async () => {
  await wish().setUp(client, 'internet');
  expect(wish().report).toMatchObject({ ready: false, steps: expect.arrayContaining([expect.any(String)]) });
  wish().dismiss();
  expect(wish()).toMatchObject({ reach: null, report: null });
});

test('a failure is kept as a problem', async () => {
  const failing = {
    ...client,
    federation: {
      ...client.federation,
      setReach: () => Promise.reject(new Error('The line is gone.')),
    },
  };
  await wish().setUp(failing, 'internet');
  expect(wish()).toMatchObject({ busy: false, report: null });
  expect(wish().problem).not.toBeNull();
});
