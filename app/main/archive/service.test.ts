import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '../../contract/archive.ts';
import { systemClock } from '../kernel/clock.ts';
import { Problem } from '../kernel/errors.ts';
import { demoDirectory } from '../platform/mail/demo-directory.ts';
import { diskFiles } from '../platform/mail/files.ts';
import { MailParserPool } from '../platform/mail/pool.ts';
import { createArchive, type ExportedPost, type KnownPost, type PlannedPost } from './index.ts';
import { Jobs } from './jobs.ts';

const parser = new MailParserPool({ clock: systemClock });
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-service-'));
});
afterAll(async () => {
  await parser.close();
  await rm(folder, { recursive: true, force: true });
});

/** Boards in memory, each with the posts it received. */
function world(hold: () => Promise<void> = async () => {}) {
  const boards = new Map<string, { id: Uint8Array; name: string; posts: PlannedPost[] }>();
  const add = (slug: string, name: string) => {
    const board = { id: Buffer.from(slug), name, posts: [] };
    boards.set(slug, board);
    return board;
  };
  const held = () => [...boards.values()].flatMap(({ posts }) => posts);
  let count = 0;
  const archive = createArchive({
    files: diskFiles(),
    parser,
    clock: systemClock,
    newId: () => `job-${++count}`,
    posts: {
      known: async (ids) => {
        const wanted = new Set(ids);
        const known = held().filter(({ key }) => wanted.has(key));
        return new Map(
          known.map(({ key, threadKey }): [string, KnownPost] => [key, { thread: threadKey, post: key }]),
        );
      },
      sink: (board) => async (batch) => {
        await hold();
        boards.get(Buffer.from(board).toString())!.posts.push(...batch);
      },
      total: () => held().length,
      leftOut: () => ({ waiting: 2, held: 1, deleted: 0 }),
      async *exported() {
        for (const post of held()) yield exportedOf(post);
      },
    },
    boards: {
      byId(cid) {
        const board = boards.get(cid);
        if (!board) throw new Problem('board-unknown', 'There is no such board here.', null);
        return board;
      },
      bySlug: (slug) => boards.get(slug) ?? null,
      create: ({ slug, name }) => add(slug, name),
    },
    originals: { keep: async () => {}, count: () => 0, async *all() {} },
    demoDirectory: demoDirectory(),
  });
  return { archive, boards, add, held };
}

function exportedOf(post: PlannedPost): ExportedPost {
  return {
    messageId: post.key,
    references: post.parentKey === null ? [] : [post.parentKey],
    subject: post.subject,
    fromName: post.fromName,
    fromDid: 'did:key:z6Mk',
    date: post.date,
    text: post.text,
    format: post.format,
    board: post.board ?? 'harbour',
    filesMissing: 0,
    attachments: post.attachments,
  };
}

/** The job once it is no longer running. */
function ended(archive: ReturnType<typeof world>['archive'], { id }: Job): Promise<Job> {
  return new Promise((resolve) => {
    const stop = archive.watch((jobs) => {
      const job = jobs.find((one) => one.id === id);
      if (!job || job.state === 'running') return;
      stop();
      resolve(job);
    });
  });
}

const mail = (n: number) =>
  `From x Mon Jan  1 00:00:00 2001\nMessage-ID: <m${n}@x>\nFrom: Ines <ines@x>\nSubject: Storm ${n}\nDate: Mon, 1 Jan 2001 00:00:00 +0000\n\nText ${n}\n\n`;
const mbox = (count: number) => Array.from({ length: count }, (_, n) => mail(n)).join('');

test('a new watcher gets the existing jobs at once, even if there are none', async () => {
  const { archive } = world();
  const told: Job[][] = [];
  archive.watch((jobs) => told.push(jobs))();
  expect(told).toEqual([[]]);
});

test('an import reports its counts, and repeating it adds nothing', async () => {
  const { archive, add, held } = world();
  add('harbour', 'Harbour');
  const path = join(folder, 'list.mbox');
  await writeFile(path, mbox(30));
  const started = archive.import({ board: 'harbour', source: { path } });
  expect(started).toMatchObject({
    kind: 'import',
    title: 'list.mbox into Harbour',
    state: 'running',
    counts: null,
  });
  expect(await ended(archive, started)).toMatchObject({
    state: 'done',
    counts: { read: 30, imported: 30, duplicates: 0, broken: 0 },
    progress: { done: 30, total: 30 },
    problem: null,
  });
  const file = new File([mbox(31)], 'again.mbox');
  expect(await ended(archive, archive.import({ board: 'harbour', source: { file } }))).toMatchObject({
    title: 'again.mbox into Harbour',
    counts: { imported: 1, duplicates: 30 },
  });
  expect(held()).toHaveLength(31);
});

test('an export writes a file; a second export to the same name fails with a reason', async () => {
  const { archive, add } = world();
  add('harbour', 'Harbour');
  await ended(archive, archive.import({ board: 'harbour', source: { file: new File([mbox(3)], 'a.mbox') } }));
  const path = join(folder, 'out.mbox');
  expect(await ended(archive, archive.export({ path, format: 'mbox' }))).toMatchObject({
    title: 'All boards to out.mbox',
    state: 'done',
    progress: { done: 3, total: 3 },
  });
  expect((await readFile(path, 'utf8')).match(/^Message-ID/gm)).toHaveLength(3);
  const again = await ended(archive, archive.export({ path, format: 'mbox' }));
  expect(again).toMatchObject({ state: 'failed', problem: { code: 'export-exists' } });
});

test('a cancelled import ends as cancelled and can be repeated', async () => {
  const gate = Promise.withResolvers<void>();
  const { archive, add, held } = world(() => gate.promise);
  add('harbour', 'Harbour');
  const source = () => ({ file: new File([mbox(1200)], 'a.mbox') });
  const job = archive.import({ board: 'harbour', source: source() });
  archive.cancel({ id: job.id });
  gate.resolve();
  expect(await ended(archive, job)).toMatchObject({ state: 'cancelled', problem: null });
  expect(await ended(archive, archive.import({ board: 'harbour', source: source() }))).toMatchObject({
    state: 'done',
  });
  expect(held()).toHaveLength(1200);
});

test('an unknown archive, board or job is refused with a reason', async () => {
  const { archive, add } = world();
  add('harbour', 'Harbour');
  expect(() => archive.import({ board: 'nowhere', source: { path: '/x' } })).toThrow('no such board');
  expect(() => archive.cancel({ id: 'nothing' })).toThrow('no such job');
  const missing = archive.import({ board: 'harbour', source: { path: join(folder, 'missing') } });
  expect(await ended(archive, missing)).toMatchObject({
    state: 'failed',
    problem: { code: 'archive-missing' },
  });
});

test('the demo makes the boards it needs and fills them', async () => {
  const { archive, boards, held } = world();
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
