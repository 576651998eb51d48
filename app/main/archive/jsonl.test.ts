import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonlLine } from './exporter.ts';
import { splitElements, splitLines } from './jsonl.ts';
import { lineMessage, lineOutline } from './line.ts';

const plain = (html: string) => html.replace(/<[^>]{0,99}>/g, '');

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function split(text: string, size: number, maxBytes?: number): Promise<string[]> {
  const found: string[] = [];
  for await (const piece of splitLines(inChunks(new TextEncoder().encode(text), size), maxBytes)) {
    found.push(piece.kind === 'message' ? new TextDecoder().decode(piece.bytes) : 'broken');
  }
  return found;
}

test('lines are returned unchanged, whatever the chunks; blank ones are skipped', async () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replace(/[\n\r]/g, ''));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 50 }), async (lines, size) => {
      const filled = lines.filter((text) => /[^ \t]/.test(text));
      expect(await split(lines.join('\n'), size)).toEqual(filled);
    }),
  );
});

test('a line beyond the limit is broken and the next one is still read', async () => {
  expect(await split(`{"a":1}\n${'x'.repeat(500)}\n{"b":2}\n`, 16, 100)).toEqual([
    '{"a":1}',
    'broken',
    '{"b":2}',
  ]);
});

test('exported lines are read back unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        subject: fc.string({ unit: 'grapheme', maxLength: 60 }),
        text: fc.string({ unit: 'grapheme', maxLength: 400 }),
        bytes: fc.uint8Array({ maxLength: 100 }),
      }),
      async ({ subject, text, bytes }) => {
        const board = { slug: 'harbour', name: 'Harbour', description: '' };
        const line = jsonlLine(
          {
            messageId: 'a@x',
            references: ['b@x'],
            subject: `s ${subject} e`,
            fromName: 'Ann',
            fromDid: 'did:key:zA',
            importedBy: 'mara',
            date: 1_000_000_000_123,
            text: `s ${text} e`,
            format: 'markdown',
            filesMissing: 0,
            board,
            attachments: [{ name: 'a.bin', type: 'application/octet-stream', bytes }],
          },
          board,
        );
        expect(JSON.parse(line)).toMatchObject({ from: 'Ann', imported_by: 'mara' });
        const read = await lineMessage(new TextEncoder().encode(line), 'forum', plain);
        expect(read).toMatchObject({
          ok: true,
          message: {
            messageId: 'a@x',
            references: ['b@x'],
            fromName: 'Ann',
            date: 1_000_000_000_123,
            text: `s ${text} e`,
            format: 'markdown',
            attachments: [{ name: 'a.bin', bytes }],
          },
        });
      },
    ),
  );
});

test('random JSON is a message or broken with a reason, never an error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), async (text) => {
      const read = await lineMessage(new TextEncoder().encode(text), 'forum', plain);
      expect(read.ok || read.reason.length > 0).toBe(true);
    }),
  );
});

const lineOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

async function read(value: unknown) {
  const line = lineOf(value);
  const outlined = await lineOutline(line, 'forum');
  const parsed = await lineMessage(line, 'forum', plain);
  if (!outlined.ok || !parsed.ok) throw new Error('it was not read');
  const { messageId, references, subject, date, topic } = outlined.outline;
  const { fromName, text, format } = parsed.message;
  return { messageId, references, subject, date, topic, fromName, text, format };
}

const AT = Date.UTC(2003, 2, 4, 10, 15);

test('[AR8] posts of phpBB, Discourse and NodeBB keep author, date, title, text, parent and topic', async () => {
  const phpbb = {
    post_id: 12,
    topic_id: '3',
    username: 'tern',
    post_time: AT / 1000,
    post_subject: 'Crane',
    post_text: '<t>The <B>crane</B></t>',
  };
  expect(await read(phpbb)).toEqual({
    messageId: '12@forum.forum.invalid',
    references: [],
    subject: 'Crane',
    date: AT,
    topic: '3@forum',
    fromName: 'tern',
    text: 'The crane',
    format: 'plain',
  });
  const discourse = {
    id: 900,
    topic_id: 7,
    post_number: 4,
    reply_to_post_number: 2,
    username: 'ida',
    created_at: '2003-03-04T10:15:00.000Z',
    raw: 'I **agree**',
    cooked: '<p>I <strong>agree</strong></p>',
  };
  expect(await read(discourse)).toMatchObject({
    messageId: '7.4@forum.forum.invalid',
    references: ['7.2@forum.forum.invalid'],
    fromName: 'ida',
    text: 'I **agree**',
    format: 'markdown',
    date: AT,
  });
  const { raw, ...cooked } = discourse;
  expect(raw).toBe('I **agree**');
  expect(await read(cooked)).toMatchObject({ text: 'I agree', format: 'plain' });
  const nodebb = { pid: 5, tid: 2, toPid: 4, content: 'hi', timestamp: AT, user: { username: 'olaf' } };
  expect(await read(nodebb)).toMatchObject({
    messageId: '5@forum.forum.invalid',
    references: ['4@forum.forum.invalid'],
    topic: '2@forum',
    fromName: 'olaf',
    date: AT,
  });
});

test('[AR8] a line without a text names the fields that it has', async () => {
  const outlined = await lineOutline(lineOf({ id: 1, headline: 'x' }), 'forum');
  expect(outlined).toMatchObject({ ok: false, reason: expect.stringContaining('found: id, headline') });
});

test('[AR10] a date is read in seconds, in milliseconds and in words', async () => {
  for (const date of [AT / 1000, AT, String(AT / 1000), '2003-03-04 10:15', 'Tue, 4 Mar 2003 10:15:00 GMT']) {
    expect((await read({ text: 'x', date })).date).toBe(AT);
  }
});

async function elements(text: string, size: number, maxBytes?: number): Promise<string[]> {
  const from = text.indexOf('[');
  const found: string[] = [];
  for await (const piece of splitElements(inChunks(new TextEncoder().encode(text), size), from, maxBytes)) {
    found.push(piece.kind === 'message' ? new TextDecoder().decode(piece.bytes) : 'broken');
  }
  return found;
}

test('[AR8] the objects of an array are found whatever the chunks, with brackets and quotes in their texts', async () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.dictionary(fc.string(), value), { maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(undefined, 1),
      async (objects, size, indent) => {
        const text = JSON.stringify({ site: 'x', posts: objects, more: [{ not: 'this' }] }, null, indent);
        const parsed = (await elements(text, size)).map((one) => JSON.parse(one));
        expect(parsed).toEqual(JSON.parse(JSON.stringify(objects)));
      },
    ),
    { numRuns: 200 },
  );
});

test('[AR1] an array that is cut off or holds an object that is too large tells it', async () => {
  expect(await elements('[{"a":1},{"b":', 3)).toEqual(['{"a":1}', 'broken']);
  expect(await elements(`[{"a":"${'x'.repeat(2000)}"},{"b":2}]`, 64, 1000)).toEqual(['broken', '{"b":2}']);
});
