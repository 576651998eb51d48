import { expect, test } from 'vitest';
import { federation } from '../messages/federation.ts';
import { createFakeClient } from './fake.ts';

const now = () => 1_764_000_000_000;
const make = (state = 'running') => createFakeClient({ state, now, lively: false }).in('bafyreisample');

// The client validates every answer against the contract, so a call that returns has conformed to it.
test('what the views of every state ask for conforms to the contract', async () => {
  const client = make();
  expect((await client.community.status({})).name).toBe('Night Ferry');
  expect(await client.boards.list({})).not.toHaveLength(0);
  expect(await client.members.list({})).not.toHaveLength(0);
  expect((await client.federation.view({})).peers).toHaveLength(5);
  expect(await client.chat.online({})).not.toHaveLength(0);
  expect((await client.settings.get({})).node.name).toBe('ferry-1');
  expect((await client.community.activity({})).hours).toHaveLength(24);
  expect((await client.identity.phrase({})).words).toHaveLength(24);
  expect((await client.ledger.blocks({})).items).not.toHaveLength(0);
  expect((await client.ledger.transactions({})).items).not.toHaveLength(0);
});

test('a node without a community shows the first steps', async () => {
  const client = make('setup');
  expect((await client.node.status({})).phase).toBe('setup');
  expect(await client.communities.list({})).toEqual([]);
});

test('a board of a million posts gives the same pages each time, and each thread once', async () => {
  const client = make();
  const [board] = await client.boards.list({});
  expect(board?.posts).toBeGreaterThan(1_000_000);
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 4; pages += 1) {
    const page = await client.boards.threads({ board: board?.id, limit: 100, cursor });
    ids.push(...page.items.map((thread) => thread.id));
    cursor = page.next ?? undefined;
  }
  expect(new Set(ids).size).toBe(400);
  const again = await make().boards.threads({ board: board?.id, limit: 100 });
  expect(again.items.map((thread) => thread.id)).toEqual(ids.slice(0, 100));
  const last = await client.boards.threads({ cursor: String((board?.threads ?? 0) - 1) });
  expect(last).toMatchObject({ items: [{ board: board?.id }], next: null });
});

test('a permalink opens the page that holds its post', async () => {
  const client = make();
  const post = await client.boards.post({ id: 'bafyreisample-p-7-555' });
  const page = await client.boards.thread({ id: post.thread, around: post.id, limit: 100 });
  expect(page.offset).toBe(500);
  expect(page.posts.items.map((entry) => entry.id)).toContain(post.id);
});

test('a failure is a typed problem with a remedy, and so is a procedure without an answer', async () => {
  await expect(make().boards.post({ id: 'bafyreinowhere' })).rejects.toMatchObject({
    code: 'PROBLEM',
    data: { code: 'post-unknown' },
  });
  await expect(make().chat.lines({})).rejects.toMatchObject({
    code: 'PROBLEM',
    data: { code: 'sample-only', remedy: expect.any(String) },
  });
});

test.each([
  ['direct', 'direct', true],
  ['relayed', 'relayed', true],
  ['closed', 'private', false],
  ['local', 'private', false],
])(
  'the sample network “%s” is %s, and an invite to the internet works: %s',
  async (state, verdict, ready) => {
    const client = make(state);
    const view = await client.federation.view({});
    expect(view.doctor.reachability.verdict).toBe(verdict);
    expect(view.doctor.checks.map(({ id }) => id)).toEqual(Object.keys(federation.doctor.names));
    expect(view.own).not.toHaveLength(0);
    const report = (await client.federation.reaches({})).find(({ reach }) => reach === 'internet');
    expect(report?.ready).toBe(ready);
    const invite = client.federation.invite({ reach: 'internet' });
    if (ready) expect((await invite).addresses).not.toHaveLength(0);
    else await expect(invite).rejects.toMatchObject({ data: { code: 'not-reachable' } });
  },
);

test('a sample node that nobody can dial is set up by its router, or by an address that a person enters', async () => {
  const asked = await make('local').federation.setReach({ reach: 'internet', relay: true });
  expect(asked).toMatchObject({ ready: true });
  const closed = make('closed');
  const short = await closed.federation.setReach({ reach: 'internet' });
  expect(short.ready).toBe(false);
  expect(short.steps).not.toHaveLength(0);
  const entered = await closed.federation.setReach({ reach: 'internet', announce: ['bbs.example.org'] });
  expect(entered.ready).toBe(true);
  const { own } = await closed.federation.view({});
  expect(own[0]).toMatchObject({ address: '/dns/bbs.example.org/tcp/4001', source: 'setting' });
});
