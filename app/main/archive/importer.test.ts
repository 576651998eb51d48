import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { importArchive, openArchive, type MailParser } from './index.ts';
import { ANSWER, Board, files, LAST, mbox, START, TestArchives } from './test-archives.ts';

let archives: TestArchives;
beforeAll(async () => {
  archives = await TestArchives.create();
});
afterAll(() => archives.close());

test('importing the same archive again adds nothing', async () => {
  const board = new Board();
  const path = await archives.file('twice.mbox', mbox(ANSWER, START, START, LAST));
  expect((await archives.bring(board, path)).counts).toEqual({
    read: 4,
    imported: 3,
    raw: 0,
    duplicates: 1,
    broken: 0,
  });
  expect((await archives.bring(board, path)).counts).toEqual({
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
  await archives.bring(board, await archives.file('first.mbox', mbox(START, ANSWER)));
  await archives.bring(board, await archives.file('second.mbox', mbox(LAST)));
  expect(board.posts.get('last@x')).toMatchObject({
    parentKey: 'answer@x',
    parent: { thread: 'start@x', post: 'answer@x' },
  });
});

test('an interrupted import continues where it stopped', async () => {
  const mails = Array.from({ length: 1600 }, (_, at) => `Message-ID: <${at}@x>\nFrom: a@x\n\nmail ${at}\n`);
  const path = await archives.file('long.mbox', mbox(...mails));
  const board = new Board();
  const abort = new AbortController();
  const store = board.sink;
  board.sink = async (batch) => {
    await store(batch);
    abort.abort(new Error('stopped by its user'));
  };
  await expect(archives.bring(board, path, abort.signal)).rejects.toThrow('stopped by its user');
  const stored = board.posts.size;
  expect(stored).toBe(500);
  board.sink = store;
  expect((await archives.bring(board, path)).counts).toMatchObject({
    imported: 1600 - stored,
    duplicates: stored,
  });
});

test('[AR1][AR2] what is not imported as it was is listed with place and reason, and replies find their parent', async () => {
  let deep = 'Message-ID: <answer@x>\nReferences: <start@x>\nFrom: b@x\n';
  for (let depth = 0; depth < 500; depth++)
    deep += `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n`;
  const board = new Board();
  const archive = mbox(START, deep, LAST, 'no headers at all\n');
  const result = await archives.bring(board, await archives.file('broken.mbox', archive));
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

test('lines that are not messages are broken with a reason', async () => {
  const board = new Board();
  const result = await archives.bring(
    board,
    await archives.file('bad.jsonl', '{"text":"ok"}\n{"text":5}\n{"te\n[]\n\n{"text":"no end"}'),
  );
  expect(result.counts).toEqual({ read: 5, imported: 2, raw: 0, duplicates: 0, broken: 3 });
  const reasons = result.issues.filter(({ outcome }) => outcome === 'left-out').map(({ reason }) => reason);
  expect(reasons[0]).toMatch(/^The line does not fit: text:/);
  expect(reasons[1]).toBe('The line is not JSON in UTF-8.');
});

test('an archive that changes while it is read gives broken messages instead of mixed ones', async () => {
  const source = await openArchive(files, await archives.file('changing.mbox', mbox(START, ANSWER)));
  const changing = { ...source, read: async () => new TextEncoder().encode(START) };
  const board = new Board();
  const result = await importArchive({
    source: changing,
    parser: archives.parser,
    clock: systemClock,
    sink: board.sink,
    known: board.known,
  });
  await source.close();
  expect(result.counts).toEqual({ read: 2, imported: 1, raw: 0, duplicates: 0, broken: 1 });
  const reasons = result.issues.filter(({ outcome }) => outcome === 'left-out').map(({ reason }) => reason);
  expect(reasons[0]).toBe('The archive changed while it was read.');
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
    const source = await openArchive(files, await archives.file(`told.${format}`, content), { format });
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
