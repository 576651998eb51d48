import { expect, test } from 'vitest';
import { callsOf } from '../api/test-calls.ts';
import { federationApi } from './api.ts';
import type { Federation } from './service.ts';

test('each call of the contract reaches the federation, and a new reach changes the status', async () => {
  const asked: unknown[][] = [];
  const note =
    <T>(name: string, answer: T) =>
    (...all: unknown[]): T => {
      asked.push([name, ...all]);
      return answer;
    };
  const doctor = {
    reachability: { verdict: 'private', testedAt: null },
    summary: 'Nobody outside.',
    checks: [],
  };
  const totals = { known: 0, sentBytes: 1, receivedBytes: 2 };
  const view = { peers: [], addresses: [], own: [], ...totals, doctor, refusals: [] };
  const report = { reach: 'network', ready: true, finding: 'It works.', steps: [] };
  const invite = { id: 'ab', role: 'member', createdAt: 1, expiresAt: 2, usesLeft: 1, usedBy: [] };
  const service = {
    view: note('view', view),
    watch: (listener: (value: unknown) => void) => (listener(view), () => asked.push(['unwatched'])),
    diagnose: note('diagnose', doctor),
    dial: note('dial', Promise.resolve('peer')),
    disconnect: note('disconnect', Promise.resolve()),
    reaches: note('reaches', [report]),
    setReach: note('setReach', Promise.resolve(report)),
    invites: note('invites', [invite]),
    invite: note('invite', { invite, link: 'impulse://join/x', addresses: ['/a'] }),
    revokeInvite: note('revokeInvite', undefined),
  };
  let changed = 0;
  const calls = callsOf(
    ({ federation }) => federationApi(federation, () => service as unknown as Federation),
    { changed: () => changed++ },
  );
  expect(await calls.view({})).toEqual(view);
  const watched = await calls.watch({});
  expect(await watched.next()).toEqual({ done: false, value: view });
  await watched.return();
  expect(await calls.diagnose({})).toEqual(doctor);
  expect(await calls.dial({ address: '/ip4/8.8.0.1' })).toEqual({});
  expect(await calls.disconnect({ peerId: 'bob' })).toEqual({});
  expect(await calls.reaches({})).toEqual([report]);
  expect(await calls.invites({})).toEqual([invite]);
  expect(await calls.invite({ role: 'guest' })).toMatchObject({ link: 'impulse://join/x' });
  expect(await calls.revokeInvite({ id: 'ab' })).toEqual({});
  expect(changed).toBe(0);
  expect(await calls.setReach({ reach: 'network' })).toEqual(report);
  expect(changed).toBe(1);
  expect(asked).toEqual([
    ['view'],
    ['unwatched'],
    ['diagnose'],
    ['dial', '/ip4/8.8.0.1'],
    ['disconnect', 'bob'],
    ['reaches'],
    ['invites'],
    ['invite', { role: 'guest', hours: 72, uses: 1 }],
    ['revokeInvite', 'ab'],
    ['setReach', { reach: 'network' }],
  ]);
});
