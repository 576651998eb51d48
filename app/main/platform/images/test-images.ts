import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { crc32, deflateSync } from 'node:zlib';

const require = createRequire(import.meta.url);

/** A gradient from black to red and green; four bytes per pixel. */
export function slope(width: number, height: number): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < width * height; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    rgba.set([(255 * x) / width, (255 * y) / height, 127, 255], at * 4);
  }
  return rgba;
}

type Encode = (rgba: Uint8ClampedArray, width: number, height: number, options: object) => Uint8Array;

async function encoded(format: 'jpeg' | 'webp', width: number, height: number): Promise<Uint8Array> {
  const name = format === 'jpeg' ? 'mozjpeg_enc' : 'webp_enc';
  const path = `@jsquash/${format}/codec/enc/${name}`;
  const [{ default: make }, { defaultOptions }, code] = await Promise.all([
    import(/* @vite-ignore */ require.resolve(`${path}.js`)) as Promise<{
      default: (options: object) => Promise<{ encode: Encode }>;
    }>,
    import(/* @vite-ignore */ require.resolve(`@jsquash/${format}/meta.js`)) as Promise<{
      defaultOptions: object;
    }>,
    readFile(require.resolve(`${path}.wasm`)),
  ]);
  const module = await WebAssembly.compile(code);
  const { encode } = await make({
    noInitialRun: true,
    instantiateWasm(imports: object, use: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(module, imports);
      use(instance);
      return instance.exports;
    },
  });
  return new Uint8Array(encode(slope(width, height), width, height, defaultOptions));
}

export const jpegOf = (width: number, height: number) => encoded('jpeg', width, height);
export const webpOf = (width: number, height: number) => encoded('webp', width, height);

/** A PNG of one colour; its header may lie about its size. */
export function pngOf(width: number, height: number, told = { width, height }): Uint8Array {
  const chunk = (name: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(told.width);
  header.writeUInt32BE(told.height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const lines = Buffer.alloc(height * (width * 4 + 1), 200);
  for (let y = 0; y < height; y += 1) lines[y * (width * 4 + 1)] = 0;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

interface GifOptions {
  readonly frames?: number;
  /** The size of a frame, if it differs from the picture's. */
  readonly frame?: { readonly width: number; readonly height: number };
}

/** A GIF of stripes in four colours, barely compressed. */
export function gifOf(width: number, height: number, { frames = 1, frame }: GifOptions = {}): Uint8Array {
  const { width: w, height: h } = frame ?? { width, height };
  const two = (value: number) => [value & 255, value >>> 8];
  const colours = [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255];
  const picture = packed(Array.from({ length: width * height }, (_, at) => (at % width) % 4));
  const one = [0x2c, 0, 0, 0, 0, ...two(w), ...two(h), 0, 2, ...picture];
  return Uint8Array.from([
    ...Buffer.from('GIF89a'),
    ...two(width),
    ...two(height),
    0x81,
    0,
    0,
    ...colours,
    ...Array.from({ length: frames }, () => one).flat(),
    0x3b,
  ]);
}

/** Three-bit codes, in blocks, reset before they would need four bits. */
function packed(indices: readonly number[]): number[] {
  const [clear, end] = [4, 5];
  const codes = indices.flatMap((index, at) => (at % 2 === 0 ? [clear, index] : [index]));
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const code of [...codes, end]) {
    bits |= code << held;
    held += 3;
    for (; held >= 8; held -= 8, bits >>>= 8) bytes.push(bits & 255);
  }
  if (held > 0) bytes.push(bits & 255);
  const blocks: number[] = [];
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.slice(at, at + 255);
    blocks.push(block.length, ...block);
  }
  return [...blocks, 0];
}

/** An animated WebP made of still ones. */
export function moving(stills: readonly Uint8Array[], width: number, height: number): Uint8Array {
  const three = (value: number) => [value & 255, (value >>> 8) & 255, value >>> 16];
  const four = (value: number) => [...three(value & 0xff_ffff), value >>> 24];
  const chunk = (name: string, data: readonly number[]) => [
    ...Buffer.from(name),
    ...four(data.length),
    ...data,
    ...(data.length % 2 === 1 ? [0] : []),
  ];
  const size = [...three(width - 1), ...three(height - 1)];
  const body = [
    ...Buffer.from('WEBP'),
    ...chunk('VP8X', [2, 0, 0, 0, ...size]),
    ...chunk('ANIM', [0, 0, 0, 0, 0, 0]),
    ...stills.flatMap((still) =>
      chunk('ANMF', [...three(0), ...three(0), ...size, ...three(100), 0, ...still.subarray(12)]),
    ),
  ];
  return Uint8Array.from([...Buffer.from('RIFF'), ...four(body.length), ...body]);
}
