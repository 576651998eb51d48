import { expect, test } from 'vitest';
import { createFakeClient } from './fake.ts';

const now = () => 1_764_000_000_000;
const make = (setup = false) => createFakeClient({ setup, now, lively: false });

// The client validates every answer against the contract, so a call that returns has kept it.
test('every list of the sample community keeps the contract', async () => {
  const client = make();
  expect((await client.node.status({})).community?.name).toBe('Night Ferry');
  expect(await client.boards.list({})).not.toHaveLength(0);
  expect(await client.members.list({})).not.toHaveLength(0);
  expect((await client.federation.view({})).peers).toHaveLength(5);
  expect(await client.chat.online({})).not.toHaveLength(0);
  expect(await client.chat.callers({})).not.toHaveLength(0);
  expect(await client.archive.jobs({})).not.toHaveLength(0);
  expect(await client.federation.invites({})).not.toHaveLength(0);
  expect((await client.settings.get({})).node.name).toBe('ferry-1');
  expect((await client.node.activity({})).hours).toHaveLength(24);
  expect((await client.identity.phrase({})).words).toHaveLength(24);
});

test('the first steps are shown by a node without a community', async () => {
  const status = await make(true).node.status({});
  expect(status.phase).toBe('setup');
  expect(status.community).toBeNull();
});

test('the same pages come each time, and paging passes every thread once', async () => {
  const client = make();
  const board = (await client.boards.list({})).find((entry) => entry.slug === 'harbour-talk');
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.boards.threads({ board: board?.id, limit: 100, cursor });
    ids.push(...page.items.map((thread) => thread.id));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  expect(new Set(ids).size).toBe(board?.threads);
  const again = await make().boards.threads({ board: board?.id, limit: 100 });
  expect(again.items.map((thread) => thread.id)).toEqual(ids.slice(0, 100));
});

test('a reply, an edit and a deletion show up in the thread', async () => {
  const client = make();
  const [thread] = (await client.boards.threads({})).items;
  if (!thread) throw new Error('The sample has no thread.');
  const { id } = await client.boards.reply({ thread: thread.id, text: 'Count me in.' });
  expect((await client.boards.post({ id })).text).toBe('Count me in.');
  await client.boards.edit({ id, text: 'Count me out.' });
  expect((await client.boards.history({ id })).map((version) => version.text)).toEqual([
    'Count me in.',
    'Count me out.',
  ]);
  await client.boards.delete({ id, reason: 'Posted twice' });
  expect(await client.boards.post({ id })).toMatchObject({ text: null, deleted: { reason: 'Posted twice' } });
});

test('a permalink opens the page that holds its post', async () => {
  const client = make();
  const post = await client.boards.post({ id: 'bafyreisample-p-0-7-555' });
  const page = await client.boards.thread({ id: post.thread, around: post.id, limit: 100 });
  expect(page.offset).toBe(500);
  expect(page.posts.items.map((entry) => entry.id)).toContain(post.id);
});

test('a failure is a typed problem with a remedy', async () => {
  await expect(make().boards.post({ id: 'bafyreinowhere' })).rejects.toMatchObject({
    code: 'PROBLEM',
    data: { code: 'not-found' },
  });
});

test('a line said in the room reaches those who watch it', async () => {
  const client = make();
  const watch = await client.chat.watch({});
  const next = watch.next();
  await Promise.resolve();
  await client.chat.say({ text: '/me waves' });
  expect((await next).value).toMatchObject({ kind: 'me', text: 'waves', mine: true });
  await watch.return?.();
});
