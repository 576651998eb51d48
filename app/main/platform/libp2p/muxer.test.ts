import type { FrameHeader } from '@libp2p/yamux';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { coalesceWindowUpdates, FrameBudget } from './muxer.ts';
import { addressOf, createTestNetwork, ManualClock } from './test-network.ts';

const KIB = 1024;
const [DATA, WINDOW_UPDATE, RESET] = [0, 1, 8];

function fixture(open: readonly number[] = [1, 3, 5]) {
  const sent: { type: number; flag: number; streamID: number; length: number }[] = [];
  const send = coalesceWindowUpdates(
    (header) => (sent.push(header), true),
    () => open,
  );
  const frame = (type: number, streamID: number, length: number, flag = 0) =>
    send({ type, flag, streamID, length } as FrameHeader);
  return { sent, frame };
}

test('a window update is sent once half of the smallest window is free; other frames pass', () => {
  const { sent, frame } = fixture();
  for (let count = 0; count < 127; count += 1) frame(WINDOW_UPDATE, 1, KIB);
  frame(DATA, 1, 10);
  frame(WINDOW_UPDATE, 3, 0, 4);
  expect(sent.map(({ type, length }) => [type, length])).toEqual([
    [DATA, 10],
    [WINDOW_UPDATE, 0],
  ]);
  frame(WINDOW_UPDATE, 1, KIB);
  expect(sent.at(-1)).toMatchObject({ type: WINDOW_UPDATE, streamID: 1, length: 128 * KIB });
});

test('a stream that was reset and an id that is used again start without pending bytes', () => {
  const { sent, frame } = fixture();
  frame(WINDOW_UPDATE, 1, 100 * KIB);
  frame(WINDOW_UPDATE, 1, 0, RESET);
  frame(WINDOW_UPDATE, 1, 100 * KIB);
  expect(sent).toHaveLength(1);
});

test('no update is lost, and no stream has half a window pending', () => {
  const update = fc.record({
    stream: fc.constantFrom(1, 3, 5),
    bytes: fc.integer({ min: 1, max: 300 * KIB }),
  });
  fc.assert(
    fc.property(fc.array(update, { maxLength: 200 }), (updates) => {
      const { sent, frame } = fixture();
      const given = new Map<number, number>();
      for (const { stream, bytes } of updates) {
        frame(WINDOW_UPDATE, stream, bytes);
        given.set(stream, (given.get(stream) ?? 0) + bytes);
        const told = sent
          .filter(({ streamID }) => streamID === stream)
          .reduce((sum, { length }) => sum + length, 0);
        expect(given.get(stream)! - told).toBeGreaterThanOrEqual(0);
        expect(given.get(stream)! - told).toBeLessThan(128 * KIB);
      }
    }),
  );
});

const network = createTestNetwork();
afterEach(() => network.close());

test('many small messages are answered with hardly any bytes', async () => {
  const [from, to] = [await network.started(), await network.started()];
  let received = 0;
  to.transport.handle('/test/1', async (channel) => {
    for await (const message of channel.receive()) received += message.length;
  });
  const peer = await from.transport.dial(addressOf(to.transport));
  const channel = await from.transport.open(peer, '/test/1');
  const answered = () => from.transport.peers()[0]!.receivedBytes;
  await channel.send(new Uint8Array(100));
  await expect.poll(() => received).toBe(100);
  const before = answered();
  for (let count = 0; count < 200; count += 1) {
    await channel.send(new Uint8Array(100));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await expect.poll(() => received).toBe(20_100);
  await channel.send(new Uint8Array(100));
  await expect.poll(() => received).toBe(20_200);
  // An update for each would be 28 bytes or more.
  expect(answered() - before).toBeLessThan(1000);
});

/** How many frames of a length pass at once. */
function passing(budget: FrameBudget, length: number, most: number): number {
  for (let count = 0; count < most; count++) {
    try {
      budget.charge({ type: DATA, length } as FrameHeader);
    } catch {
      return count;
    }
  }
  return most;
}

test('[FG6] one-byte frames are ended after some thousands, and about a thousand a second', () => {
  const clock = new ManualClock();
  const budget = new FrameBudget(clock);
  expect(passing(budget, 1, 100_000)).toBe(Math.floor((256 * KIB) / 63));
  clock.advance(1000);
  const more = passing(budget, 1, 100_000);
  expect(more).toBeGreaterThan(900);
  expect(more).toBeLessThan(1100);
});

test('[FG6] frames that carry something pass without end, small ones between them too', () => {
  const budget = new FrameBudget(new ManualClock());
  for (let count = 0; count < 50_000; count++) {
    expect(passing(budget, 4, 1)).toBe(1);
    expect(passing(budget, 16 * KIB, 1)).toBe(1);
  }
  expect(passing(budget, 100, 50_000)).toBe(50_000);
});
