import { expect, test } from 'vitest';
import type { Clock } from '../kernel/clock.ts';
import { every } from '../kernel/clock.ts';
import { Problem } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import { logMigrations } from '../log/migrations.ts';
import { NoticeBoard } from '../observability/index.ts';
import { StillClock } from '../platform/memory/test-community.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { guardedClock, degradedMode } from './degraded-mode.ts';

function world() {
  const clock = new StillClock();
  const db = openDatabase(':memory:', logMigrations);
  const notices = new NoticeBoard(clock);
  const phases: (string | null)[] = [];
  const { failed, refused } = degradedMode({
    clock,
    logger: silentLogger,
    db,
    notices,
    status: () => ({ setPhase: (phase) => phases.push(phase) }),
  });
  return { clock, db, notices, phases, refused, guarded: guardedClock(clock, failed) as Clock };
}

test('a failed task ends neither the node nor its own later runs', async () => {
  const { clock, guarded, phases } = world();
  let runs = 0;
  every(guarded, 1000, () => {
    runs++;
    throw new Error('broken');
  });
  await clock.pass(3500);
  expect(runs).toBe(3);
  expect(phases).toEqual([]);
});

test('when one request finds the disk full, everybody is told', async () => {
  const { refused, phases } = world();
  refused(new Problem('out-of-role', 'Your role does not allow this.'));
  expect(phases).toEqual([]);
  refused(new Problem('disk-full', 'The disk is full.', 'Free some space.'));
  expect(phases).toEqual(['degraded']);
});

test('a node whose disk is full is read-only and says so, and recovers once there is space', async () => {
  const { clock, db, notices, phases, guarded } = world();
  const pages = db.sizeBytes() / 4096;
  db.exec(`PRAGMA max_page_count = ${pages}`);
  const write = () => db.exec(`INSERT INTO meta (key, value) VALUES ('big', randomblob(100000))`);
  expect(write).toThrow(Problem);
  guarded.after(0, write);
  await clock.pass(1);
  expect(phases).toEqual(['degraded']);
  expect(notices.list()).toMatchObject([{ code: 'disk-full', severity: 'danger' }]);

  db.exec(`PRAGMA max_page_count = ${pages + 1000}`);
  await clock.pass(10_000);
  expect(phases).toEqual(['degraded', 'ready']);
  expect(notices.list()).toEqual([]);
  expect(write).not.toThrow();
});
