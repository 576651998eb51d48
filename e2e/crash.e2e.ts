import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestNode } from './node.ts';

const DEADLINE_MS = 100_000;
const DEMO_POSTS = 4650;

let sysop: TestNode;
let friend: TestNode;
let newcomer: TestNode;

beforeAll(async () => {
  [sysop, friend, newcomer] = await Promise.all([TestNode.start(), TestNode.start(), TestNode.start()]);
});

afterAll(async () => {
  for (const node of [sysop, friend, newcomer]) await node?.dispose();
});

/** Asks again and again until the answer is as wanted. */
async function until<T>(ask: () => T | Promise<T>, wanted: (answer: T) => boolean, pauseMs = 0): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  let last: T | null = null;
  while (Date.now() < deadline) {
    last = await Promise.resolve()
      .then(ask)
      .catch(() => null);
    if (last !== null && wanted(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`Not reached in time; last seen: ${JSON.stringify(last)}`);
}

interface Digest {
  ok: boolean;
  digest: string;
}

/** Posts in the file, shown or held back: what is judged shows a moment later. */
const postsIn = (node: TestNode) =>
  Object.entries(node.storedKinds(''))
    .filter(([kind]) => kind === 'thread.start' || kind === 'post.reply')
    .reduce((sum, [, count]) => sum + count, 0);

const verified = async (node: TestNode) => (await node.impulse('verify', '--deep')) as Digest;

/**
 * Kills a node in the middle of `work`, once it has stored so many events more; answers with how many it
 * had then. What `work` was doing ends with the node.
 */
async function killAfter(node: TestNode, more: number, work: Promise<unknown>): Promise<number> {
  const ended = work.then(
    () => 'done',
    () => 'broken off',
  );
  const from = node.storedEvents();
  await until(
    () => node.storedEvents(),
    (count) => count >= from + more,
    2,
  );
  await node.end('SIGKILL');
  await ended;
  return node.storedEvents();
}

test('[J11] an import killed again and again goes on where it was, loses nothing it had stored, and shows nothing that was not judged', async () => {
  await sysop.impulse('init', '--name', 'Crash harbour', '--handle', 'Mara');
  const { link } = (await sysop.impulse('invite', '--reach', 'machine')) as { link: string };
  await friend.impulse('join', link, '--handle', 'Ines');
  const killedAt: { waiting: number; judged: number }[] = [];
  for (const more of [1, 700, 1500]) {
    const stored = await killAfter(sysop, more, sysop.impulse('demo'));
    expect(stored).toBeLessThan(DEMO_POSTS);
    const judging = sysop.storedJudging();
    expect(judging.shownUnjudged).toBe(0);
    killedAt.push(judging);
    await sysop.run();
    expect(sysop.storedEvents()).toBe(stored);
    expect((await verified(sysop)).ok).toBe(true);
  }
  await sysop.impulse('demo');
  expect((await verified(sysop)).ok).toBe(true);
  expect(postsIn(sysop)).toBe(DEMO_POSTS);
  // At least once the node was killed with some judged and others waiting.
  expect(killedAt.some(({ waiting, judged }) => waiting > 0 && judged > 0)).toBe(true);
});

test('[J12] what waited when a node was killed is judged once it runs again', async () => {
  const judging = await until(
    () => sysop.storedJudging(),
    ({ waiting }) => waiting === 0,
    200,
  );
  expect(judging).toEqual({ waiting: 0, judged: DEMO_POSTS, shownUnjudged: 0 });
});

test('a member who was there all along ends with the same digest', async () => {
  const { digest } = await verified(sysop);
  await until(
    () => verified(friend),
    (found) => found.ok && found.digest === digest,
    500,
  );
});

test('a catch-up killed again and again, at either end, comes to the same digest', async () => {
  // Only the sysop has the archive to give, so that killing it leaves the newcomer waiting.
  await friend.end();
  const { link } = (await sysop.impulse('invite', '--reach', 'machine')) as { link: string };
  const total = sysop.storedEvents();
  let work = newcomer.impulse('join', link, '--handle', 'Juno') as Promise<unknown>;
  for (const more of [20, 300, 900]) {
    const stored = await killAfter(newcomer, more, work);
    expect(stored).toBeLessThan(total);
    work = newcomer.run();
  }
  await work;
  const before = newcomer.storedEvents();
  await killAfter(sysop, 0, Promise.resolve());
  await sysop.run();
  await until(
    () => newcomer.storedEvents(),
    (count) => count >= Math.max(before, total),
    20,
  );
  await friend.run();
  const { digest } = await verified(sysop);
  for (const node of [newcomer, friend]) {
    await until(
      () => verified(node),
      (found) => found.ok && found.digest === digest,
      500,
    );
  }
  expect(((await sysop.impulse('verify')) as Digest).digest).toBe(digest);
  expect([newcomer, friend].map(postsIn)).toEqual([DEMO_POSTS, DEMO_POSTS]);
});
