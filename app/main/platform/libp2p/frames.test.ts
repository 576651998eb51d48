import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_MESSAGE_BYTES } from '../../log/transport.ts';
import { END_MARK, FrameReader, HEADER_BYTES, writeHeader } from './frames.ts';

function frame(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + message.byteLength);
  writeHeader(bytes, 0, message.byteLength);
  bytes.set(message, HEADER_BYTES);
  return bytes;
}

describe('FrameReader', () => {
  test('returns every message, however the bytes are split', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 23 }), { minLength: 1, maxLength: 8 }),
        (messages, cuts) => {
          const bytes = Buffer.concat(messages.map(frame));
          const seen: Uint8Array[] = [];
          const reader = new FrameReader((message) => seen.push(Uint8Array.from(message)));
          for (let at = 0, turn = 0; at < bytes.byteLength; turn++) {
            const length = cuts[turn % cuts.length] ?? 1;
            reader.push(bytes.subarray(at, at + length));
            at += length;
          }
          expect(seen).toEqual(messages.map((message) => Uint8Array.from(message)));
          expect(reader.pending).toBe(false);
        },
      ),
    );
  });

  test('refuses a length over the limit before the message arrives', () => {
    const reader = new FrameReader(() => expect.unreachable());
    const header = new Uint8Array(HEADER_BYTES);
    writeHeader(header, 0, MAX_MESSAGE_BYTES + 1);
    expect(() => reader.push(header)).toThrow(expect.objectContaining({ code: 'message-too-large' }));
  });

  test('distinguishes a partial message from a whole one, and the end from silence', () => {
    const seen: Uint8Array[] = [];
    const reader = new FrameReader((message) => seen.push(message));
    reader.push(frame(new Uint8Array(10)).subarray(0, 9));
    expect([reader.pending, seen.length]).toEqual([true, 0]);
    reader.push(new Uint8Array(5));
    expect([reader.pending, seen.length, reader.ended]).toEqual([false, 1, false]);
    const end = new Uint8Array(HEADER_BYTES);
    writeHeader(end, 0, END_MARK);
    reader.push(end);
    expect(reader.ended).toBe(true);
    reader.push(frame(new Uint8Array(3)));
    expect(seen).toHaveLength(1);
  });

  test('[FG6] while it is full, bytes wait as they came; all messages are delivered in order when there is room', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        (messages, cuts, room) => {
          const bytes = Buffer.concat(messages.map(frame));
          const seen: Uint8Array[] = [];
          let unread = 0;
          const reader = new FrameReader(
            (message) => {
              seen.push(Uint8Array.from(message));
              unread++;
              expect(unread).toBeLessThanOrEqual(room);
            },
            () => unread >= room,
          );
          for (let at = 0, turn = 0; at < bytes.byteLength; turn++) {
            const length = cuts[turn % cuts.length] ?? 1;
            reader.push(bytes.subarray(at, at + length));
            at += length;
          }
          while (reader.waiting) {
            unread = 0;
            reader.resume();
          }
          expect(seen).toEqual(messages.map((message) => Uint8Array.from(message)));
        },
      ),
    );
  });

  test('[FG6] a message that arrives byte by byte is put together in one buffer', () => {
    const seen: Uint8Array[] = [];
    const reader = new FrameReader((message) => seen.push(message));
    const message = crypto.getRandomValues(new Uint8Array(5000));
    for (const byte of frame(message)) reader.push(Uint8Array.of(byte));
    expect(seen).toEqual([message]);
    expect(seen[0]!.buffer.byteLength).toBeLessThanOrEqual(message.byteLength);
  });

  test('a message within one chunk is not copied', () => {
    const seen: Uint8Array[] = [];
    const chunk = frame(new Uint8Array(100));
    new FrameReader((message) => seen.push(message)).push(chunk);
    expect(seen[0]?.buffer).toBe(chunk.buffer);
  });
});
