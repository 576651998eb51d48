import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  problem,
  type PictureDecoder,
  type PictureHeader,
  type Pixels,
} from '../../moderation/adapter-ports.ts';
import { gifFrames } from './gif.ts';
import { stillsOf } from './webp.ts';

/** The modules of the libraries' own loader: mozjpeg and libwebp as WebAssembly. */
type Codec = (options: {
  readonly noInitialRun: true;
  readonly print: () => void;
  readonly printErr: () => void;
  readonly instantiateWasm: (imports: object, use: (instance: WebAssembly.Instance) => void) => object;
}) => Promise<{ decode: (bytes: Uint8Array, ...orientation: readonly boolean[]) => Decoded | null }>;

interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

const require = createRequire(import.meta.url);
const modules = new Map<string, Promise<WebAssembly.Module>>();

/** The WebAssembly module of a decoder, compiled once. */
function moduleOf(path: string): Promise<WebAssembly.Module> {
  const known =
    modules.get(path) ?? readFile(require.resolve(path)).then((code) => WebAssembly.compile(code));
  modules.set(path, known);
  return known;
}

/**
 * Decodes with mozjpeg, libwebp and the `png` crate as WebAssembly, which cannot access memory outside its
 * own, and GIF with this project's code. JPEG and WebP get a new memory for every picture.
 */
export const pictureDecoder: PictureDecoder = {
  async frames(bytes, header) {
    if (header.format === 'gif') return gifFrames(bytes, header.width, header.height);
    if (header.format === 'png') return [checked(await png(bytes), header)];
    if (header.format === 'jpeg') return [checked(await jpeg(bytes), header)];
    const stills = stillsOf(bytes);
    const found: Pixels[] = [];
    for (const still of stills) found.push(checked(await webp(still), stills[0] === bytes ? header : null));
    return found;
  },
};

/** Refuses a picture whose decoded size differs from its header, by which the pixels were counted. */
function checked(decoded: Decoded | null, header: PictureHeader | null): Pixels {
  if (decoded === null) throw problem('undecodable-pixels');
  const { width, height, data } = decoded;
  const turned = header !== null && width === header.height && height === header.width;
  if (header !== null && !turned && (width !== header.width || height !== header.height))
    throw problem('wrong-size');
  if (data.length !== width * height * 4) throw problem('missing-pixels');
  return { width, height, rgba: data };
}

async function codec(
  load: () => Promise<unknown>,
  wasm: string,
  bytes: Uint8Array,
  ...orientation: readonly boolean[]
): Promise<Decoded | null> {
  const [{ default: make }, module] = (await Promise.all([load(), moduleOf(wasm)])) as [
    { default: Codec },
    WebAssembly.Module,
  ];
  const silent = () => {};
  try {
    const { decode } = await make({
      noInitialRun: true,
      print: silent,
      printErr: silent,
      instantiateWasm(imports, use) {
        const instance = new WebAssembly.Instance(module, imports);
        use(instance);
        return instance.exports;
      },
    });
    return decode(bytes, ...orientation);
  } catch (error) {
    throw problem('decoder-failed', { reason: error instanceof Error ? error.name : String(error) });
  }
}

const jpeg = (bytes: Uint8Array) =>
  codec(
    () => import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js'),
    '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
    bytes,
    // Without applying the orientation, which costs time and does not help the model.
    false,
  );

const webp = (bytes: Uint8Array) =>
  codec(() => import('@jsquash/webp/codec/dec/webp_dec.js'), '@jsquash/webp/codec/dec/webp_dec.wasm', bytes);

async function png(bytes: Uint8Array): Promise<Decoded> {
  const library = await import('@jsquash/png/codec/pkg/squoosh_png.js');
  library.initSync(await moduleOf('@jsquash/png/codec/pkg/squoosh_png_bg.wasm'));
  try {
    return library.decode(bytes) as Decoded;
  } catch {
    throw problem('undecodable-pixels');
  }
}
