import { expect, test, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { BoardsChange, CommunityClient } from '../../contract/index.ts';
import type { Bridge, Connection } from '../bridge/index.ts';
import { answering } from '../bridge/fake/answers.ts';
import { Events } from '../bridge/fake/events.ts';
import { museum } from '../bridge/fake/museum.ts';
import { sampleMembers } from '../bridge/fake/people.ts';
import { keepFeed } from './feed.ts';
import { makeStores } from './stores.ts';
import { lose, ready } from './view.ts';

const FRESH = 'bafyreisample-t-0';

/** A node with a few threads and members, which tells of every change. */
function client(): CommunityClient {
  const now = 1_764_000_000_000;
  const { list, threads, thread, post } = museum(now);
  const news = new Events<BoardsChange>();
  const memberNews = new Events<Record<string, never>>();
  const replies = new Map<string, number>();
  let members = sampleMembers(now);
  const tell = (board: string, id: string) => {
    news.tell({ boards: [board], threads: [id], newPosts: 1 });
    return { id, decision: 'publish' as const };
  };
  return answering({
    boards: {
      list,
      threads: async (input, signal) => {
        const page = await threads(input, signal);
        return { ...page, total: (page.total ?? 0) + replies.size };
      },
      thread: async (input, signal) => {
        const read = await thread(input, signal);
        const count = 1 + (replies.get(input.id) ?? 0);
        return {
          ...read,
          thread: { ...read.thread, subject: 'Fresh' },
          posts: { items: read.posts.items.slice(0, count), next: null, total: count },
        };
      },
      post,
      startThread: ({ board }) => {
        replies.set(FRESH, 0);
        return tell(board, FRESH);
      },
      reply: ({ thread: id }) => {
        replies.set(id, (replies.get(id) ?? 0) + 1);
        return tell('bafyreisample-museum', id);
      },
      changes: (_, signal) => news.watch(signal),
    },
    members: {
      list: () => members,
      setRole: ({ did, role }) => {
        members = members.map((member) => (member.did === did ? { ...member, role } : member));
        memberNews.tell({});
        return {};
      },
      changes: (_, signal) => memberNews.watch(signal),
    },
  }).in('bafyreisample');
}

function bridge(): Bridge {
  return {
    client: client(),
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
