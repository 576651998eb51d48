import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunningNode } from '../node/start.ts';
import { TestNodes } from '../node/test-nodes.ts';
import type { NodeConnector } from './node-connector.ts';
import { run } from './test-cli.ts';

let nodes: TestNodes;
beforeEach(() => {
  nodes = new TestNodes();
});
afterEach(() => nodes.end());

test('a community that cannot be opened is listed with the reason', async () => {
  const { node, dataDir } = await nodes.start();
  const { id } = await node.client.communities.create({ name: 'Harbour', handle: 'mara' });
  await nodes.stop(node);
  const database = join(dataDir, 'communities', id, 'community.db');
  writeFileSync(database, readFileSync(database).fill(7));
  const { node: again } = await nodes.start(dataDir);
  const { out } = await commandsOf(again, dataDir)('communities');
  expect(out).toMatch(/^Harbour +broken /m);
  expect(out).toContain('! Harbour cannot be opened. The database file is damaged');
  expect(out).toContain('impulse restore');
});

/** A node with the communities Harbour and Regatta, and commands that talk to it. */
async function world() {
  const { node, dataDir } = await nodes.start();
  for (const name of ['Harbour', 'Regatta']) await node.client.communities.create({ name, handle: 'mara' });
  return commandsOf(node, dataDir);
}

/** Commands that talk to a node. */
function commandsOf(node: RunningNode, dataDir: string) {
  const connector: NodeConnector = {
    openNode: async () => ({ client: node.client, stop: async () => {} }),
    startNode: async () => node,
    simulate: async () => true,
  };
  return (...args: string[]) => run([...args, '--data', dataDir], connector);
}

test('a setting of the node or of one community is shown, changed and set back', async () => {
  const impulse = await world();
  expect((await impulse('settings', 'set', 'storage.quotaBytes', '2GiB')).out).toBe(
    'storage.quotaBytes  2147483648\n',
  );
  const changed = await impulse('settings', 'set', 'features.off', 'chat,review', '--community', 'harb');
  expect(changed.out).toMatch(/^features\.off +chat,review +its own$/m);
  expect(changed.out).toMatch(/^storage\.quotaBytes +2147483648 +the node$/m);
  await impulse('settings', 'set', 'storage.quotaBytes', 'none', '--community', 'Harbour');
  const { out } = await impulse('settings', '--community', 'Harbour', '--json');
  expect(JSON.parse(out)).toMatchObject({
    inForce: { storage: { quotaBytes: null } },
    own: { features: { off: ['chat', 'review'] }, storage: { quotaBytes: null } },
  });
  const other = await impulse('settings', '--community', 'Regatta');
  expect(other.out).toMatch(/^features\.off +none +the node$/m);
  await impulse('settings', 'unset', 'features.off', '--community', 'Harbour');
  expect((await impulse('settings', 'unset', 'storage.quotaBytes')).out).toBe('storage.quotaBytes  none\n');
  const listed = await impulse('settings');
  expect(listed.out).toMatch(/^network\.holePunching +on$/m);
});

test('a setting that does not exist there and a value out of bounds are a wrong use', async () => {
  const impulse = await world();
  const unknown = await impulse('settings', 'set', 'network.port', '7', '--community', 'Harbour');
  expect(unknown).toMatchObject({ code: 2 });
  expect(unknown.err).toContain('There is no setting network.port here.');
  expect(unknown.err).toContain('storage.quotaBytes');
  expect(await impulse('settings', 'unset', 'storage.nothing', '--community', 'Harbour')).toMatchObject({
    code: 2,
  });
  expect(await impulse('settings', 'set', 'storage.backups', '0')).toMatchObject({
    code: 2,
    err: expect.stringContaining('backups must be at least 1.') as string,
  });
  expect(await impulse('settings', 'set', 'storage.quotaBytes', 'much')).toMatchObject({ code: 2 });
  expect(await impulse('settings', 'set', 'features.off', 'chat,polls')).toMatchObject({
    code: 2,
    err: expect.stringContaining('off must be one of archive, boards, calls, chat, files, review.') as string,
  });
});
