import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../kernel/logger.ts';
import { openDataDirectory } from '../node/data-directory.ts';
import { readHostInfo } from './host-info.ts';
import { entryUrlFrom } from './local-client.ts';
import { serve } from './serve.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'impulse-serve-'));
  await openDataDirectory(dataDir);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** A node that keeps what the host asks of it. */
function testNode() {
  const steps: (() => Promise<void>)[] = [];
  const logged: unknown[] = [];
  const stopped = Promise.withResolvers<void>();
  let stops = 0;
  const node = {
    router: {},
    logger: {
      ...silentLogger,
      error: (event: string, fields?: object) => void logged.push({ event, ...fields }),
    },
    stopped: stopped.promise,
    healthy: () => false,
    metrics: () => [{ name: 'impulse_test', help: 'A test.', type: 'gauge' as const, value: 5 }],
    onStop: (step: () => Promise<void>) => void steps.push(step),
    async stop() {
      stops += 1;
      for (const step of steps.splice(0)) await step();
      stopped.resolve();
    },
  };
  return { node, logged, stops: () => stops };
}

test('a served node says where it is, tells its state and metrics, and leaves nothing when it stops', async () => {
  const { node, stops } = testNode();
  const { layout } = { layout: (await openDataDirectory(dataDir)).directory };
  for (const left of [layout.entryPage, join(layout.node, 'host-token')]) await writeFile(left, 'left');
  const serving = await serve(node, { dataDir, port: 0 });
  const info = await readHostInfo(layout.hostInfo);
  expect(info).toMatchObject({ pid: process.pid, port: serving.host.port, url: serving.host.url });
  expect(info!.startedAt).toBeGreaterThan(Date.now() - 60_000);
  expect(await entryUrlFrom(info!.socket)).toContain(`${serving.host.url}/#code=`);
  for (const left of [layout.entryPage, join(layout.node, 'host-token')]) {
    await expect(stat(left)).rejects.toMatchObject({ code: 'ENOENT' });
  }
  expect((await fetch(`${serving.host.url}/healthz`)).status).toBe(503);
  const authorization = `Bearer ${(await readFile(layout.metricsToken, 'utf8')).trim()}`;
  const metrics = await fetch(`${serving.host.url}/metrics`, { headers: { authorization } });
  expect(await metrics.text()).toContain('impulse_test 5');
  await writeFile(layout.entryPage, 'opened');
  const listeners = process.listenerCount('unhandledRejection');
  await serving.stop();
  await serving.ended;
  expect(stops()).toBe(1);
  expect(process.listenerCount('unhandledRejection')).toBe(listeners - 1);
  expect(await readHostInfo(layout.hostInfo)).toBeNull();
  await expect(stat(layout.entryPage)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(fetch(`${serving.host.url}/healthz`)).rejects.toThrow('fetch failed');
});

test('a message of a client that nobody expected is logged, and ends nothing', async () => {
  const { node, logged } = testNode();
  const serving = await serve(node, { dataDir, port: 0 });
  const own = process.listeners('unhandledRejection').at(-1)!;
  own(new Error('odd message'), Promise.resolve());
  await serving.stop();
  expect(logged).toEqual([{ event: 'unhandled-rejection', reason: 'odd message' }]);
});

test('a host that cannot start stops its node', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const { port } = blocker.address() as { port: number };
  const { node, stops } = testNode();
  await expect(serve(node, { dataDir, port })).rejects.toMatchObject({ code: 'port-taken' });
  expect(stops()).toBe(1);
  blocker.close();
});
