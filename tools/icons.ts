import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

/**
 * Draws the mark ▚, amber on ink, as SVG, PNG, ICO and ICNS into `resources/icons/`.
 * Run it after a change of shape or colour: `node tools/icons.ts`.
 */

type Colour = readonly [red: number, green: number, blue: number];

interface Mark {
  readonly ink: Colour;
  /** Null makes the background transparent and lets the mark fill the icon. */
  readonly ground: Colour | null;
}

const amber: Colour = [0xff, 0xb8, 0x4d];
const night: Colour = [0x0c, 0x0f, 0x1a];
const app: Mark = { ink: amber, ground: night };
const tray: Mark = { ink: amber, ground: night };
/** macOS recolours a template by its alpha. */
const template: Mark = { ink: [0, 0, 0], ground: null };

/** In units of the icon's side. */
const CORNER = 0.19;
const inset = (mark: Mark) => (mark.ground === null ? 0.06 : 0.24);
const SAMPLES = 4;

/** The coverage of one pixel by ink and by background, 0 to 1. */
function cover(mark: Mark, size: number, column: number, row: number): { ink: number; ground: number } {
  let ink = 0;
  let ground = 0;
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
    const x = (column + ((sample % SAMPLES) + 0.5) / SAMPLES) / size;
    const y = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / size;
    const edge = inset(mark);
    const within = x >= edge && x < 1 - edge && y >= edge && y < 1 - edge;
    if (within && x < 0.5 === y < 0.5) ink += 1;
    else if (mark.ground !== null && inRoundedSquare(x, y)) ground += 1;
  }
  return { ink: ink / SAMPLES ** 2, ground: ground / SAMPLES ** 2 };
}

function inRoundedSquare(x: number, y: number): boolean {
  const outside = (value: number) => Math.max(CORNER - value, value - (1 - CORNER), 0);
  return Math.hypot(outside(x), outside(y)) <= CORNER;
}

function png(mark: Mark, size: number): Buffer {
  const raw = Buffer.alloc(size * (size * 4 + 1));
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const { ink, ground } = cover(mark, size, column, row);
      const alpha = ink + ground;
      const offset = row * (size * 4 + 1) + 1 + column * 4;
      if (alpha === 0) continue;
      for (const channel of [0, 1, 2] as const) {
        const mixed = mark.ink[channel] * ink + (mark.ground?.[channel] ?? 0) * ground;
        raw[offset + channel] = Math.round(mixed / alpha);
      }
      raw[offset + 3] = Math.round(alpha * 255);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(raw, { level: 9 });
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
}

/** An ICO whose entries are PNGs, as Windows reads them since Vista. */
function ico(mark: Mark, sides: readonly number[]): Buffer {
  const images = sides.map((size) => png(mark, size));
  const head = Buffer.alloc(6 + 16 * sides.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(sides.length, 4);
  let offset = head.length;
  sides.forEach((size, index) => {
    const at = 6 + 16 * index;
    const length = images[index]?.length ?? 0;
    head.set([size % 256, size % 256, 0, 0, 1, 0, 32, 0], at);
    head.writeUInt32LE(length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += length;
  });
  return Buffer.concat([head, ...images]);
}

/** An ICNS whose entries are PNGs; the four letters name size and density. */
function icns(mark: Mark): Buffer {
  const kinds = {
    icp4: 16,
    icp5: 32,
    ic07: 128,
    ic08: 256,
    ic09: 512,
    ic10: 1024,
    ic11: 32,
    ic12: 64,
    ic13: 256,
    ic14: 512,
  };
  const entries = Object.entries(kinds).map(([kind, size]) => {
    const image = png(mark, size);
    return Buffer.concat([Buffer.from(kind, 'latin1'), uint32(image.length + 8), image]);
  });
  const body = Buffer.concat(entries);
  return Buffer.concat([Buffer.from('icns', 'latin1'), uint32(body.length + 8), body]);
}

function svg(mark: Mark): string {
  const side = 512;
  const hex = (colour: Colour) => `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
  const from = Math.round(inset(mark) * side);
  const half = side / 2;
  const length = half - from;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}">`,
    `  <rect width="${side}" height="${side}" rx="${Math.round(CORNER * side)}" fill="${hex(mark.ground ?? night)}"/>`,
    `  <path fill="${hex(mark.ink)}" d="M${from} ${from}h${length}v${length}h-${length}zM${half} ${half}h${length}v${length}h-${length}z"/>`,
    '</svg>',
    '',
  ].join('\n');
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const folder = resolve(import.meta.dirname, '../resources/icons');
const files: Record<string, string | Buffer> = {
  'icon.svg': svg(app),
  'icon.png': png(app, 1024),
  'icon.ico': ico(app, [16, 24, 32, 48, 64, 128, 256]),
  'icon.icns': icns(app),
  'tray.png': png(tray, 32),
  'tray@2x.png': png(tray, 64),
  'trayTemplate.png': png(template, 16),
  'trayTemplate@2x.png': png(template, 32),
};
for (const size of [16, 32, 48, 64, 128, 256, 512]) files[`linux/${size}x${size}.png`] = png(app, size);
for (const [name, content] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}
console.log(`${Object.keys(files).length} icons drawn.`);
