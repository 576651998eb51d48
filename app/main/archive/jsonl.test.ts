import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonlLine } from './exporter.ts';
import { messageOfLine, splitLines } from './jsonl.ts';

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
        const line = jsonlLine({
          messageId: 'a@x',
          references: ['b@x'],
          subject: `s ${subject} e`,
          fromName: 'Ann',
          fromDid: 'did:key:zA',
          date: 1_000_000_000_123,
          text: `s ${text} e`,
          attachments: [{ name: 'a.bin', type: 'application/octet-stream', bytes }],
        });
        const read = await messageOfLine(new TextEncoder().encode(line));
        expect(read).toMatchObject({
          ok: true,
          message: {
            messageId: 'a@x',
            references: ['b@x'],
            fromName: 'Ann',
            date: 1_000_000_000_123,
            text: `s ${text} e`,
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
      const read = await messageOfLine(new TextEncoder().encode(text));
      expect(read.ok || read.reason.length > 0).toBe(true);
    }),
  );
});
