import { expect, test } from 'vitest';
import { Problem } from '../kernel/errors.ts';
import { DEFAULT_THRESHOLDS } from './decision.ts';
import { LABELS, type Scores } from './labels.ts';
import { headerOf, MAX_IMAGE_BYTES, scaled } from './picture.ts';
import { pictureFindings, picturesIn } from './pictures.ts';

const code = (value: string) => expect.objectContaining({ code: value }) as unknown;
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const png = (width: string, height: string, depth = '08') =>
  bytes(`89504e47 0d0a1a0a 0000000d 49484452 ${width} ${height} ${depth}`);

test('format and size are read from the bytes of a picture', () => {
  const gif = bytes('474946383961 4001 f000');
  const lossy = bytes('52494646 00000000 57454250 56503820 00000000 000000 9d012a 4041 f080');
  const lossless = bytes('52494646 00000000 57454250 5650384c 00000000 2f 3fc13b00');
  const extended = bytes('52494646 00000000 57454250 56503858 00000000 00000000 3f0101 ef0000');
  expect(headerOf(png('00000140', '000000f0'))).toEqual({ format: 'png', width: 320, height: 240 });
  expect(headerOf(gif)).toEqual({ format: 'gif', width: 320, height: 240 });
  expect(headerOf(bytes('ffd8 ffe0 0004 0000 ffc0 0011 08 00f0 0140'))).toEqual({
    format: 'jpeg',
    width: 320,
    height: 240,
  });
  expect(headerOf(lossy)).toMatchObject({ format: 'webp', width: 320, height: 240 });
  expect(headerOf(lossless)).toEqual({ format: 'webp', width: 320, height: 240 });
  expect(headerOf(extended)).toEqual({ format: 'webp', width: 65_856, height: 240 });
});

test('a frame of a JPEG is found behind other segments and fill bytes', () => {
  const before = 'ffd8 ffff01 ffd0 ffd7 ffc4 0003 00 ffc8 0002 ffcc 0002';
  for (const mark of ['c0', 'c2', 'cf']) {
    expect(headerOf(bytes(`${before} ffffff${mark} 0011 08 0001 0002`))).toMatchObject({
      width: 2,
      height: 1,
    });
  }
  for (const wrong of ['00', 'ffd9', 'ffda'])
    expect(() => headerOf(bytes(`${before} ${wrong} 0000`))).toThrow(code('image-broken'));
  expect(() => headerOf(bytes(before))).toThrow(code('image-broken'));
});

test('what is no picture, or too large, is not decoded', () => {
  for (const odd of ['', 'ffd8', '00000000', '52494646 00000000 00000000', '89504e48']) {
    expect(() => headerOf(bytes(odd))).toThrow(code('image-unknown'));
  }
  expect(() => headerOf(bytes('89504e47'))).toThrow(code('image-broken'));
  expect(() => headerOf(png('00000000', '00000001'))).toThrow(code('image-broken'));
  expect(() => headerOf(png('00000001', '00000000'))).toThrow(code('image-broken'));
  expect(() => headerOf(bytes('89504e47 00000000 00000000 49484453 00000001 00000001 08'))).toThrow(
    code('image-broken'),
  );
  expect(() => headerOf(bytes('52494646 00000000 57454250 56503859 00000000 00000000'))).toThrow(
    code('image-broken'),
  );
  // 6000 × 4000 pixels are the most; of sixteen bits, half of that.
  expect(headerOf(png('00001770', '00000fa0')).width).toBe(6000);
  expect(() => headerOf(png('00001771', '00000fa0'))).toThrow(code('image-too-large'));
  expect(headerOf(png('00001770', '000007d0', '10')).width).toBe(6000);
  expect(() => headerOf(png('00001770', '000007d1', '10'))).toThrow(code('image-too-large'));
  expect(() => headerOf(new Uint8Array(MAX_IMAGE_BYTES))).toThrow(code('image-unknown'));
  expect(() => headerOf(new Uint8Array(MAX_IMAGE_BYTES + 1))).toThrow(code('image-too-large'));
});

test('a picture is scaled to the mean of the pixels, on white', () => {
  const rgba = new Uint8Array(
    [
      [255, 0, 0, 255],
      [0, 255, 0, 255],
      [0, 0, 255, 255],
      [9, 9, 9, 0],
    ].flat(),
  );
  const rounded = (points: Float32Array) => [...points].map((one) => Number(one.toFixed(3)));
  expect(rounded(scaled({ width: 2, height: 2, rgba }, 1))).toEqual([0.5, 0.5, 0.5]);
  expect(rounded(scaled({ width: 2, height: 2, rgba }, 2))).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1]);
  const one = new Uint8Array([255, 0, 51, 51]);
  expect(rounded(scaled({ width: 1, height: 1, rgba: one }, 2))).toEqual(
    Array(4).fill([1, 0.8, 0.84]).flat(),
  );
  expect(rounded(scaled({ width: 4, height: 1, rgba }, 1))).toEqual([0.5, 0.5, 0.5]);
  expect(rounded(scaled({ width: 1, height: 4, rgba }, 2).slice(0, 3))).toEqual([0.5, 0.5, 0]);
});

test('pictures are told by their declared types', () => {
  const file = (name: string, type: string) => ({ cid: new Uint8Array([name.length]), name, type });
  const types = [
    'image/jpeg',
    'image/png',
    'image/gif',
    'image/webp',
    'image/svg+xml',
    'ximage/png',
    'image/pngx',
  ];
  expect(picturesIn(types.map((type) => file(type, type)))).toEqual(
    types.slice(0, 4).map((name) => ({ file: new Uint8Array([name.length]), name })),
  );
});

test('[J7] a picture that is not here is told, and one that cannot be judged waits for a person', async () => {
  const scores = (nsfw: number) =>
    ({ ...Object.fromEntries(LABELS.map((label) => [label, 0])), nsfw }) as unknown as Scores;
  const classifiers = {
    async judgeImage(image: Uint8Array) {
      if (image[0] === 3) throw new Problem('image-broken', 'The image is broken.');
      return { scores: scores(image[0] === 2 ? 1 : 0), stage: 'image', language: null } as never;
    },
  };
  const pictures = [1, 2, 3, 4].map((n) => ({ file: new Uint8Array([n]), name: `${n}.png` }));
  const read = async (digest: Uint8Array) => (digest[0] === 4 ? null : digest);
  const { found, seen, unseen } = await pictureFindings(
    classifiers,
    read,
    pictures,
    DEFAULT_THRESHOLDS,
    'full',
  );
  expect(unseen).toEqual([new Uint8Array([4])]);
  expect(seen).toEqual([
    { file: new Uint8Array([1]), nsfw: 0 },
    { file: new Uint8Array([2]), nsfw: 1 },
  ]);
  expect(found.map(({ decision, reason }) => [decision, reason])).toEqual([
    [expect.stringMatching(/^qu/), { code: 'nsfw', detail: '2.png: nsfw 1.00' }],
    ['queue', { code: 'image-broken', detail: '3.png: The image is broken.' }],
  ]);
});
