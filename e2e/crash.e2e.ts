import { expect, onTestFinished, test } from 'vitest';
import type { TestNode } from './node.ts';
import { inviteFrom, Stage, step } from './stage.ts';

const DEADLINE_MS = 100_000;
const DEMO_POSTS = 4650;

/** Asks until the answer is as wanted. */
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

/** Posts in the file, shown or held back: a post shows a moment after it was judged. */
const postsIn = (node: TestNode) =>
  Object.entries(node.storedKinds(''))
    .filter(([kind]) => kind === 'thread.start' || kind === 'post.reply')
    .reduce((sum, [, count]) => sum + count, 0);

const verified = async (node: TestNode) => (await node.impulse('verify', '--deep')) as Digest;

/**
 * Kills a node in the middle of `work`, once it has stored so many more events; resolves to how many it had
 * then. `work` ends with the node.
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

const judged = (node: TestNode) =>
  until(
    () => node.storedJudging(),
    ({ waiting }) => waiting === 0,
    200,
  );

/** Waits until a node holds what `other` holds. */
async function sameAs(other: TestNode, node: TestNode): Promise<void> {
  const { digest } = await verified(other);
  await until(
    () => verified(node),
    (found) => found.ok && found.digest === digest,
    500,
  );
}

test(
  '[J11] [J12] an import killed several times continues where it was, loses nothing, shows nothing unjudged, and reaches a member whole',
  { timeout: 3 * DEADLINE_MS },
  async () => {
    const stage = new Stage(onTestFinished);
    const sysop = await stage.founder('Mara');
    const friend = await stage.member(sysop, 'Ines');
    const killedAt: { waiting: number; judged: number }[] = [];
    for (const more of [1, 700, 1500]) {
      await step(`killed after ${more} events`, async () => {
        const stored = await killAfter(sysop, more, sysop.impulse('demo'));
        expect(stored).toBeLessThan(DEMO_POSTS);
        const judging = sysop.storedJudging();
        expect(judging.shownUnjudged).toBe(0);
        killedAt.push(judging);
        await sysop.run();
        expect(sysop.storedEvents()).toBe(stored);
        expect((await verified(sysop)).ok).toBe(true);
      });
    }
    // At least one kill left some posts judged and others waiting.
    expect(killedAt.some(({ waiting, judged: done }) => waiting > 0 && done > 0)).toBe(true);
    await step('the import ends', async () => {
      await sysop.impulse('demo');
      expect((await verified(sysop)).ok).toBe(true);
      expect(postsIn(sysop)).toBe(DEMO_POSTS);
    });
    await step('posts that waited are judged', async () => {
      expect(await judged(sysop)).toEqual({ waiting: 0, judged: DEMO_POSTS, shownUnjudged: 0 });
    });
    await step('the member has the same digest', () => sameAs(sysop, friend));
  },
);

test('a catch-up killed several times, at either end, ends with the same digest', async () => {
  const stage = new Stage(onTestFinished);
  const sysop = await stage.founder('Mara');
  await sysop.impulse('demo');
  await judged(sysop);
  const newcomer = await stage.node();
  const total = sysop.storedEvents();
  let work: Promise<unknown> = newcomer.impulse('join', await inviteFrom(sysop), '--handle', 'Juno');
  for (const more of [20, 300, 900]) {
    await step(`newcomer killed after ${more} events`, async () => {
      const stored = await killAfter(newcomer, more, work);
      expect(stored).toBeLessThan(total);
    });
    work = newcomer.run();
  }
  await work;
  await step('sysop killed', async () => {
    const before = newcomer.storedEvents();
    await killAfter(sysop, 0, Promise.resolve());
    await sysop.run();
    await until(
      () => newcomer.storedEvents(),
      (count) => count >= Math.max(before, total),
      20,
    );
  });
  await sameAs(sysop, newcomer);
  expect(postsIn(newcomer)).toBe(DEMO_POSTS);
});
