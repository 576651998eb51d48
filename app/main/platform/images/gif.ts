import { MAX_PIXELS, problem, type Pixels } from '../../moderation/adapter-ports.ts';

/** Frames that are decoded, spread over the whole animation. */
const LOOKED_AT = 5;
const MAX_CODES = 4096;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  readonly transparent: number;
  /** The colour table, three bytes each, and its size. */
  readonly palette: number;
  readonly colours: number;
  readonly data: number;
}

/**
 * Some frames of a GIF, each on white. Implemented here because it is short, must count pixels before it
 * allocates memory, and must not print. Every loop is bounded by the bytes of the file.
 *
 * @throws Problem `image-broken`.
 */
export function gifFrames(bytes: Uint8Array, width: number, height: number): Pixels[] {
  const frames = framesOf(bytes, width, height);
  const few = Math.min(LOOKED_AT, frames.length, Math.max(1, Math.floor(MAX_PIXELS / (width * height))));
  const picked = new Set(
    Array.from({ length: few }, (_, n) => Math.floor((n * (frames.length - 1)) / Math.max(1, few - 1))),
  );
  return [...picked].map((number) => painted(bytes, frames[number]!, width, height));
}

function framesOf(bytes: Uint8Array, width: number, height: number): Frame[] {
  const at = (index: number) => {
    const value = bytes[index];
    if (value === undefined) throw problem('truncated');
    return value;
  };
  const two = (index: number) => at(index) + at(index + 1) * 256;
  const skip = (from: number) => {
    let place = from;
    for (let size = at(place); size > 0; size = at(place)) place += size + 1;
    return place + 1;
  };
  const colours = (flags: number) => ((flags & 0x80) === 0 ? 0 : 2 << (flags & 7));
  const shared = { palette: 13, colours: colours(at(10)) };
  const frames: Frame[] = [];
  let transparent = -1;
  for (let place = 13 + shared.colours * 3; place < bytes.length;) {
    const kind = at(place);
    if (kind === 0x3b) break;
    if (kind === 0x21) {
      if (at(place + 1) === 0xf9) transparent = (at(place + 3) & 1) === 1 ? at(place + 6) : -1;
      place = skip(place + 2);
      continue;
    }
    // Truncated data or trailing garbage: like other decoders, show the picture up to there.
    if (kind !== 0x2c || place + 10 >= bytes.length) break;
    const flags = at(place + 9);
    const own = colours(flags);
    const frame: Frame = {
      left: two(place + 1),
      top: two(place + 3),
      width: two(place + 5),
      height: two(place + 7),
      interlaced: (flags & 0x40) !== 0,
      transparent,
      palette: own > 0 ? place + 10 : shared.palette,
      colours: own > 0 ? own : shared.colours,
      data: place + 10 + own * 3,
    };
    if (frame.left + frame.width > width || frame.top + frame.height > height)
      throw problem('oversized-frame');
    frames.push(frame);
    transparent = -1;
    try {
      place = skip(frame.data + 1);
    } catch {
      break;
    }
  }
  if (frames.length === 0) throw problem('no-frame');
  return frames;
}

function painted(bytes: Uint8Array, frame: Frame, width: number, height: number): Pixels {
  const rgba = new Uint8Array(width * height * 4);
  const indices = unpacked(bytes, frame.data, frame.width * frame.height);
  for (let line = 0; line < frame.height; line += 1) {
    const row = frame.interlaced ? woven(line, frame.height) : line;
    for (let x = 0; x < frame.width; x += 1) {
      const index = indices[line * frame.width + x]!;
      if (index === frame.transparent || index >= frame.colours) continue;
      const from = frame.palette + index * 3;
      const to = ((frame.top + row) * width + frame.left + x) * 4;
      rgba[to] = bytes[from]!;
      rgba[to + 1] = bytes[from + 1]!;
      rgba[to + 2] = bytes[from + 2]!;
      rgba[to + 3] = 255;
    }
  }
  return { width, height, rgba };
}

/** The row of each line of an interlaced frame: every eighth, the fourths between, and so on. */
function woven(line: number, height: number): number {
  let before = 0;
  for (const [first, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const) {
    const count = Math.max(0, Math.ceil((height - first) / step));
    if (line < before + count) return first + (line - before) * step;
    before += count;
  }
  return line;
}

/** Decodes LZW codes in blocks of up to 255 bytes, up to `count` pixels. */
function unpacked(bytes: Uint8Array, from: number, count: number): Uint8Array {
  const found = new Uint8Array(count);
  const least = bytes[from] ?? 0;
  if (least < 1 || least > 11) throw problem('bad-code-size');
  const [clear, end] = [1 << least, (1 << least) + 1];
  const prefix = new Uint16Array(MAX_CODES);
  const last = new Uint8Array(MAX_CODES);
  const long = new Uint16Array(MAX_CODES);
  for (let code = 0; code < clear; code += 1) {
    last[code] = code;
    long[code] = 1;
  }
  let [place, left, bits, held, size, next, previous, written] = [
    from + 1,
    0,
    0,
    0,
    least + 1,
    end + 1,
    -1,
    0,
  ];
  while (written < count) {
    while (held < size) {
      if (left === 0) {
        left = bytes[place] ?? 0;
        place += 1;
        if (left === 0) return found;
      }
      bits |= (bytes[place] ?? 0) << held;
      place += 1;
      left -= 1;
      held += 8;
    }
    const code = bits & ((1 << size) - 1);
    bits >>>= size;
    held -= size;
    if (code === end) return found;
    if (code === clear) {
      [size, next, previous] = [least + 1, end + 1, -1];
      continue;
    }
    if (code > next || (code === next && previous < 0)) throw problem('bad-code');
    // A code that is only now being made is the last one and its own first byte again.
    const known = code < next ? code : previous;
    const length = long[known]! + (code < next ? 0 : 1);
    let at = written + length - 1;
    let head = known;
    if (code === next) at -= 1;
    for (; long[head]! > 1; head = prefix[head]!, at -= 1) if (at < count) found[at] = last[head]!;
    if (at < count) found[at] = last[head]!;
    if (code === next && written + length - 1 < count) found[written + length - 1] = last[head]!;
    if (previous >= 0 && next < MAX_CODES) {
      prefix[next] = previous;
      last[next] = last[head]!;
      long[next] = long[previous]! + 1;
      next += 1;
      if (next === 1 << size && size < 12) size += 1;
    }
    previous = code;
    written += length;
  }
  return found;
}
