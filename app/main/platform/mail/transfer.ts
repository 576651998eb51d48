const EQUALS = 0x3d;
const LF = 10;
const CR = 13;
const SPACE = 0x20;
const TAB = 9;
const feed = Buffer.from('\n');

/**
 * Undoes a Content-Transfer-Encoding, with the dirt that gateways and lists leave: comments and blanks in the
 * header, plain lines before and after base64, blanks after a soft line break. An unknown encoding changes
 * nothing.
 * @param encoding The value of the header, or null.
 */
export function decodeTransfer(raw: Uint8Array, encoding: string | null): Uint8Array {
  const name = (encoding ?? '')
    .toLowerCase()
    .replace(/\([^()]{0,200}\)/g, '')
    .replace(/[^a-z0-9]/g, '');
  if (name.startsWith('quotedprintable')) return unquote(raw);
  if (name.startsWith('base64')) return fromBase64(raw);
  if (/^x?uu(?:e|encode|encoded)?$/.test(name)) return fromUuencode(raw);
  return raw;
}

/** Decodes quoted-printable (RFC 2045 section 6.7); invalid sequences are kept. */
function unquote(raw: Uint8Array): Uint8Array {
  if (!raw.includes(EQUALS)) return raw;
  const out = new Uint8Array(raw.length);
  let to = 0;
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at] ?? 0;
    if (byte !== EQUALS) {
      out[to++] = byte;
      continue;
    }
    const high = hex(raw[at + 1]);
    const low = hex(raw[at + 2]);
    const lineEnd = high >= 0 && low >= 0 ? -1 : softBreak(raw, at + 1);
    if (high >= 0 && low >= 0) {
      out[to++] = high * 16 + low;
      at += 2;
    } else if (lineEnd >= 0) at = lineEnd;
    else out[to++] = byte;
  }
  return out.subarray(0, to);
}

/** The offset of the line feed if only blanks stand before it, or -1. */
function softBreak(raw: Uint8Array, from: number): number {
  let at = from;
  while (raw[at] === SPACE || raw[at] === TAB || raw[at] === CR) at++;
  return raw[at] === LF ? at : -1;
}

function hex(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Decodes base64, each padded run on its own; lines of plain text before and after it are kept as they are. */
function fromBase64(raw: Uint8Array): Uint8Array {
  const lines = latin1(raw).split('\n');
  const first = lines.findIndex((line) => line.trim() !== '' && !isWords(line));
  if (first < 0) return raw;
  let last = lines.findIndex((line, at) => at > first && isWords(line));
  if (last < 0) last = lines.length;
  const data: Buffer[] = [];
  let run = '';
  for (const line of lines.slice(first, last)) {
    const clean = line.replace(/[^A-Za-z0-9+/=]/g, '');
    for (const [at, unit] of clean.split(/={1,2}/).entries()) {
      // Padding ends a run of its own.
      if (at > 0) run = flush(run, data);
      run += unit;
    }
  }
  flush(run, data);
  const before = lines.slice(0, first).join('\n').trim();
  const after = lines.slice(last).join('\n').trim();
  return Buffer.concat([
    ...(before === '' ? [] : [Buffer.from(before, 'latin1'), feed]),
    ...data,
    ...(after === '' ? [] : [feed, Buffer.from(after, 'latin1'), feed]),
  ]);
}

function flush(run: string, data: Buffer[]): string {
  if (run !== '') data.push(Buffer.from(run, 'base64'));
  return '';
}

/** Whether a line is plain text rather than base64 with some dirt. */
function isWords(line: string): boolean {
  const text = line.trim();
  if (text === '') return false;
  let strange = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const letter = unit | 0x20;
    const isData =
      (letter >= 0x61 && letter <= 0x7a) ||
      (unit >= 0x2f && unit <= 0x39) ||
      unit === 0x2b ||
      unit === EQUALS;
    if (!isData) strange += 1;
  }
  return strange * 4 > text.length || (text.length < 200 && /[A-Za-z0-9]{2} [A-Za-z0-9]{2}/.test(text));
}

function fromUuencode(raw: Uint8Array): Uint8Array {
  const lines = latin1(raw).split('\n');
  const begin = lines.findIndex((line) => line.startsWith('begin '));
  const data = lines.slice(begin + 1).map((line) => uuLine(line.trimEnd()));
  const end = data.findIndex((line) => line === null || line.length === 0);
  const whole = data.slice(0, end < 0 ? undefined : end).filter((line) => line !== null);
  return whole.length === 0 ? raw : Buffer.concat(whole);
}

/** The bytes of one uuencoded line, or null if it is none. */
export function uuLine(line: string): Uint8Array | null {
  if (line === '') return new Uint8Array(0);
  const length = (line.charCodeAt(0) - 0x20) & 0x3f;
  const groups = Math.ceil(length / 3);
  // Blanks at the end of a line are lost on the way; a checksum may stand there instead.
  if (line.length > groups * 4 + 2 || line.length < Math.ceil((length * 4) / 3 / 2)) return null;
  const out = new Uint8Array(groups * 3);
  for (let group = 0; group < groups; group++) {
    const [a, b, c, d] = [1, 2, 3, 4].map((at) => {
      const unit = line.charCodeAt(group * 4 + at);
      return Number.isNaN(unit) ? 0 : (unit - 0x20) & 0x3f;
    }) as [number, number, number, number];
    out.set([(a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d], group * 3);
  }
  return out.subarray(0, length);
}

/** Bytes as a string of as many characters, and back without a loss. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
