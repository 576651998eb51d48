import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestNode } from './node.ts';

const DEADLINE_MS = 100_000;

let sysop: TestNode;
let friend: TestNode;

beforeAll(async () => {
  [sysop, friend] = await Promise.all([TestNode.start(), TestNode.start()]);
});

afterAll(async () => {
  await sysop?.dispose();
  await friend?.dispose();
});

/** Asks again and again until the answer is as wanted. */
async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const answer = await ask().catch(() => null);
    if (answer !== null && wanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`Not reached in time; last seen: ${JSON.stringify(answer)}`);
  }
}

interface Digest {
  ok: boolean;
  posts: number;
  digest: string;
}

const posts = async (node: TestNode) =>
  ((await node.impulse('status')) as { counts: { posts: number } }).counts.posts;
const verified = async (node: TestNode) => (await node.impulse('verify', '--deep')) as Digest;

test('an import killed in the middle goes on where it was, and loses nothing it had stored', async () => {
  await sysop.impulse('init', '--name', 'Crash harbour', '--handle', 'Mara');
  const killed = sysop.impulse('demo').catch(() => 'killed');
  const before = await until(
    () => posts(sysop),
    (count) => count > 300,
  );
  await sysop.end('SIGKILL');
  expect(await killed).toBe('killed');
  await sysop.run();
  expect(await posts(sysop)).toBeGreaterThanOrEqual(before);
  expect((await verified(sysop)).ok).toBe(true);
  await sysop.impulse('demo');
  const { ok, posts: all } = await verified(sysop);
  expect({ ok, all }).toEqual({ ok: true, all: 4150 });
});

test('a catch-up killed in the middle ends in the same digest on both sides', async () => {
  const { link } = (await sysop.impulse('invite')) as { link: string };
  await friend.impulse('join', link, '--handle', 'Ines');
  const before = await until(
    () => posts(friend),
    (count) => count > 0,
  );
  await friend.end('SIGKILL');
  await friend.run();
  expect(await posts(friend)).toBeGreaterThanOrEqual(before);
  await until(
    () => posts(friend),
    (count) => count === 4150,
  );
  const [one, other] = [await verified(sysop), await verified(friend)];
  expect(other).toMatchObject({ ok: true, digest: one.digest });
});
