import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Problem } from '../../kernel/errors.ts';
import { headerOf, MAX_IMAGE_BYTES, MAX_PIXELS, scaled } from '../../moderation/picture.ts';
import { pictureDecoder } from './decoder.ts';
import { gifOf, jpegOf, moving, pngOf, webpOf } from './test-images.ts';

// Decoders are compiled on first use.
vi.setConfig({ testTimeout: 120_000 });

const framesOf = async (bytes: Uint8Array) => pictureDecoder.frames(bytes, headerOf(bytes));
const codeOf = async (bytes: Uint8Array) => {
  try {
    return (await framesOf(bytes)).length;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
};
const samples = async () => ({
  jpeg: await jpegOf(40, 30),
  webp: await webpOf(40, 30),
  png: pngOf(40, 30),
  gif: gifOf(40, 30),
});

test('[J24] a picture’s format is detected from its bytes, and it decodes to the announced number of pixels, in all four formats', async () => {
  for (const [format, bytes] of Object.entries(await samples())) {
    expect(headerOf(bytes)).toEqual({ format, width: 40, height: 30 });
    const [frame] = await framesOf(bytes);
    expect([frame!.width, frame!.height, frame!.rgba.length]).toEqual([40, 30, 4800]);
  }
});

test('[J24] colours are decoded: a gradient rises from left to right, stripes are where they were drawn', async () => {
  for (const bytes of [await jpegOf(40, 30), await webpOf(40, 30)]) {
    const [frame] = await framesOf(bytes);
    const reds = [2, 20, 37].map((x) => frame!.rgba[(15 * 40 + x) * 4]!);
    expect(reds[0]).toBeLessThan(40);
    expect(reds[1]).toBeGreaterThan(100);
    expect(reds[2]).toBeGreaterThan(210);
  }
  const [gif] = await framesOf(gifOf(40, 30));
  expect([...gif!.rgba.subarray(0, 16)]).toEqual([
    0, 0, 0, 255, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255,
  ]);
});

test('[J24] a picture over the limit is refused by its header alone', async () => {
  const large = { width: 100_000, height: 100_000 };
  expect(await codeOf(pngOf(4, 4, large))).toBe('image-too-large');
  expect(await codeOf(gifOf(4, 4).with(7, 255).with(9, 255))).toBe('image-too-large');
  expect(await codeOf(new Uint8Array(MAX_IMAGE_BYTES + 1))).toBe('image-too-large');
  const jpeg = await jpegOf(40, 30);
  const header = jpeg.findIndex(
    (byte, at) => byte === 0xff && jpeg[at + 1]! >= 0xc0 && jpeg[at + 1]! <= 0xc2,
  );
  const lying = jpeg.slice();
  lying.set([0xff, 0xff, 0xff, 0xff], header + 5);
  expect(await codeOf(lying)).toBe('image-too-large');
  expect(MAX_PIXELS).toBeLessThan(65_535 * 65_535);
});

test('[J24] a picture with a false size or type is refused', async () => {
  // More pixels than the header announces, and fewer.
  expect(await codeOf(pngOf(400, 400, { width: 4, height: 4 }))).toSatisfy(
    (code) => code === 1 || code === 'image-broken',
  );
  expect(await codeOf(pngOf(4, 4, { width: 400, height: 400 }))).toBe('image-broken');
  expect(await codeOf(gifOf(8, 8, { frame: { width: 65_535, height: 65_535 } }))).toBe('image-broken');
  for (const text of ['', 'GIF', '%PDF-1.7', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'RIFF....WAVE'])
    expect(await codeOf(Buffer.from(text))).toSatisfy(
      (code) => code === 'image-unknown' || code === 'image-broken',
    );
});

test('[J24] of ten thousand frames a few are decoded, including the last', async () => {
  const many = gifOf(4, 4, { frames: 10_000 });
  expect((await framesOf(many)).length).toBe(5);
  const still = await webpOf(40, 30);
  const many2 = moving(
    Array.from({ length: 200 }, () => still),
    40,
    30,
  );
  const frames = await framesOf(many2);
  expect(frames.map(({ width, height }) => [width, height])).toEqual(
    Array.from({ length: 3 }, () => [40, 30]),
  );
});

test('[J24] a picture with any corruption is decoded or refused', async () => {
  const kinds = Object.values(await samples());
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...kinds),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.array(fc.tuple(fc.nat(4000), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
      async (whole, share, changes) => {
        const bytes = whole.slice(0, Math.ceil(whole.length * (0.2 + 0.8 * share)));
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        expect(await codeOf(bytes)).toSatisfy(
          (code) => typeof code === 'number' || code.startsWith('image-'),
        );
      },
    ),
    { numRuns: 150 },
  );
});

test('a picture is scaled by the mean of the covered pixels, on white', () => {
  // Two rows of four: every point covers two pixels.
  const reds = [0, 100, 200, 200, 40, 60, 10, 255];
  const rgba = Uint8Array.from(reds.flatMap((red, at) => [red, 0, 0, at === 7 ? 0 : 255]));
  const points = scaled({ width: 4, height: 2, rgba }, 2);
  const red = [0, 3, 6, 9].map((at) => Math.round(points[at]! * 255 * 2));
  expect(red).toEqual([100, 400, 100, 265]);
  const grown = scaled({ width: 1, height: 1, rgba: Uint8Array.of(255, 0, 0, 0) }, 2);
  expect([...grown]).toEqual(Array.from({ length: 12 }, () => 1));
});
