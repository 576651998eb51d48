import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { VirtualClock } from '../platform/memory/clock.ts';
import { prometheusText } from '../host/metrics.ts';
import { processProbe } from '../platform/telemetry/process-probe.ts';
import { HealthSampler, NoticeBoard, communityMetrics, nodeMetrics, type HealthProbe } from './index.ts';

/** A clock that is moved by hand. */
function handClock() {
  let nowMs = 1_700_000_000_000;
  return { now: () => nowMs, after: () => () => {}, pass: (byMs: number) => void (nowMs += byMs) };
}

const still: HealthProbe = {
  cpuMs: () => 0,
  memoryBytes: () => 1000,
  memoryTotalBytes: () => 2000,
  loopDelayMs: () => 0,
  watchLoop() {},
  disk: async () => ({ usedBytes: 10, freeBytes: 20 }),
  close() {},
};

test('rates cover the time since the last sample', async () => {
  const clock = handClock();
  let cpuMs = 0;
  let sentBytes = 0;
  const health = new HealthSampler({
    clock,
    probe: { ...still, cpuMs: () => cpuMs },
    databaseBytes: () => 4096,
    isWatched: () => true,
    traffic: () => ({ sentBytes, receivedBytes: 0 }),
  });
  await health.sample();
  cpuMs += 1000;
  sentBytes += 20_000;
  clock.pass(2000);
  await health.sample();
  expect(health.current().cpu).toBeCloseTo(0.5, 2);
  expect(health.current().sentBytesPerSecond).toBeCloseTo(10_000, -2);
  clock.pass(2000);
  await health.sample();
  expect(health.current()).toMatchObject({
    cpu: 0,
    sentBytesPerSecond: 0,
    databaseBytes: 4096,
    diskFreeBytes: 20,
  });
});

test('while nobody watches, a sample is taken twice a minute and the event loop is not measured', async () => {
  const clock = new VirtualClock(0);
  let samples = 0;
  const loop: boolean[] = [];
  let isWatched = false;
  const health = new HealthSampler({
    clock,
    probe: { ...still, cpuMs: () => samples++, watchLoop: (on) => void loop.push(on) },
    databaseBytes: () => 0,
    isWatched: () => isWatched,
    traffic: () => ({ sentBytes: 0, receivedBytes: 0 }),
  });
  const stop = health.start();
  await clock.pass(1000);
  samples = 0;
  await clock.pass(60_000);
  expect(samples).toBe(2);
  expect(new Set(loop)).toEqual(new Set([false]));
  isWatched = true;
  await clock.pass(10_000);
  expect(samples).toBe(7);
  expect(loop.at(-1)).toBe(true);
  stop();
});

test('if the disk does not answer, its last figures are kept', async () => {
  let fails = false;
  const health = new HealthSampler({
    clock: handClock(),
    probe: {
      ...still,
      disk: async () => {
        if (fails) throw new Error('gone');
        return { usedBytes: 10, freeBytes: 20 };
      },
    },
    databaseBytes: () => 0,
    isWatched: () => true,
    traffic: () => ({ sentBytes: 0, receivedBytes: 0 }),
  });
  await health.sample();
  fails = true;
  await health.sample();
  expect(health.current().diskFreeBytes).toBe(20);
});

test('this process and its disk can be measured', async () => {
  const probe = processProbe(tmpdir());
  expect((await probe.disk()).freeBytes).toBeGreaterThan(0);
  expect(probe.cpuMs()).toBeGreaterThan(0);
  expect(probe.memoryBytes()).toBeLessThan(probe.memoryTotalBytes());
  expect(probe.loopDelayMs()).toBeGreaterThanOrEqual(0);
  probe.close();
});

test('notices: the most severe first; dismissed ones stay hidden until their content changes', () => {
  let now = 1;
  const board = new NoticeBoard({ now: () => now++ });
  const notice = { code: 'x', remedy: null, action: null, message: 'The disk fills up.' };
  let told = 0;
  board.watch(() => told++);
  board.put({ ...notice, id: 'update', severity: 'info' });
  board.put({ ...notice, id: 'disk', severity: 'danger' });
  board.put({ ...notice, id: 'disk', severity: 'danger' });
  expect(told).toBe(2);
  expect(board.list().map(({ id }) => id)).toEqual(['disk', 'update']);
  board.dismiss('disk');
  board.put({ ...notice, id: 'disk', severity: 'danger' });
  expect(board.list().map(({ id }) => id)).toEqual(['update']);
  board.put({ ...notice, id: 'disk', severity: 'danger', message: 'The disk is full.' });
  expect(board.list()[0]).toMatchObject({ id: 'disk', message: 'The disk is full.' });
  board.remove('disk');
  board.remove('update');
  expect(board.list()).toEqual([]);
});

test('metrics count refusals by their reason', async () => {
  const health = new HealthSampler({
    clock: handClock(),
    probe: still,
    databaseBytes: () => 0,
    isWatched: () => true,
    traffic: () => ({ sentBytes: 0, receivedBytes: 0 }),
  });
  const counts = {
    events: 12,
    posts: 7,
    postsToday: 0,
    postsYesterday: 0,
    members: 2,
    online: 1,
    callsToday: 0,
    unread: 0,
    replicatedShare: null,
  };
  const node = nodeMetrics({
    health: health.current(),
    peers: 3,
    communities: 1,
    startedAt: 1_700_000_000_000,
    sentBytes: 5,
    receivedBytes: 6,
  });
  const community = communityMetrics({
    counts,
    peers: 3,
    databaseBytes: 0,
    space: { usedBytes: 5000, quotaBytes: 9000 },
    syncPerSecond: 0,
    refusals: [{ code: 'bad-signature', verdict: 'reject', count: 4 }],
  });
  const text = prometheusText([...node, ...community]);
  expect(text).toContain('impulse_posts 7');
  expect(text).toContain('impulse_quota_bytes 9000');
  expect(text).toContain('impulse_refused_events_total{code="bad-signature",verdict="reject"} 4');
  expect(text).toContain('process_start_time_seconds 1700000000');
});
