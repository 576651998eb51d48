import { expect, test, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { Bridge } from '../bridge/index.ts';
import type { Connection } from '../bridge/index.ts';
import { createFakeClient } from '../bridge/fake.ts';
import { keepFeed } from './feed.ts';
import { makeStores } from './stores.ts';
import { lose, ready } from './view.ts';

function bridge(): Bridge {
  return {
    client: createFakeClient({ setup: false, now: () => 1_764_000_000_000, lively: false }),
    connection: createStore<Connection>(() => ({ state: 'open', attempt: 0, retryInMs: null })),
    kind: 'sample',
    retryNow() {},
    close() {},
  };
}

test('a feed that ends is opened again as soon as the connection is back', async () => {
  const line = bridge();
  let opens = 0;
  const lost: string[] = [];
  const got: number[] = [];
  const waits: number[] = [];
  const stop = keepFeed<number>(
    line,
    {
      open: () => {
        opens += 1;
        const first = opens;
        return Promise.resolve(
          (async function* () {
            yield first;
            if (first > 1) await new Promise(() => {});
          })(),
        );
      },
      onValue: (value) => got.push(value),
      onLost: (problem) => lost.push(problem.code),
    },
    { after: (delayMs) => (waits.push(delayMs), () => {}), random: () => 0 },
  );
  await vi.waitFor(() => expect(waits).toHaveLength(1));
  expect(got).toEqual([1]);
  expect(lost).toEqual(['feed-ended']);
  line.connection.setState({ state: 'lost' });
  line.connection.setState({ state: 'open' });
  await vi.waitFor(() => expect(got).toEqual([1, 2]));
  stop();
});

test('a known value stays on screen, marked as stale, when its source is lost', () => {
  const problem = { code: 'not-connected', message: 'Gone.', remedy: null };
  expect(lose(ready(5), problem)).toEqual({ value: 5, state: 'stale', problem });
  expect(lose({ value: null, state: 'loading', problem: null }, problem).state).toBe('failed');
});

test('the boards and an open thread follow new posts', async () => {
  const line = bridge();
  const stores = makeStores(line);
  stores.boards.want();
  await vi.waitFor(() => expect(stores.boards.store.getState().state).toBe('ready'));
  const board = stores.boards.store.getState().value?.[0];
  if (!board) throw new Error('The sample has no board.');
  const { list } = { list: stores.threads.open({ board: board.id }) };
  await vi.waitFor(() => expect(list.store.getState().state).toBe('ready'));
  const before = list.store.getState().total ?? 0;
  const { id } = await line.client.boards.startThread({ board: board.id, subject: 'Fresh', text: 'Hello' });
  await vi.waitFor(() => expect(list.store.getState().total).toBe(before + 1));
  const opened = stores.opened.open(id);
  await vi.waitFor(() => expect(opened.thread.getState().value?.subject).toBe('Fresh'));
  await line.client.boards.reply({ thread: id, text: 'Again' });
  await vi.waitFor(() => expect(opened.posts.store.getState().count).toBe(2));
  stores.stop();
});

test('a member’s new role appears in the directory', async () => {
  const line = bridge();
  const stores = makeStores(line);
  stores.members.want();
  await vi.waitFor(() => expect(stores.members.store.getState().state).toBe('ready'));
  const member = stores.members.store.getState().value?.find((entry) => entry.handle === 'brine');
  if (!member) throw new Error('The sample has no such member.');
  await line.client.members.setRole({ did: member.did, role: 'moderator' });
  await vi.waitFor(() =>
    expect(stores.members.store.getState().value?.find((entry) => entry.did === member.did)?.role).toBe(
      'moderator',
    ),
  );
  stores.stop();
});
