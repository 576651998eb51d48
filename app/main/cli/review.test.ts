import { createRouterClient } from '@orpc/server';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf, type CommunityClient } from '../../contract/index.ts';
import { done, implementContract } from '../api/index.ts';
import { digestOf } from '../kernel/cid.ts';
import { silentLogger } from '../kernel/logger.ts';
import { dataLayout } from '../node/data-directory.ts';
import { TestCommunity, type TestNode } from '../node/test-community.ts';
import { reviewApi } from '../review/api.ts';
import type { NodeConnector } from './node-connector.ts';
import { run } from './test-cli.ts';
import { harbour } from './test-connectors.ts';

let root: string;
let world: TestCommunity;
let mara: TestNode;
let doubtful: string;
let innocent: string;

const connector: NodeConnector = {
  openNode() {
    const within = {
      services: {},
      changed() {},
      repairing: <T>(work: () => Promise<T>) => work(),
    };
    const { node, community: api } = implementContract({
      logger: silentLogger,
      open: () => Promise.resolve({ within, closed: new AbortController().signal, release() {} }),
    });
    const router = {
      communities: { list: node.communities.list.handler(() => [harbour]) },
      review: reviewApi(api.review, () => mara.review),
      members: { list: api.members.list.handler(() => mara.members.list()) },
      boards: {
        list: api.boards.list.handler(() => mara.boards.list()),
        delete: api.boards.delete.handler(({ input }) => done(mara.boards.delete(input))),
      },
    };
    return Promise.resolve({
      client: clientOf(
        (context) =>
          createRouterClient(router, {
            context: { ...context, via: 'program' },
          }) as unknown as CommunityClient,
      ),
      stop: () => Promise.resolve(),
    });
  },
  startNode: () => Promise.reject(new Error('no host is needed')),
  simulate: () => Promise.reject(new Error('no worlds are needed')),
};

async function impulse(...args: string[]) {
  let ended = false;
  const running = run([...args, '--data', root], connector).finally(() => (ended = true));
  // The command reads files in real time and waits for the node in virtual time.
  while (!ended) await world.clock.pass(100);
  await world.clock.pass(5000);
  return running;
}

const json = async (...args: string[]) => JSON.parse((await impulse(...args, '--json')).out) as unknown;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'impulse-review-cli-'));
  await mkdir(dataLayout(root).node, { recursive: true });
  await writeFile(dataLayout(root).keys, '{}');
  world = new TestCommunity();
  mara = await world.person('mara');
  const board = mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' });
  await world.admit(mara, 'ines', 'moderator');
  await world.admit(mara, 'paul');
  const ines = await world.person('ines');
  const paul = await world.person('paul');
  await world.link(ines, mara);
  await world.link(paul, mara);
  const start = async (text: string) =>
    (await paul.boards.startThread({ board: board.id, subject: 'Boats', text, attachments: [] })).id;
  innocent = await start('A fine morning');
  doubtful = await start('Perhaps buy [spam 0.7]');
  await world.clock.pass(5000);
  ines.review.claim({ ids: [innocent] });
  await world.clock.pass(5000);
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('the queue is listed with reasons, and items are shown one by one', async () => {
  expect((await impulse('review', 'list')).out).toMatch(/queued +paul +spam +Boats Perhaps buy/);
  expect(await json('review', 'list', '--board', 'harbour', '--author', 'paul')).toMatchObject({
    items: [{ id: doubtful }],
    next: null,
  });
  expect((await impulse('review', 'list', '--held', 'quarantined')).out).toBe('Nothing is waiting.\n');
  const shown = await impulse('review', 'show', doubtful);
  expect(shown.out).toMatch(/State +queued/);
  expect(shown.out).toContain('Perhaps buy');
});

test('rulings are written, named, and taken back; failures are reported', async () => {
  const ruled = await json('review', 'rule', doubtful, 'nonsense', '--ruling', 'remove', '--label', 'spam');
  expect(ruled).toMatchObject({ acts: [expect.any(String)], failed: [{ id: 'nonsense', code: 'bad-id' }] });
  const act = (ruled as { acts: string[] }).acts[0]!;
  expect((await impulse('review', 'audit', '--by', 'mara')).out).toMatch(/mara +remove/);
  expect((await impulse('review', 'undo', act)).out).toMatch(/^1 done/);
  expect((await impulse('review', 'audit')).out).toMatch(/remove \(taken back\)/);
  expect((await impulse('review', 'rule', doubtful, '--ruling', 'maybe')).code).toBe(2);
});

test('the moderators that count are listed and set', async () => {
  expect((await impulse('review', 'moderators')).out).toMatch(/ines +moderator +yes/);
  expect((await impulse('review', 'follow', 'ines', '--off')).out).toBe('You no longer follow ines.\n');
  expect((await impulse('review', 'moderators')).out).toMatch(/ines +moderator +no/);
  expect(await impulse('review', 'follow', 'nobody')).toMatchObject({
    code: 2,
    err: expect.stringContaining('No member is called “nobody”'),
  });
  expect((await impulse('review', 'override', doubtful, 'sideways')).code).toBe(2);
  expect((await impulse('review', 'override', doubtful, 'show')).code).toBe(0);
  expect((await impulse('review', 'override', doubtful, 'none')).code).toBe(0);
});

test('a purge prints its receipt', async () => {
  const receipt = await json('review', 'purge', innocent, '--reason', 'a private address');
  expect(receipt).toMatchObject({ item: innocent, reason: 'a private address', here: { files: 0 } });
  expect(mara.log.store.isRedacted(digestOf(innocent))).toBe(true);
  expect((await impulse('review', 'purges')).out).toMatch(/gone +3 +0 +0 +a private address/);
  expect((await impulse('review', 'purge', doubtful)).code).toBe(2);
});
