import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestArchives } from './test-archives.ts';
import { ended, mail, numberedMbox, upload, world } from './test-service.ts';

let archives: TestArchives;
beforeAll(async () => {
  archives = await TestArchives.create();
});
afterAll(() => archives.close());

test('an import reports its counts, and repeating it adds nothing', async () => {
  const { archive, add, held } = world(archives);
  add('harbour', 'Harbour');
  const path = await archives.file('list.mbox', numberedMbox(30));
  const started = archive.import({ board: 'harbour', source: { path } });
  expect(started).toMatchObject({
    kind: 'import',
    title: 'list.mbox into Harbour',
    state: 'running',
    counts: null,
  });
  expect(await ended(archive, started)).toMatchObject({
    state: 'done',
    counts: { read: 30, imported: 30, raw: 0, duplicates: 0, broken: 0 },
    progress: { done: 30, total: 30 },
    problem: null,
  });
  const file = new File([numberedMbox(31)], 'again.mbox');
  expect(await ended(archive, archive.import({ board: 'harbour', source: { file } }))).toMatchObject({
    title: 'again.mbox into Harbour',
    counts: { imported: 1, duplicates: 30 },
  });
  expect(held()).toHaveLength(31);
});

test('[AR22] an import without a board, of an archive that names none, fails with one sentence', async () => {
  for (const [archived, name] of [
    [numberedMbox(30), 'a.mbox'],
    ['{"text":"one"}\n{"text":"two"}\n', 'a.jsonl'],
  ] as const) {
    const { archive } = world(archives);
    const job = await ended(archive, archive.import({ source: upload(archived, name), create: true }));
    expect(job).toMatchObject({
      state: 'failed',
      issues: 0,
      problem: { code: 'board-not-given', remedy: expect.stringContaining('--board') },
    });
  }
});

/** A forum’s export: its posts count from 1, and each answers the one before it. */
const forum = (name: string, from: number, to: number, startMs: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => {
    const id = from + at;
    const parent = id === 1 ? {} : { reply_to_post_number: id - 1 };
    const created_at = new Date(startMs + id * 60_000).toISOString();
    const post = {
      post_number: id,
      topic_id: 1,
      raw: `${name} ${id}`,
      username: name,
      created_at,
      ...parent,
    };
    return `${JSON.stringify(post)}\n`;
  }).join('');

test('[AR21] two forums with one file name and the same numbers are kept apart, now and when imported again', async () => {
  const { archive, add, held } = world(archives);
  add('harbour', 'Harbour');
  const bring = async (text: string) => {
    const job = await ended(
      archive,
      archive.import({ board: 'harbour', source: upload(text, 'export.jsonl') }),
    );
    return { ...job.counts, issues: archive.issues({ id: job.id, from: 0 }).issues };
  };
  const [first, second] = [Date.UTC(2003, 0, 1), Date.UTC(2009, 5, 1)];
  expect(await bring(forum('Mole', 1, 40, first))).toMatchObject({ imported: 40, duplicates: 0, issues: [] });
  expect(await bring(forum('Quay', 1, 30, second))).toMatchObject({
    imported: 30,
    duplicates: 0,
    issues: [{ message: null, place: 'the whole archive', outcome: 'kept' }],
  });
  expect(await bring(forum('Reef', 1, 5, second + 1))).toMatchObject({ imported: 5, duplicates: 0 });
  // Each has grown since.
  expect(await bring(forum('Mole', 1, 50, first))).toMatchObject({
    imported: 10,
    duplicates: 40,
    issues: [],
  });
  expect(await bring(forum('Quay', 20, 33, second))).toMatchObject({ imported: 3, duplicates: 11 });
  const byKey = new Map(held().map((post) => [post.key, post]));
  for (const post of held()) {
    const above = post.parentKey === null ? undefined : byKey.get(post.parentKey);
    expect(above?.fromName ?? post.fromName).toBe(post.fromName);
  }
  expect(held().filter(({ parentKey }) => parentKey === null)).toHaveLength(3);
});

test('an unknown archive, board or job is refused with a reason', async () => {
  const { archive, add } = world(archives);
  add('harbour', 'Harbour');
  expect(() => archive.import({ board: 'nowhere', source: { path: '/x' } })).toThrow('no such board');
  expect(() => archive.cancel({ id: 'nothing' })).toThrow('no such job');
  const missing = archive.import({ board: 'harbour', source: { path: join(archives.folder, 'missing') } });
  expect(await ended(archive, missing)).toMatchObject({
    state: 'failed',
    problem: { code: 'archive-missing' },
  });
});

test('[AR5] a dry run reads and counts as an import does, and stores nothing', async () => {
  const { archive, add, held, kept } = world(archives);
  add('harbour', 'Harbour');
  const archived = `${numberedMbox(3)}From x Mon Jan  1 00:00:00 2001\nno headers\n\n`;
  const dry = await ended(
    archive,
    archive.import({ board: 'harbour', source: upload(archived), dryRun: true }),
  );
  expect(dry).toMatchObject({ state: 'done', title: 'a.mbox into Harbour (dry run)', issues: 1 });
  expect([held(), kept]).toEqual([[], []]);
  const real = await ended(archive, archive.import({ board: 'harbour', source: upload(archived) }));
  expect(real.counts).toEqual(dry.counts);
  expect(archive.issues({ id: dry.id, from: 0 })).toEqual(archive.issues({ id: real.id, from: 0 }));
  expect(held()).toHaveLength(3);
});

test('[AR3] an import that imports nothing fails with the reason, and lists every message', async () => {
  const { archive, add } = world(archives);
  add('harbour', 'Harbour');
  const lines = Array.from({ length: 1200 }, (_, n) => `{"headline":${n}}\n`).join('');
  const job = await ended(archive, archive.import({ board: 'harbour', source: upload(lines, 'a.jsonl') }));
  expect(job).toMatchObject({ state: 'failed', problem: { code: 'nothing-imported' }, issues: 1200 });
  expect(job.problem?.message).toContain('found: headline');
  const messages: (number | null)[] = [];
  for (let from: number | null = 0; from !== null;) {
    const page = archive.issues({ id: job.id, from });
    messages.push(...page.issues.map(({ message }) => message));
    from = page.next;
  }
  expect(messages).toEqual(Array.from({ length: 1200 }, (_, n) => n + 1));
  const empty = await ended(
    archive,
    archive.import({ board: 'harbour', source: upload('[]', 'empty.json') }),
  );
  expect(empty).toMatchObject({ state: 'failed', problem: { code: 'no-messages' } });
  await ended(archive, archive.import({ board: 'harbour', source: upload(numberedMbox(2)) }));
  const again = await ended(archive, archive.import({ board: 'harbour', source: upload(numberedMbox(2)) }));
  expect(again).toMatchObject({ state: 'done', counts: { imported: 0, duplicates: 2 } });
});

test('[AR4] messages that share an id are kept apart if they differ, also by a second import', async () => {
  const { archive, add, held } = world(archives);
  add('harbour', 'Harbour');
  const other = mail(1).replace('Storm 1', 'Calm').replace('Text 1', 'Other text');
  const archived = mail(1) + mail(1) + other;
  const job = await ended(archive, archive.import({ board: 'harbour', source: upload(archived) }));
  expect(job.counts).toEqual({ read: 3, imported: 2, raw: 0, duplicates: 1, broken: 0 });
  expect(archive.issues({ id: job.id, from: 0 }).issues).toEqual([
    { message: 3, place: expect.any(String), reason: expect.stringContaining('same id'), outcome: 'kept' },
  ]);
  expect(held().map(({ subject }) => subject)).toEqual(['Storm 1', 'Calm']);
  const again = await ended(archive, archive.import({ board: 'harbour', source: upload(archived) }));
  expect(again.counts).toMatchObject({ imported: 0, duplicates: 3 });
});

test('[AR9] a message without a date of its own has that of its separator, or of the message before it', async () => {
  const { archive, add, held } = world(archives);
  add('harbour', 'Harbour');
  const undated = (n: number, separator: string, date = '') =>
    `${separator}\nFrom: a@x\nMessage-ID: <u${n}@x>\n${date}\n\nText\n\n`;
  const archived =
    undated(0, 'From x Tue Mar  4 10:15:00 2003') +
    undated(1, 'From -') +
    undated(2, 'From x Wed Mar  5 10:15:00 2003', 'Date: Wed, 5 Mar 2999 00:00:00 +0000') +
    undated(3, 'From -', 'Received: from a by b; Thu, 6 Mar 2003 10:15:00 +0000');
  const job = await ended(archive, archive.import({ board: 'harbour', source: upload(archived) }));
  expect(held().map(({ date }) => new Date(date).toISOString().slice(0, 10))).toEqual([
    '2003-03-04',
    '2003-03-04',
    '2003-03-05',
    '2003-03-06',
  ]);
  expect(archive.issues({ id: job.id, from: 0 }).issues).toMatchObject([{ message: 2, outcome: 'kept' }]);
  const lines = await ended(
    archive,
    archive.import({ board: 'harbour', source: upload('{"text":"undated"}\n{"text":"too"}', 'u.jsonl') }),
  );
  expect([
    lines.issues,
    ...held()
      .slice(4)
      .map(({ date }) => date),
  ]).toEqual([2, 0, 0]);
});

test('[AR20] messages go into the boards that they name; missing ones are made only if asked', async () => {
  const { archive, boards } = world(archives);
  const line = (n: number, board: unknown) => JSON.stringify({ message_id: `l${n}@x`, text: `t${n}`, board });
  const archived = [
    line(1, { slug: 'tides', name: 'Tide tables', description: 'High and low' }),
    line(2, 'tides'),
    line(3, 'market'),
    line(4, 'NOT A BOARD'),
  ].join('\n');
  const refused = await ended(archive, archive.import({ source: upload(archived, 'all.jsonl') }));
  expect(refused).toMatchObject({ state: 'failed', problem: { code: 'board-missing' } });
  const job = await ended(archive, archive.import({ source: upload(archived, 'all.jsonl'), create: true }));
  expect(job.counts).toMatchObject({ read: 4, imported: 3, broken: 1 });
  expect(archive.issues({ id: job.id, from: 0 }).issues).toContainEqual(
    expect.objectContaining({ message: 4, reason: expect.stringContaining('no board') }),
  );
  expect([...boards.values()].map(({ name, posts }) => [name, posts.length])).toEqual([
    ['Tide tables', 2],
    ['market', 1],
  ]);
});

test('[AR16] originals are kept unless it is asked otherwise, can be exported, and give the same posts again', async () => {
  const { archive, add, held, kept } = world(archives);
  add('harbour', 'Harbour');
  const archived = numberedMbox(2).replace('Text 1\n', 'Text 1\n\n>From the mole\n');
  await ended(archive, archive.import({ board: 'harbour', source: upload(archived), keepOriginals: false }));
  expect(kept).toEqual([]);
  const again = world(archives);
  again.add('harbour', 'Harbour');
  await ended(again.archive, again.archive.import({ board: 'harbour', source: upload(archived) }));
  expect(again.kept.map(({ key }) => key)).toEqual(['m0@x', 'm1@x']);
  const path = join(archives.folder, 'originals.mbox');
  const out = await ended(again.archive, again.archive.export({ path, format: 'originals' }));
  expect(out.exported).toMatchObject({ written: 2 });
  const third = world(archives);
  third.add('harbour', 'Harbour');
  await ended(third.archive, third.archive.import({ board: 'harbour', source: { path } }));
  expect(third.held()).toEqual(held());
  expect(await readFile(path, 'utf8')).toContain('ines@x');
});

test('[AR1][AR16] where there is no room for originals, the posts are imported and the list says so', async () => {
  const { archive, add, held } = world(archives, async () => {}, true);
  add('harbour', 'Harbour');
  const job = await ended(archive, archive.import({ board: 'harbour', source: upload(numberedMbox(3)) }));
  expect(job).toMatchObject({ state: 'done', counts: { imported: 3 } });
  expect(held()).toHaveLength(3);
  expect(archive.issues({ id: job.id, from: 0 }).issues).toEqual([
    { message: null, place: 'originals', reason: expect.stringContaining('3 mails'), outcome: 'kept' },
  ]);
});
