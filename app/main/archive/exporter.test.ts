import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { demoDirectory } from '../platform/mail/demo-directory.ts';
import { exportArchive, importArchive, openDemo, type ArchiveOutput, type PlannedPost } from './index.ts';
import { Board, files, HARBOUR, mbox, START, TestArchives } from './test-archives.ts';
import { ended, numberedMbox, upload, world } from './test-service.ts';

let archives: TestArchives;
beforeAll(async () => {
  archives = await TestArchives.create();
});
afterAll(() => archives.close());

test('real mails are imported as threads, exported to mbox and JSON Lines, and imported again as the same threads', async () => {
  const board = new Board();
  for (const { source } of await openDemo({
    files,
    directory: demoDirectory(),
    parser: archives.parser,
    limit: 1500,
  })) {
    await importArchive({
      source,
      parser: archives.parser,
      clock: systemClock,
      sink: board.sink,
      known: board.known,
    });
  }
  expect(board.posts.size).toBe(1500);
  expect(new Set([...board.posts.values()].map((post) => post.thread)).size).toBeLessThan(1200);
  for (const format of ['mbox', 'jsonl'] as const) {
    const again = new Board();
    const path = await archives.save(board, `real.${format}`, format);
    const told = (await readFile(path, 'utf8')).match(/^X-Impulse-Imported-By: mara$|"imported_by":"mara"/gm);
    expect(told).toHaveLength(1500);
    const { counts } = await archives.bring(again, path);
    expect(counts).toEqual({ read: 1500, imported: 1500, raw: 0, duplicates: 0, broken: 0 });
    // Mails without references may join another board's thread by their subject; joined mails stay joined.
    for (const [key, parent] of Object.entries(board.tree())) {
      if (parent !== null) expect(again.posts.get(key)?.parentKey).toBe(parent);
    }
    for (const [key, post] of board.posts) {
      const { subject, fromName, text, attachments } = again.posts.get(key) ?? post;
      expect({ subject, fromName, text, attachments }).toEqual({
        subject: post.subject,
        fromName: post.fromName,
        text: post.text,
        attachments: post.attachments,
      });
    }
  }
}, 60_000);

test('an export preserves lines that look like mbox, long lines, other alphabets and attachments', async () => {
  const text = `From the start\n\nFrom x@y Thu Aug 22 12:36:23 2002\n>From me\n${'ß'.repeat(500)}\n=3D trailing  \nend`;
  const post: PlannedPost & { thread: string } = {
    key: 'odd@x',
    parentKey: null,
    threadKey: 'odd@x',
    parent: null,
    thread: 'odd@x',
    subject: 'Grüße an alle, und noch viel mehr Wörter als in eine Zeile gehören: Łódź, 日本',
    fromName: 'Jürgen "J" Müller',
    date: Date.UTC(2020, 1, 29),
    text,
    format: 'markdown',
    board: null,
    attachments: [
      { name: 'Übersicht (1).pdf', type: 'application/pdf', bytes: new Uint8Array([0, 10, 13, 255]) },
    ],
  };
  const board = new Board();
  board.posts.set(post.key, post);
  const again = new Board();
  await archives.bring(again, await archives.save(board, 'odd.mbox', 'mbox'));
  expect([...again.posts.values()]).toEqual([{ ...post, board: HARBOUR }]);
  expect(await readFile(join(archives.folder, 'odd.mbox'), 'utf8')).not.toContain('@example');
});

test('an export never replaces an existing file', async () => {
  const path = await archives.file('mine.mbox', 'mine');
  await expect(files.create(path)).rejects.toMatchObject({
    code: 'export-exists',
    remedy: expect.any(String),
  });
  expect(await readFile(path, 'utf8')).toBe('mine');
});

test('an export that fails leaves no file behind and gives the reason', async () => {
  const board = new Board();
  await archives.bring(board, await archives.file('small.mbox', mbox(START)));
  const before = await readdir(archives.folder);
  const full: ArchiveOutput = {
    ...(await files.create(join(archives.folder, 'full.mbox'))),
    write: async () => {
      throw Object.assign(new Error('ENOSPC'), { code: 'disk-full' });
    },
  };
  const options = {
    posts: board.exported(),
    total: 1,
    format: 'mbox',
    output: full,
    clock: systemClock,
  } as const;
  await expect(exportArchive(options)).rejects.toMatchObject({ code: 'disk-full' });
  expect(await readdir(archives.folder)).toEqual(before);
  await expect(files.create(join(archives.folder, 'no', 'such', 'folder.mbox'))).rejects.toMatchObject({
    code: 'export-failed',
  });
});

test('an export writes a file; a second export to the same name fails with a reason', async () => {
  const { archive, add } = world(archives);
  add('harbour', 'Harbour');
  await ended(
    archive,
    archive.import({ board: 'harbour', source: { file: new File([numberedMbox(3)], 'a.mbox') } }),
  );
  const path = join(archives.folder, 'out.mbox');
  expect(await ended(archive, archive.export({ path, format: 'mbox' }))).toMatchObject({
    title: 'All boards to out.mbox',
    state: 'done',
    progress: { done: 3, total: 3 },
  });
  expect((await readFile(path, 'utf8')).match(/^Message-ID/gm)).toHaveLength(3);
  const again = await ended(archive, archive.export({ path, format: 'mbox' }));
  expect(again).toMatchObject({ state: 'failed', problem: { code: 'export-exists' } });
});

test('[AR19] an export says what it leaves out', async () => {
  const { archive, add } = world(archives);
  add('harbour', 'Harbour');
  await ended(archive, archive.import({ board: 'harbour', source: upload(numberedMbox(3)) }));
  const job = await ended(
    archive,
    archive.export({ path: join(archives.folder, 'some.jsonl'), format: 'jsonl' }),
  );
  expect(job.exported).toEqual({ written: 3, waiting: 2, held: 1, deleted: 0, filesMissing: 0 });
});
