import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Job } from '../../contract/archive.ts';
import { only, TestNodes } from './test-nodes.ts';

let nodes: TestNodes;
beforeEach(() => {
  nodes = new TestNodes();
});
afterEach(() => nodes.end());

test('a stop cancels a running import, and the next start continues from what it had stored', async () => {
  const { node, dataDir } = await nodes.start();
  await node.client.communities.create({ name: 'Harbour', description: '', handle: 'mara', boards: false });
  const client = only(node);
  await client.archive.demo({ limit: 5000 });
  const states: Job['state'][] = [];
  const { promise: begun, resolve: begins } = Promise.withResolvers<void>();
  void (async () => {
    for await (const [job] of await client.archive.watch({})) {
      if (job === undefined) continue;
      states.push(job.state);
      if ((job.counts?.imported ?? 0) > 0) begins();
    }
  })();
  await begun;
  expect(states.at(-1)).toBe('running');
  await nodes.stop(node);
  expect(states.at(-1)).toBe('cancelled');

  const again = await nodes.start(dataDir);
  const { counts } = await only(again.node).community.status({});
  expect(counts.events).toBeGreaterThan(0);
  expect(await only(again.node).archive.jobs({})).toEqual([]);
  expect(await only(again.node).maintenance.verify({ deep: true })).toMatchObject({ ok: true });
});
