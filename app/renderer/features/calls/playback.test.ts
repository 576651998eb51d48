import { expect, test } from 'vitest';
import { fetchRecording } from './playback.ts';

const file = Uint8Array.from({ length: 600_000 }, (_, at) => at % 251);
const reader = (asked: number[]) =>
  (async ({ offset, length }: { offset: number; length: number }) => {
    asked.push(offset);
    return { bytes: Buffer.from(file.subarray(offset, offset + length)).toString('base64') };
  }) as never;

test('a recording is fetched in pieces, in order, and is whole at the end', async () => {
  const asked: number[] = [];
  const shares: number[] = [];
  const blob = await fetchRecording(reader(asked), {
    recording: 'A'.repeat(22),
    bytes: file.length,
    type: 'video/webm',
    signal: new AbortController().signal,
    onProgress: (share) => shares.push(share),
  });
  expect(asked).toEqual([0, 262_144, 524_288]);
  expect(shares.at(-1)).toBe(1);
  expect(blob.type).toBe('video/webm');
  expect(Buffer.from(await blob.arrayBuffer()).equals(file)).toBe(true);
});

test('fetching ends when nobody watches any more, and when the file is shorter than it was', async () => {
  const stop = new AbortController();
  const fetching = { recording: 'A', bytes: 2_000_000, type: 'video/webm', signal: stop.signal };
  const short = await fetchRecording(reader([]), { ...fetching, onProgress: () => {} });
  expect(short.size).toBe(file.length);
  const cut = fetchRecording(reader([]), { ...fetching, onProgress: () => stop.abort() });
  await expect(cut).rejects.toMatchObject({ name: 'AbortError' });
});
