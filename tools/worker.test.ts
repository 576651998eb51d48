import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { cachedWorker, findWorker, MEDIASOUP_VERSION } from '../app/main/platform/mediasoup/worker-path.ts';
import { ensureWorker, type WorkerWays } from './worker.ts';

const root = resolve(import.meta.dirname, '..');

/** A machine on which files appear as its ways succeed; `log` says what was tried. */
function machine(has: {
  named?: string;
  cached?: string | null;
  running?: readonly string[];
  isOnline?: boolean;
  failedToday?: boolean;
  lacking?: string;
  compiles?: boolean;
}) {
  const running = new Set(has.running);
  const log: string[] = [];
  const ways: WorkerWays = {
    named: has.named,
    cached: has.cached === undefined ? '/cache/worker' : has.cached,
    fault: (path) => (running.has(path) ? null : 'is not installed'),
    mayDownload: () => has.failedToday !== true,
    async download(path) {
      log.push('download');
      if (has.isOnline === true) running.add(path);
    },
    prepareBuild() {
      log.push('prepare');
      return has.lacking ?? null;
    },
    async build(path) {
      log.push('build');
      if (has.compiles !== false) running.add(path);
    },
  };
  const ensure = async (mayBuild: boolean) => ({
    ...(await ensureWorker(ways, { mayBuild, report: () => {} })),
    log,
  });
  return { start: () => ensure(false), test: () => ensure(true) };
}

test('a named worker is used as it is', async () => {
  const { start } = machine({ named: '/opt/worker', running: ['/opt/worker', '/cache/worker'] });
  expect(await start()).toEqual({ path: '/opt/worker', by: 'name', log: [] });
});

test('a named worker that does not run is named, and nothing takes its place', async () => {
  const { test: ensure } = machine({ named: '/opt/worker', running: ['/cache/worker'], isOnline: true });
  expect(await ensure()).toMatchObject({
    path: null,
    missing: expect.stringContaining('MEDIASOUP_WORKER_BIN names /opt/worker, which is not installed'),
    log: [],
  });
});

test('a cached worker needs no network', async () => {
  expect(await machine({ running: ['/cache/worker'] }).start()).toMatchObject({ by: 'cache', log: [] });
});

test('a start fetches the official worker', async () => {
  expect(await machine({ isOnline: true }).start()).toMatchObject({ by: 'download', log: ['download'] });
});

test('a start without a worker says how to get one, and builds nothing', async () => {
  expect(await machine({}).start()).toMatchObject({
    path: null,
    missing: expect.stringContaining('“npm run worker”'),
    log: ['download'],
  });
});

test('a start does not repeat a download that failed today', async () => {
  expect(await machine({ failedToday: true, isOnline: true }).start()).toMatchObject({ path: null, log: [] });
});

test('tests build the worker where it cannot be fetched', async () => {
  expect(await machine({ failedToday: true }).test()).toMatchObject({
    by: 'build',
    log: ['download', 'prepare', 'build'],
  });
});

test('tests fetch rather than build', async () => {
  expect(await machine({ isOnline: true }).test()).toMatchObject({ by: 'download', log: ['download'] });
});

test('a build that lacks a tool is not begun', async () => {
  expect(await machine({ lacking: 'Run: sudo apt-get install meson' }).test()).toMatchObject({
    path: null,
    missing: expect.stringContaining('apt-get install meson'),
    log: ['download', 'prepare'],
  });
});

test('a failed build is reported', async () => {
  expect(await machine({ compiles: false }).test()).toMatchObject({
    path: null,
    missing: expect.stringContaining('could not be built'),
  });
});

test('a person without a folder for caches is told', async () => {
  expect(await machine({ cached: null }).test()).toMatchObject({ path: null, log: [] });
});

test('the cache is per person, version and platform, and outside node_modules', () => {
  const here = { env: {}, platform: 'linux', arch: 'x64', home: '/home/a' } as const;
  expect(cachedWorker(here)).toBe(
    `/home/a/.cache/impulse-console/mediasoup-worker-${MEDIASOUP_VERSION}-linux-x64/mediasoup-worker`,
  );
  expect(cachedWorker({ ...here, env: { XDG_CACHE_HOME: '/c' } })).toMatch(/^\/c\/impulse-console\//);
  expect(cachedWorker({ ...here, platform: 'darwin' })).toContain('Library');
  expect(cachedWorker({ ...here, platform: 'win32', env: { LOCALAPPDATA: '/l' } })).toMatch(
    /mediasoup-worker\.exe$/,
  );
  expect(cachedWorker({ ...here, home: null })).toBeNull();
});

test('a node uses the worker that is named, and none if that is missing', () => {
  const here = { platform: 'linux', arch: 'x64', home: '/nowhere', resources: null } as const;
  const manifest = join(root, 'package.json');
  expect(findWorker({ ...here, env: { MEDIASOUP_WORKER_BIN: manifest } })).toBe(manifest);
  expect(findWorker({ ...here, env: { MEDIASOUP_WORKER_BIN: '/nowhere/worker' } })).toBeNull();
  expect(findWorker({ ...here, env: {} })).toBeNull();
});

test('the version of the worker is that of the installed mediasoup', () => {
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules', 'mediasoup', 'package.json'), 'utf8'),
  ) as { version: string };
  expect(MEDIASOUP_VERSION).toBe(version);
});
