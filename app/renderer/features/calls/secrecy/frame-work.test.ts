import { expect, test } from 'vitest';
import { fresh } from './epoch.ts';
import { FrameWork, type EncodedFrame, type FromWorker, type Way } from './frame-work.ts';

const receive: Way = { way: 'receive', source: 'camera', from: 'ada' };
const frameOf = (...bytes: number[]): EncodedFrame => ({ data: Uint8Array.from(bytes).buffer });

/** Passes frames through a transform, and returns what comes out. */
async function passed(
  stream: TransformStream<EncodedFrame, EncodedFrame>,
  frames: readonly EncodedFrame[],
): Promise<number[][]> {
  const out: number[][] = [];
  const reading = stream.readable.pipeTo(
    new WritableStream({ write: ({ data }) => void out.push([...new Uint8Array(data)]) }),
  );
  const writer = stream.writable.getWriter();
  for (const frame of frames) await writer.write(frame);
  await writer.close();
  await reading;
  return out;
}

test('what is sent is encrypted, and what comes is dropped until its key is there, which is told', async () => {
  const told: FromWorker[] = [];
  const sender = new FrameWork(
    () => undefined,
    () => 0,
  );
  const receiver = new FrameWork(
    (one) => told.push(one),
    () => 0,
  );
  const epoch = fresh(1);
  const plain = Array.from({ length: 8 }, (_, n) => frameOf(1, 2, n));
  const send: Way = { way: 'send', source: 'camera' };
  expect(
    await passed(
      sender.transform(send, () => undefined),
      [frameOf(1, 2, 3)],
    ),
  ).toEqual([]);
  await sender.take({ type: 'send', me: 'ada', epoch });
  const sealed = await passed(
    sender.transform(send, () => undefined),
    plain,
  );
  expect(sealed).toHaveLength(8);

  let keyFrames = 0;
  const stream = receiver.transform(receive, () => (keyFrames += 1));
  const frames = sealed.map((bytes) => frameOf(...bytes));
  const out: number[][] = [];
  const reading = stream.readable.pipeTo(
    new WritableStream({ write: ({ data }) => void out.push([...new Uint8Array(data)]) }),
  );
  const writer = stream.writable.getWriter();
  for (const frame of frames.slice(0, 6)) await writer.write(frame);
  expect([out, told]).toEqual([[], [{ from: 'ada', source: 'camera', isLocked: true }]]);
  await receiver.take({ type: 'receive', from: 'ada', epoch });
  for (const frame of [...frames.slice(6), frameOf(...sealed[7]!)]) await writer.write(frame);
  await writer.close();
  await reading;
  expect(out).toEqual([
    [1, 2, 6],
    [1, 2, 7],
  ]);
  expect(told.at(-1)).toEqual({ from: 'ada', source: 'camera', isLocked: false });
  expect(keyFrames).toBe(1);
  await receiver.take({ type: 'forget', from: 'ada' });
  const later = receiver.transform(receive, () => undefined);
  expect(await passed(later, [frameOf(...sealed[0]!)])).toEqual([]);
});
