import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openMbox, splitMbox } from './mbox.ts';
import type { ArchiveFile, ArchivePiece } from './ports.ts';

const SEPARATOR = 'From someone@example.org Thu Aug 22 12:36:23 2002';
const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function* inChunks(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

async function split(bytes: Uint8Array | string, sizes: readonly number[] = [65_536], maxBytes?: number) {
  const all = typeof bytes === 'string' ? encode(bytes) : bytes;
  const found: string[] = [];
  for await (const piece of splitMbox(inChunks(all, sizes), maxBytes)) found.push(textOf(piece));
  return found;
}

function textOf(piece: ArchivePiece): string {
  return piece.kind === 'message' ? decode(piece.bytes) : `broken: ${piece.reason}`;
}

function join(messages: readonly string[], feed = '\n'): string {
  return messages
    .map((message) => `${SEPARATOR}${feed}${message.replace(/^(>*From )/gm, '>$1')}${feed}`)
    .join('');
}

function memoryFile(bytes: Uint8Array): ArchiveFile {
  return {
    sizeBytes: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
    close: async () => {},
  };
}

const line = fc.oneof(
  fc.constantFrom(
    '',
    'From ',
    '>From me to you',
    'From here on at 12:30 in 2002',
    '>>From',
    SEPARATOR,
    'Subject: x',
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 40 }).map((text) => text.replace(/[\n\r]/g, '')),
);
const message = fc
  .array(line, { minLength: 1, maxLength: 12 })
  .map((lines) => `Subject: a\n\n${lines.join('\n')}\n`);

test('messages joined as mboxrd are split into the same messages, whatever the chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 5 }),
      async (messages, sizes) => {
        expect(await split(join(messages), sizes)).toEqual(messages);
      },
    ),
    { numRuns: 400 },
  );
});

test('every message can be read again at the place that the splitter reported', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 8 }), async (messages) => {
      const reader = openMbox(memoryFile(encode(join(messages))));
      for await (const piece of reader.scan()) {
        if (piece.kind !== 'message') throw new Error(piece.reason);
        expect(decode(await reader.read(piece.place, piece.length))).toBe(decode(piece.bytes));
      }
    }),
    { numRuns: 100 },
  );
});

test('random bytes end the splitter without an error, and it loses nothing it reports', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 4000 }),
      fc.integer({ min: 1, max: 500 }),
      async (bytes, size) => {
        let position = 0;
        for await (const piece of splitMbox(inChunks(bytes, [size]))) {
          expect(piece.position).toBeGreaterThanOrEqual(position);
          position = piece.position;
        }
        expect(position).toBeLessThanOrEqual(bytes.length);
      },
    ),
    { numRuns: 300 },
  );
});

test('an archive with CRLF line ends is split like one with LF', async () => {
  const crlf = join(['Subject: a\r\n\r\none\r\n', 'Subject: b\r\n\r\ntwo\r\n'], '\r\n');
  expect(await split(crlf, [7])).toEqual(['Subject: a\r\n\r\none\r\n', 'Subject: b\r\n\r\ntwo\r\n']);
});

test('a paragraph that starts with "From " does not split a message', async () => {
  const body = 'Subject: a\n\nHello.\n\nFrom my window I see the sea.\n';
  expect(await split(`${SEPARATOR}\n${body}\n${SEPARATOR}\nSubject: b\n\nx\n`)).toEqual([
    body,
    'Subject: b\n\nx\n',
  ]);
});

test('Content-Length is used if the archive keeps to it, so that unescaped From lines stay text', async () => {
  const body = `quoted:\n\n${SEPARATOR}\n\n>From the start\n`;
  const first = `Subject: a\nContent-Length: ${body.length}\n\n${body}`;
  const archive = `${SEPARATOR}\n${first}\n${SEPARATOR}\nSubject: b\n\nx\n`;
  expect(await split(archive, [11])).toEqual([first, 'Subject: b\n\nx\n']);
});

test('a wrong Content-Length is ignored', async () => {
  for (const length of [3, 99_999, 999_999_999]) {
    const first = `Subject: a\nContent-Length: ${length}\n\nhello there\n`;
    expect(await split(`${SEPARATOR}\n${first}\n${SEPARATOR}\nSubject: b\n\nx\n`, [13])).toEqual([
      first,
      'Subject: b\n\nx\n',
    ]);
  }
});

test('a message beyond the limit is broken and the next one is still read', async () => {
  const huge = `Subject: big\n\n${'x'.repeat(5000)}\n`;
  const archive = join(['Subject: a\n\none\n', huge, 'Subject: b\n\ntwo\n']);
  expect(await split(archive, [512], 1000)).toEqual([
    'Subject: a\n\none\n',
    'broken: It is larger than 32 MiB.',
    'Subject: b\n\ntwo\n',
  ]);
});

test('a truncated archive gives the partial last message', async () => {
  const archive = join(['Subject: a\n\none\n', 'Subject: b\n\ntwo and more\n']);
  expect(await split(archive.slice(0, -7), [5])).toEqual(['Subject: a\n\none\n', 'Subject: b\n\ntwo and']);
  expect(await split(SEPARATOR.slice(0, 20), [5])).toEqual(['broken: It is empty.']);
  expect(await split('', [5])).toEqual([]);
});

test('a single mail without a From line is one message', async () => {
  expect(await split('Subject: a\n\nhello\n')).toEqual(['Subject: a\n\nhello\n']);
});
