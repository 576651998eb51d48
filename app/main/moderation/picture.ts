import { problem } from './problems.ts';

export type PictureFormat = 'jpeg' | 'png' | 'gif' | 'webp';

/** The type of a file by its first bytes. */
export interface PictureHeader {
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
}

/** A decoded image: four bytes per pixel, red, green, blue and alpha. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array | Uint8ClampedArray;
}

export const MAX_IMAGE_BYTES = 16 * 1024 ** 2;
/** The most pixels that are decoded, all frames together; about 100 MB. */
export const MAX_PIXELS = 24_000_000;

/**
 * Reads the type and size of an image from its own bytes before anything is decoded: a name or a declared
 * type proves nothing.
 * @throws Problem `image-unknown`, `image-broken` or `image-too-large`.
 */
export function headerOf(bytes: Uint8Array): PictureHeader {
  if (bytes.length > MAX_IMAGE_BYTES) throw problem('too-many-bytes', { count: bytes.length });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = sized(view);
  const { width, height } = header;
  if (width < 1 || height < 1) throw problem('no-pixels');
  if (width * height > MAX_PIXELS) throw problem('too-many-pixels', { width, height });
  return header;
}

function sized(view: DataView): PictureHeader {
  try {
    const first = view.byteLength < 4 ? 0 : view.getUint32(0);
    if (first === 0x89504e47) return png(view);
    if (first >>> 8 === 0xffd8ff) return jpeg(view);
    if (first === 0x47494638)
      return { format: 'gif', width: view.getUint16(6, true), height: view.getUint16(8, true) };
    if (first === 0x52494646 && view.getUint32(8) === 0x57454250) return webp(view);
  } catch (error) {
    if (error instanceof RangeError) throw problem('truncated');
    throw error;
  }
  throw problem('image-unknown');
}

function png(view: DataView): PictureHeader {
  if (view.getUint32(12) !== 0x49484452) throw problem('bad-png-header');
  // Sixteen bits per channel take twice the memory until they are reduced to eight.
  const deep = view.getUint8(24) === 16 ? 2 : 1;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width * height * deep > MAX_PIXELS) throw problem('too-many-pixels', { width, height });
  return { format: 'png', width, height };
}

function jpeg(view: DataView): PictureHeader {
  for (let at = 2; ;) {
    while (view.getUint8(at) === 0xff && view.getUint8(at + 1) === 0xff) at += 1;
    if (view.getUint8(at) !== 0xff) throw problem('bad-jpeg-segments');
    const mark = view.getUint8(at + 1);
    // C4, C8 and CC are in the range of frame headers but are none.
    if (mark >= 0xc0 && mark <= 0xcf && mark !== 0xc4 && mark !== 0xc8 && mark !== 0xcc) {
      return { format: 'jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    if (mark === 0xd9 || mark === 0xda) throw problem('no-frame');
    at += 2 + (mark === 0x01 || (mark >= 0xd0 && mark <= 0xd7) ? 0 : Math.max(2, view.getUint16(at + 2)));
  }
}

function webp(view: DataView): PictureHeader {
  const kind = view.getUint32(12);
  const at = 20;
  if (kind === 0x56503858) {
    const three = (from: number) => view.getUint16(from, true) + view.getUint8(from + 2) * 0x1_0000;
    return { format: 'webp', width: three(at + 4) + 1, height: three(at + 7) + 1 };
  }
  if (kind === 0x56503820) {
    return {
      format: 'webp',
      width: view.getUint16(at + 6, true) & 0x3fff,
      height: view.getUint16(at + 8, true) & 0x3fff,
    };
  }
  if (kind !== 0x5650384c) throw problem('bad-webp-header');
  const bits = view.getUint32(at + 1, true);
  return { format: 'webp', width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/**
 * An image as the model needs it: `side` × `side` pixels of red, green and blue from 0 to 1. Every pixel is
 * the mean of the pixels it covers; transparent parts are drawn on white.
 */
export function scaled({ width, height, rgba }: Pixels, side: number): Float32Array {
  const points = new Float32Array(side * side * 3);
  const edge = (length: number) => (at: number) => Math.floor((at * length) / side);
  const [column, row] = [edge(width), edge(height)];
  for (let y = 0; y < side; y += 1) {
    const [top, bottom] = [row(y), Math.max(row(y) + 1, row(y + 1))];
    for (let x = 0; x < side; x += 1) {
      const [left, right] = [column(x), Math.max(column(x) + 1, column(x + 1))];
      let [red, green, blue] = [0, 0, 0];
      for (let v = top; v < bottom; v += 1) {
        for (let u = v * width + left, end = v * width + right; u < end; u += 1) {
          const at = u * 4;
          const solid = rgba[at + 3]!;
          const white = 255 - solid;
          red += (rgba[at]! * solid) / 255 + white;
          green += (rgba[at + 1]! * solid) / 255 + white;
          blue += (rgba[at + 2]! * solid) / 255 + white;
        }
      }
      const most = (bottom - top) * (right - left) * 255;
      const to = (y * side + x) * 3;
      points[to] = red / most;
      points[to + 1] = green / most;
      points[to + 2] = blue / most;
    }
  }
  return points;
}
