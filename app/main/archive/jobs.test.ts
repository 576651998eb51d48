import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '../../contract/archive.ts';
import { systemClock } from '../kernel/clock.ts';
import { Problem } from '../kernel/errors.ts';
import { Jobs } from './jobs.ts';
import { TestArchives } from './test-archives.ts';
import { ended, numberedMbox, upload, world } from './test-service.ts';

let archives: TestArchives;
beforeAll(async () => {
  archives = await TestArchives.create();
});
afterAll(() => archives.close());

test('a new watcher gets the existing jobs at once, even if there are none', async () => {
  const { archive } = world(archives);
  const told: Job[][] = [];
  archive.watch((jobs) => told.push(jobs))();
  expect(told).toEqual([[]]);
});

test('a cancelled import ends as cancelled and can be repeated', async () => {
  const gate = Promise.withResolvers<void>();
  const { archive, add, held } = world(archives, () => gate.promise);
  add('harbour', 'Harbour');
  const source = () => ({ file: new File([numberedMbox(1200)], 'a.mbox') });
  const job = archive.import({ board: 'harbour', source: source() });
  archive.cancel({ id: job.id });
  gate.resolve();
  expect(await ended(archive, job)).toMatchObject({ state: 'cancelled', problem: null });
  expect(await ended(archive, archive.import({ board: 'harbour', source: source() }))).toMatchObject({
    state: 'done',
  });
  expect(held()).toHaveLength(1200);
});

test('[AR1] an import that is cancelled or fails part-way lists what it found until then', async () => {
  const gate = Promise.withResolvers<void>();
  const lost = '{"text":"no id","message_id":"two words"}\n';
  const lines = Array.from({ length: 1200 }, (_, n) => `{"message_id":"l${n}@x","text":"t"}\n`).join('');
  const stored = Promise.withResolvers<void>();
  const { archive, add } = world(archives, () => {
    stored.resolve();
    return gate.promise;
  });
  add('harbour', 'Harbour');
  const job = archive.import({ board: 'harbour', source: upload(`${lost}${lines}`, 'a.jsonl') });
  await stored.promise;
  archive.cancel({ id: job.id });
  gate.resolve();
  const cancelled = await ended(archive, job);
  expect(cancelled).toMatchObject({ state: 'cancelled', counts: { read: 1201, broken: 1 } });
  expect(archive.issues({ id: job.id, from: 0 }).issues[0]).toMatchObject({
    message: 1,
    outcome: 'left-out',
  });

  const full = world(archives, () => Promise.reject(new Problem('disk-full', 'The disk is full.', null)));
  full.add('harbour', 'Harbour');
  const failed = await ended(
    full.archive,
    full.archive.import({ board: 'harbour', source: upload(`${lost}${lines}`, 'a.jsonl') }),
  );
  expect(failed).toMatchObject({ state: 'failed', problem: { code: 'disk-full' }, counts: { broken: 1 } });
  expect(full.archive.issues({ id: failed.id, from: 0 }).issues[0]).toMatchObject({ message: 1 });
});

test('two jobs run at a time, and the last fifty are kept', async () => {
  let count = 0;
  const jobs = new Jobs({ clock: systemClock, newId: () => String(++count) });
  const wait = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  jobs.start('export', 'one', ({ signal }) => wait(signal));
  jobs.start('export', 'two', ({ signal }) => wait(signal));
  expect(() => jobs.start('export', 'three', async () => {})).toThrow('running already');
  await jobs.close();
  expect(jobs.list().map(({ title, state }) => [title, state])).toEqual([
    ['two', 'cancelled'],
    ['one', 'cancelled'],
  ]);
  for (let n = 0; n < 60; n++) {
    jobs.start('export', `later ${n}`, async () => {});
    await jobs.close();
  }
  expect(jobs.list()).toHaveLength(50);
  expect(jobs.list()[0]!.title).toBe('later 59');
});
