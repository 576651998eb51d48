import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { demoDirectory } from '../platform/mail/demo-directory.ts';
import { diskFiles } from '../platform/mail/files.ts';
import { MailParserPool } from '../platform/mail/pool.ts';
import {
  exportArchive,
  importArchive,
  openArchive,
  openDemo,
  type ArchiveOutput,
  type ExportedPost,
  type KnownPost,
  type MailParser,
  type PlannedPost,
} from './index.ts';

const files = diskFiles();
const parser = new MailParserPool({ clock: systemClock });
const HARBOUR = { slug: 'harbour', name: 'Häfen', description: 'Ships & tides' };
const DID = 'did:key:z6MkexampleExample';
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-test-'));
});
afterAll(async () => {
  await parser.close();
  await rm(folder, { recursive: true, force: true });
});

/** A store in memory that refuses a child before its parent, as a real one would. */
class Board {
  readonly posts = new Map<string, PlannedPost & { thread: string }>();
  readonly batches: number[] = [];

  known = async (ids: string[]): Promise<Map<string, KnownPost>> =>
    new Map(
      ids.flatMap((id) => {
        const post = this.posts.get(id);
        return post === undefined ? [] : [[id, { thread: post.thread, post: id, date: post.date }]];
      }),
    );

  sink = async (batch: PlannedPost[]): Promise<void> => {
    this.batches.push(batch.length);
    for (const post of batch) {
      const above = post.parentKey === null ? null : this.posts.get(post.parentKey);
      if (above === undefined) throw new Error(`${post.key} came before ${post.parentKey}`);
      this.posts.set(post.key, { ...post, thread: above?.thread ?? post.key });
    }
  };

  tree(): Record<string, string | null> {
    return Object.fromEntries([...this.posts.values()].map((post) => [post.key, post.parentKey]).sort());
  }

  async *exported(): AsyncGenerator<ExportedPost> {
    for (const post of this.posts.values()) {
      const references: string[] = [];
      for (let up = post.parentKey; up !== null; up = this.posts.get(up)?.parentKey ?? null)
        references.unshift(up);
      yield {
        messageId: post.key,
        references: references.slice(-50),
        subject: post.subject,
        fromName: post.fromName,
        fromDid: DID,
        importedBy: 'mara',
        date: post.date,
        text: post.text,
        format: post.format,
        board: post.board ?? HARBOUR,
        attachments: post.attachments,
        filesMissing: 0,
      };
    }
  }
}

async function bring(board: Board, path: string, signal?: AbortSignal) {
  const source = await openArchive(files, path, { signal });
  try {
    return await importArchive({
      source,
      parser,
      clock: systemClock,
      sink: board.sink,
      known: board.known,
      signal,
    });
  } finally {
    await source.close();
  }
}

async function save(board: Board, name: string, format: 'mbox' | 'jsonl'): Promise<string> {
  const path = join(folder, name);
  const output = await files.create(path);
  await exportArchive({ posts: board.exported(), total: null, format, output, clock: systemClock });
  return path;
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function mbox(...mails: string[]): string {
  return mails.map((mail) => `From x@y Thu Aug 22 12:36:23 2002\n${mail}\n`).join('');
}

const START =
  'Message-ID: <start@x>\nFrom: Ann <a@x>\nSubject: Hello\nDate: Thu, 22 Aug 2002 12:00:00 +0000\n\nhello\n';
const ANSWER =
  'Message-ID: <answer@x>\nReferences: <start@x>\nFrom: Ben <b@x>\nSubject: Re: Hello\nDate: Thu, 22 Aug 2002 13:00:00 +0000\n\n> hello\nhi\n';
const LAST =
  'Message-ID: <last@x>\nReferences: <start@x> <answer@x>\nFrom: Ann <a@x>\nSubject: Re: Hello\n\nbye\n';

test('real mails are imported as threads, exported to mbox and JSON Lines, and imported again as the same threads', async () => {
  const board = new Board();
  for (const { source } of await openDemo({ files, directory: demoDirectory(), parser, limit: 1500 })) {
    await importArchive({ source, parser, clock: systemClock, sink: board.sink, known: board.known });
  }
  expect(board.posts.size).toBe(1500);
  expect(new Set([...board.posts.values()].map((post) => post.thread)).size).toBeLessThan(1200);
  for (const format of ['mbox', 'jsonl'] as const) {
    const again = new Board();
    const path = await save(board, `real.${format}`, format);
    const told = (await readFile(path, 'utf8')).match(/^X-Impulse-Imported-By: mara$|"imported_by":"mara"/gm);
    expect(told).toHaveLength(1500);
    const { counts } = await bring(again, path);
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

test('importing the same archive again adds nothing', async () => {
  const board = new Board();
  const path = await file('twice.mbox', mbox(ANSWER, START, START, LAST));
  expect((await bring(board, path)).counts).toEqual({
    read: 4,
    imported: 3,
    raw: 0,
    duplicates: 1,
    broken: 0,
  });
  expect((await bring(board, path)).counts).toEqual({
    read: 4,
    imported: 0,
    raw: 0,
    duplicates: 4,
    broken: 0,
  });
  expect(board.tree()).toEqual({ 'start@x': null, 'answer@x': 'start@x', 'last@x': 'answer@x' });
});

test('a later archive continues the threads that an earlier one began', async () => {
  const board = new Board();
  await bring(board, await file('first.mbox', mbox(START, ANSWER)));
  await bring(board, await file('second.mbox', mbox(LAST)));
  expect(board.posts.get('last@x')).toMatchObject({
    parentKey: 'answer@x',
    parent: { thread: 'start@x', post: 'answer@x' },
  });
});

test('an interrupted import continues where it stopped', async () => {
  const mails = Array.from({ length: 1600 }, (_, at) => `Message-ID: <${at}@x>\nFrom: a@x\n\nmail ${at}\n`);
  const path = await file('long.mbox', mbox(...mails));
  const board = new Board();
  const abort = new AbortController();
  const store = board.sink;
  board.sink = async (batch) => {
    await store(batch);
    abort.abort(new Error('stopped by its user'));
  };
  await expect(bring(board, path, abort.signal)).rejects.toThrow('stopped by its user');
  const stored = board.posts.size;
  expect(stored).toBe(500);
  board.sink = store;
  expect((await bring(board, path)).counts).toMatchObject({ imported: 1600 - stored, duplicates: stored });
});

test('[AR1][AR2] what is not imported as it was is listed with place and reason, and replies find their parent', async () => {
  let deep = 'Message-ID: <answer@x>\nReferences: <start@x>\nFrom: b@x\n';
  for (let depth = 0; depth < 500; depth++)
    deep += `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n`;
  const board = new Board();
  const archive = mbox(START, deep, LAST, 'no headers at all\n');
  const result = await bring(board, await file('broken.mbox', archive));
  expect(result.counts).toEqual({ read: 3, imported: 3, raw: 1, duplicates: 0, broken: 0 });
  const at = (text: string) => `byte ${archive.indexOf(text)}`;
  expect(result.issues).toEqual([
    {
      message: 3,
      place: `byte ${archive.lastIndexOf('From x@y')}`,
      reason: expect.stringContaining('no headers follow'),
      outcome: 'kept',
    },
    {
      message: 2,
      place: at('Message-ID: <answer@x>'),
      reason: 'Its parts are nested too deeply.',
      outcome: 'raw',
    },
  ]);
  expect(board.posts.get('answer@x')?.text).toContain('--b0');
  expect(board.posts.get('last@x')?.text).toContain('no headers at all');
  expect(board.tree()).toEqual({ 'start@x': null, 'answer@x': 'start@x', 'last@x': 'answer@x' });
});

test('a gzip archive, a maildir and JSON Lines give the same posts', async () => {
  const trees: unknown[] = [];
  const maildir = join(folder, 'Maildir');
  await mkdir(join(maildir, 'cur'), { recursive: true });
  await mkdir(join(maildir, 'new'));
  await writeFile(join(maildir, 'cur', '1030000000.1.host:2,S'), START);
  await writeFile(join(maildir, 'new', '1030000001.2.host'), ANSWER);
  const lines = [
    {
      message_id: '<start@x>',
      subject: 'Hello',
      from: 'Ann <a@x>',
      date: '2002-08-22T12:00:00Z',
      text: 'hello',
    },
    {
      message_id: 'answer@x',
      references: ['start@x'],
      subject: 'Re: Hello',
      from: 'Ben',
      text: '> hello\nhi',
    },
  ];
  const paths = [
    await file('packed.mbox.gz', gzipSync(mbox(START, ANSWER))),
    await file('packed.mbox.zst', zstdCompressSync(mbox(START, ANSWER))),
    await file('lines-cr.jsonl', lines.map((line) => `${JSON.stringify(line)}\r`).join('')),
    maildir,
    await file('lines.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join('\n')),
  ];
  for (const path of paths) {
    const board = new Board();
    await bring(board, path);
    trees.push(
      [...board.posts.values()].map(({ key, parentKey, fromName, subject, text }) => ({
        key,
        parentKey,
        fromName,
        subject,
        text,
      })),
    );
  }
  expect(trees[0]).toEqual([
    { key: 'start@x', parentKey: null, fromName: 'Ann', subject: 'Hello', text: 'hello' },
    { key: 'answer@x', parentKey: 'start@x', fromName: 'Ben', subject: 'Re: Hello', text: '> hello\nhi' },
  ]);
  expect(trees).toEqual(paths.map(() => trees[0]));
});

test('lines that are not messages are broken with a reason', async () => {
  const board = new Board();
  const result = await bring(
    board,
    await file('bad.jsonl', '{"text":"ok"}\n{"text":5}\n{"te\n[]\n\n{"text":"no end"}'),
  );
  expect(result.counts).toEqual({ read: 5, imported: 2, raw: 0, duplicates: 0, broken: 3 });
  const reasons = result.issues.filter(({ outcome }) => outcome === 'left-out').map(({ reason }) => reason);
  expect(reasons[0]).toMatch(/^The line does not fit: text:/);
  expect(reasons[1]).toBe('The line is not JSON in UTF-8.');
});

test.each([
  ['nothing there', async () => join(folder, 'absent.mbox'), 'archive-missing'],
  [
    'a picture',
    () => file('picture.mbox', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10])),
    'archive-unknown-format',
  ],
  ['a folder of anything', async () => folder, 'archive-unknown-format'],
  [
    'half a gzip file',
    () => file('half.gz', gzipSync('x'.repeat(99_999)).subarray(0, 60)),
    'archive-damaged',
  ],
  ['a gzip bomb', () => file('bomb.gz', gzipSync(Buffer.alloc(400_000_000))), 'archive-bomb'],
])(
  '%s is refused with a remedy',
  async (_, make, code) => {
    await expect(openArchive(files, await make())).rejects.toMatchObject({
      code,
      remedy: expect.any(String),
    });
  },
  30_000,
);

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
  await bring(again, await save(board, 'odd.mbox', 'mbox'));
  expect([...again.posts.values()]).toEqual([{ ...post, board: HARBOUR }]);
  expect(await readFile(join(folder, 'odd.mbox'), 'utf8')).not.toContain('@example');
});

test('an archive that changes while it is read gives broken messages instead of mixed ones', async () => {
  const source = await openArchive(files, await file('changing.mbox', mbox(START, ANSWER)));
  const changing = { ...source, read: async () => new TextEncoder().encode(START) };
  const board = new Board();
  const result = await importArchive({
    source: changing,
    parser,
    clock: systemClock,
    sink: board.sink,
    known: board.known,
  });
  await source.close();
  expect(result.counts).toEqual({ read: 2, imported: 1, raw: 0, duplicates: 0, broken: 1 });
  const reasons = result.issues.filter(({ outcome }) => outcome === 'left-out').map(({ reason }) => reason);
  expect(reasons[0]).toBe('The archive changed while it was read.');
});

test('an export never replaces an existing file', async () => {
  const path = await file('mine.mbox', 'mine');
  await expect(files.create(path)).rejects.toMatchObject({
    code: 'export-exists',
    remedy: expect.any(String),
  });
  expect(await readFile(path, 'utf8')).toBe('mine');
});

test('an export that fails leaves no file behind and gives the reason', async () => {
  const board = new Board();
  await bring(board, await file('small.mbox', mbox(START)));
  const before = await readdir(folder);
  const full: ArchiveOutput = {
    ...(await files.create(join(folder, 'full.mbox'))),
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
  expect(await readdir(folder)).toEqual(before);
  await expect(files.create(join(folder, 'no', 'such', 'folder.mbox'))).rejects.toMatchObject({
    code: 'export-failed',
  });
});

test('without its data the demo gives a remedy', async () => {
  await expect(openDemo({ files, directory: null, parser })).rejects.toMatchObject({
    code: 'demo-data-missing',
  });
});

test.each(['mbox', 'jsonl'] as const)(
  '[AR17] an import of %s knows of its messages what the parser, in its threads, tells, and nothing else',
  async (format) => {
    const asked: string[] = [];
    let count = 0;
    const outlineOf = (n: number) => ({
      messageId: `told-${n}@x`,
      references: [],
      subject: `told ${n}`,
      date: 86_400_000 * (n + 1),
      list: '',
      topic: null,
      board: null,
    });
    const numbers = new Map<string, number>();
    const numberOf = (bytes: Uint8Array) => {
      const text = Buffer.from(bytes).toString();
      if (!numbers.has(text)) numbers.set(text, count++);
      return numbers.get(text) ?? 0;
    };
    const told: MailParser = {
      async outline(form, batch) {
        asked.push(`outline ${form.kind}`);
        return batch.map((bytes) => ({ ok: true, outline: outlineOf(numberOf(bytes)) }));
      },
      async parse(form, batch) {
        asked.push(`parse ${form.kind}`);
        return batch.map((bytes) => ({
          ok: true,
          unread: null,
          message: {
            ...outlineOf(numberOf(bytes)),
            fromName: 'told',
            text: 'told',
            format: 'plain',
            attachments: [],
            remarks: [],
          },
        }));
      },
      close: async () => {},
    };
    const content = format === 'mbox' ? mbox(START, ANSWER) : '{"text":"one"}\nno JSON at all\n';
    const source = await openArchive(files, await file(`told.${format}`, content), { format });
    const board = new Board();
    const { counts } = await importArchive({
      source,
      parser: told,
      clock: systemClock,
      sink: board.sink,
      known: board.known,
    });
    await source.close();
    const form = format === 'mbox' ? 'mail' : 'line';
    expect(asked).toEqual([`outline ${form}`, `outline ${form}`, `parse ${form}`]);
    expect(counts).toMatchObject({ read: 2, imported: 2 });
    expect([...board.posts.values()].map(({ key, subject }) => [key, subject])).toEqual([
      ['told-0@x', 'told 0'],
      ['told-1@x', 'told 1'],
    ]);
  },
);
