import { expect, test } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import { logMigrations } from '../../log/migrations.ts';
import { NoticeBoard } from '../../observability/index.ts';
import { StillClock } from '../../platform/memory/test-community.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import { degradedMode } from '../degraded-mode.ts';
import { CommunityQuota } from './quota.ts';

const MIB = 1024 ** 2;

function measured(limit: number | null = null) {
  const db = openDatabase(':memory:', logMigrations);
  // A migration that replaces a table leaves free pages.
  db.exec('VACUUM');
  const world = { limit, files: 0, counted: 0 };
  const quota = new CommunityQuota({
    db,
    limitBytes: () => world.limit,
    filesBytes: () => {
      world.counted++;
      return world.files;
    },
  });
  const fill = (bytes: number) =>
    db.exec(`INSERT OR REPLACE INTO meta (key, value) VALUES ('fill', randomblob(${bytes}))`);
  return { db, world, quota, fill };
}

test('[CM10] the space of a community is its database without free pages, and its files', () => {
  const { db, world, quota, fill } = measured();
  expect(quota.usedBytes).toBe(db.sizeBytes());
  fill(2 * MIB);
  quota.measure();
  const full = quota.usedBytes;
  expect(full).toBeGreaterThan(2 * MIB);
  db.exec(`DELETE FROM meta WHERE key = 'fill'`);
  quota.measure();
  expect(quota.usedBytes).toBeLessThan(full - 2 * MIB + 8192);
  expect(db.sizeBytes()).toBe(full);
  const before = quota.usedBytes;
  quota.filesChanged(1000);
  quota.measure();
  expect(quota.usedBytes).toBe(before + 1000);
  // Nothing counts the files again before some were removed.
  expect(world.counted).toBe(1);
  world.files = 300;
  quota.filesChanged();
  quota.measure();
  expect(quota.usedBytes).toBe(before + 300);
});

test('without a limit everything fits, and nothing is measured for it', () => {
  const { quota, fill } = measured();
  fill(MIB);
  const before = quota.usedBytes;
  for (let n = 0; n < 100; n++) quota.admit(100_000);
  expect([quota.leftBytes(), quota.spareBytes(), quota.usedBytes]).toEqual([Infinity, Infinity, before]);
});

test('[CM11] a full community takes nothing until a fiftieth is free or the limit is raised', () => {
  const { world, quota, fill } = measured(2 * MIB);
  const states: (string | null)[] = [];
  const emptyBytes = quota.usedBytes;
  quota.onFull((full) => states.push(full?.code ?? null));
  quota.admit(1000);
  fill(2 * MIB);
  // It is found while events arrive, without waiting for the clock.
  expect(() => {
    for (let n = 0; n < 100; n++) quota.admit(1000);
  }).toThrow(expect.objectContaining({ code: 'quota-full' }));
  expect(quota.full).toMatchObject({ params: { quota: 2 } });
  fill(1.99 * MIB - emptyBytes);
  expect(() => quota.admit(1)).toThrow(expect.objectContaining({ code: 'quota-full' }));
  fill(1.9 * MIB - emptyBytes);
  quota.admit(1);
  fill(2 * MIB);
  quota.measure();
  world.limit = 3 * MIB;
  quota.admit(1);
  world.limit = 1 * MIB;
  quota.measure();
  world.limit = null;
  quota.measure();
  expect(states).toEqual(['quota-full', null, 'quota-full', null, 'quota-full', null]);
});

test('copies of files have to go while little is left', () => {
  const { quota, fill } = measured(2 * MIB);
  let told = 0;
  const stop = quota.onTight(() => told++);
  quota.measure();
  expect([told, quota.spareBytes() > 0]).toEqual([0, true]);
  fill(1.8 * MIB);
  quota.measure();
  expect([told > 0, quota.spareBytes() < 0, quota.leftBytes() > 0]).toEqual([true, true, true]);
  told = 0;
  stop();
  quota.measure();
  expect(told).toBe(0);
});

test('a full community is read-only and says so, and writes at once when there is room', () => {
  const { db, world, quota, fill } = measured(MIB);
  const clock = new StillClock();
  const notices = new NoticeBoard(clock);
  const phases: string[] = [];
  const { refused, retry } = degradedMode({
    clock,
    logger: silentLogger,
    db,
    notices,
    status: () => ({ setPhase: (phase) => phases.push(phase) }),
    mayWrite: () => quota.mustHaveRoom(),
  });
  quota.onFull((full) => (full === null ? retry() : refused(full)));
  fill(MIB);
  quota.measure();
  expect(notices.list()).toMatchObject([{ code: 'quota-full', severity: 'danger', action: 'settings.own' }]);
  world.limit = 2 * MIB;
  quota.measure();
  expect([phases, notices.list()]).toEqual([['degraded', 'ready'], []]);
});

test('a community that is full and whose disk is full says which of them is left', async () => {
  const { db, world, quota, fill } = measured(MIB);
  const clock = new StillClock();
  const notices = new NoticeBoard(clock);
  const { failed } = degradedMode({
    clock,
    logger: silentLogger,
    db,
    notices,
    status: () => ({ setPhase: () => {} }),
    mayWrite: () => quota.mustHaveRoom(),
  });
  fill(MIB);
  db.exec(`PRAGMA max_page_count = ${db.sizeBytes() / 4096}`);
  try {
    db.exec(`INSERT INTO meta (key, value) VALUES ('big', randomblob(100000))`);
  } catch (error) {
    failed(error);
  }
  expect(notices.list()).toMatchObject([{ code: 'disk-full' }]);
  quota.measure();
  await clock.pass(10_000);
  expect(notices.list()).toMatchObject([{ code: 'quota-full' }]);
  db.exec('PRAGMA max_page_count = 100000');
  world.limit = null;
  quota.measure();
  await clock.pass(10_000);
  expect(notices.list()).toEqual([]);
});
