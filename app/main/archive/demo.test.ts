import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDemo } from './index.ts';
import { files, TestArchives } from './test-archives.ts';
import { ended, world } from './test-service.ts';

let archives: TestArchives;
beforeAll(async () => {
  archives = await TestArchives.create();
});
afterAll(() => archives.close());

test('the demo makes the boards it needs and fills them', async () => {
  const { archive, boards, held } = world(archives);
  const job = await ended(archive, archive.demo({ limit: 200 }));
  expect(job).toMatchObject({
    state: 'done',
    counts: { read: 200, broken: 0 },
    progress: { done: 200, total: 200 },
  });
  expect(held().length).toBe(job.counts!.imported);
  expect(boards.size).toBeGreaterThan(2);
  const again = await ended(archive, archive.demo({ limit: 200 }));
  expect(again.counts).toMatchObject({ imported: 0, duplicates: 200 });
});

test('without its data the demo gives a remedy', async () => {
  await expect(openDemo({ files, directory: null, parser: archives.parser })).rejects.toMatchObject({
    code: 'demo-data-missing',
  });
});
