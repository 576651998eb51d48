import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crAsLf, endsLinesWithCr, openMbox, splitMbox } from './mbox.ts';
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

test.each([
  ['Thunderbird', () => 'From '],
  ['Netscape', () => 'From -'],
  ['Google Groups', (n: number) => `From ${n % 2 === 0 ? '-' : ''}${n}918273645546372819`],
  ['an address alone', () => 'From ada@mole.example'],
  ['a date without a year first', () => 'From ada@mole.example Tue, 4 Mar 2003 10:15:00 +0000'],
  ['an ISO date', () => 'From ada@mole.example 2003-03-04T10:15:00'],
])('[AR6] separators of %s split an archive, whatever the chunks', async (_, separator) => {
  const bodies = [1, 2, 3].map((n) => `X-Mozilla-Status: 0001\nSubject: s${n}\n\nlight ${n}\n`);
  const archive = bodies.map((body, n) => `${separator(n)}\n${body}\n`).join('');
  for (const size of [1, 7, 4096]) expect(await split(archive, [size])).toEqual(bodies);
});

test('[AR6] a numbered separator splits without a blank line before it', async () => {
  const archive =
    'From -918273645546372819\nSubject: a\n\none\nFrom 8172635445362718293\nSubject: b\n\ntwo\n';
  expect(await split(archive, [9])).toEqual(['Subject: a\n\none\n', 'Subject: b\n\ntwo\n']);
});

test('[AR6] a dated separator splits without a blank line before it', async () => {
  const archive = `${SEPARATOR}\nSubject: a\n\none\n${SEPARATOR}\nSubject: b\n\ntwo\n`;
  expect(await split(archive, [9])).toEqual(['Subject: a\n\none\n', 'Subject: b\n\ntwo\n']);
});

test.each([
  ['a log', `The log says:\n\n${SEPARATOR}\nwas the last line.\n`, 1],
  ['a separator before a blank line', `It reads\n\n${SEPARATOR}\n\nand so on: yes.\n`, 1],
  ['a letter', 'We sailed.\n\nFrom there we left at 10:30 on 4 May 2003.\nThe rest: here.\n', 0],
  ['a heading', 'List:\n\nFrom \nhere to there\n', 0],
  ['a name', 'Greetings.\n\nFrom Ada\nwith love\n', 0],
])('[AR1][AR6] a line that only looks like a separator is text: %s', async (_, body, strays) => {
  const first = `Subject: a\n\n${body}`;
  const archive = encode(`${SEPARATOR}\n${first}\n${SEPARATOR}\nSubject: b\n\nx\n`);
  const pieces: ArchivePiece[] = [];
  for await (const piece of splitMbox(inChunks(archive, [11]))) pieces.push(piece);
  expect(pieces.map(textOf)).toEqual([first, 'Subject: b\n\nx\n']);
  const [one] = pieces;
  const places = one?.kind === 'message' ? one.strays : [];
  expect(places).toHaveLength(strays);
  for (const place of places) expect(decode(archive.subarray(place, place + 5))).toBe('From ');
});

test('[AR9] the date of a separator is that of its message', async () => {
  const archive = `From mara@x Tue Mar  4 10:15:00 2003\nSubject: a\n\none\n\nFrom -\nSubject: b\n\ntwo\n`;
  const dates: (number | null)[] = [];
  for await (const piece of splitMbox(inChunks(encode(archive), [5])))
    if (piece.kind === 'message') dates.push(piece.date);
  expect(dates).toEqual([Date.UTC(2003, 2, 4, 10, 15), null]);
});

test('[AR6] lines that end with CR alone are read as those of any other file', async () => {
  const archive = `${SEPARATOR}\nSubject: a\n\none\ntwo\n\n${SEPARATOR}\nSubject: b\n\nthree\n`;
  const cr = encode(archive.replaceAll('\n', '\r'));
  expect(endsLinesWithCr(cr)).toBe(true);
  expect(endsLinesWithCr(encode(archive))).toBe(false);
  expect(endsLinesWithCr(encode(archive.replaceAll('\n', '\r\n')))).toBe(false);
  const reader = openMbox(crAsLf(memoryFile(cr)));
  const found: string[] = [];
  for await (const piece of reader.scan()) {
    found.push(textOf(piece));
    if (piece.kind === 'message')
      expect(decode(await reader.read(piece.place, piece.length))).toBe(textOf(piece));
  }
  expect(found).toEqual(['Subject: a\n\none\ntwo\n', 'Subject: b\n\nthree\n']);
});
