import { headerOf, problem } from '../../moderation/adapter-ports.ts';

/** Frames that are decoded, spread over the whole animation. */
const LOOKED_AT = 3;
/** The most chunks that are skipped. */
const MAX_CHUNKS = 100_000;

/**
 * The still pictures in a WebP: the picture itself, or some frames of an animation, each as its own file. The
 * decoder supports only still pictures.
 *
 * @throws Problem `image-broken`, or what the header of a frame says.
 */
export function stillsOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const moves = view.getUint32(12) === 0x56503858 && (view.getUint8(20) & 2) !== 0;
  if (!moves) return [bytes];
  const frames: Uint8Array[] = [];
  let at = 12;
  for (let count = 0; at + 8 <= bytes.length && count < MAX_CHUNKS; count += 1) {
    const size = view.getUint32(at + 4, true);
    // Sixteen bytes say where a frame belongs; the still picture's own chunks follow.
    if (view.getUint32(at) === 0x414e4d46 && size > 24) frames.push(bytes.subarray(at + 24, at + 8 + size));
    at += 8 + size + (size & 1);
  }
  const few = Math.min(LOOKED_AT, frames.length);
  const picked = new Set(
    Array.from({ length: few }, (_, n) => Math.floor((n * (frames.length - 1)) / Math.max(1, few - 1))),
  );
  return [...picked].map((number) => wrapped(frames[number]!));
}

/** A frame's picture as a file, without its alpha chunk. */
function wrapped(chunks: Uint8Array): Uint8Array {
  const view = new DataView(chunks.buffer, chunks.byteOffset, chunks.byteLength);
  for (let at = 0; at + 8 <= chunks.length;) {
    const size = view.getUint32(at + 4, true);
    const kind = view.getUint32(at);
    if (kind === 0x56503820 || kind === 0x5650384c) {
      const chunk = chunks.subarray(at, at + 8 + size + (size & 1));
      const file = new Uint8Array(12 + chunk.length);
      const to = new DataView(file.buffer);
      to.setUint32(0, 0x52494646);
      to.setUint32(4, 4 + chunk.length, true);
      to.setUint32(8, 0x57454250);
      file.set(chunk, 12);
      headerOf(file);
      return file;
    }
    at += 8 + size + (size & 1);
  }
  throw problem('no-frame');
}
