import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive } from './index.ts';
import { ANSWER, Board, files, mbox, START, TestArchives } from './test-archives.ts';

let archives: TestArchives;
beforeAll(async () => {
  archives = await TestArchives.create();
});
afterAll(() => archives.close());

test('a gzip archive, a maildir and JSON Lines give the same posts', async () => {
  const trees: unknown[] = [];
  const maildir = join(archives.folder, 'Maildir');
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
    await archives.file('packed.mbox.gz', gzipSync(mbox(START, ANSWER))),
    await archives.file('packed.mbox.zst', zstdCompressSync(mbox(START, ANSWER))),
    await archives.file('lines-cr.jsonl', lines.map((line) => `${JSON.stringify(line)}\r`).join('')),
    maildir,
    await archives.file('lines.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join('\n')),
  ];
  for (const path of paths) {
    const board = new Board();
    await archives.bring(board, path);
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

test.each([
  ['nothing there', async () => join(archives.folder, 'absent.mbox'), 'archive-missing'],
  [
    'a picture',
    () => archives.file('picture.mbox', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10])),
    'archive-unknown-format',
  ],
  ['a folder of anything', async () => archives.folder, 'archive-unknown-format'],
  [
    'half a gzip file',
    () => archives.file('half.gz', gzipSync('x'.repeat(99_999)).subarray(0, 60)),
    'archive-damaged',
  ],
  ['a gzip bomb', () => archives.file('bomb.gz', gzipSync(Buffer.alloc(400_000_000))), 'archive-bomb'],
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
