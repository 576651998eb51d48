import { chunksOf } from './mbox.ts';
import { MAX_MESSAGE_BYTES } from './message.ts';
import type { ArchiveFile, ArchivePiece, ArchiveReader } from './ports.ts';
import { problem } from './problems.ts';

const LF = 10;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Opens an archive of JSON in UTF-8: one message per line, or the objects of one array.
 * @param array Where the array starts, in bytes; null for lines.
 */
export function openJson(file: ArchiveFile, name: string, array: number | null): ArchiveReader {
  return {
    format: 'jsonl',
    form: { kind: 'line', scope: scopeOf(name) },
    sizeBytes: file.sizeBytes,
    scan: (signal) =>
      array === null ? splitLines(chunksOf(file, signal)) : splitElements(chunksOf(file, signal), array),
    placeName: (place) => `byte ${place}`,
    read: (place, length) => file.read(place, length),
    close: () => file.close(),
  };
}

/** Splits a stream into lines; blank ones are skipped, those beyond `maxBytes` are broken. */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number = MAX_MESSAGE_BYTES,
): AsyncGenerator<ArchivePiece> {
  let parts: Uint8Array[] = [];
  let heldBytes = 0;
  let start = 0;
  let read = 0;
  const finish = (end: number): ArchivePiece | null => {
    const oversized = end - start > maxBytes;
    const bytes = oversized ? new Uint8Array(0) : Buffer.concat(parts);
    const place = start;
    parts = [];
    heldBytes = 0;
    start = end + 1;
    if (oversized)
      return { kind: 'broken', reason: problem.fields('line-too-long').message, place, position: end };
    if (bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09)) return null;
    return { kind: 'message', bytes, place, length: bytes.length, position: end, date: null, strays: [] };
  };
  for await (const chunk of chunks) {
    let at = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, at)) {
      parts.push(chunk.subarray(at, end));
      const piece = finish(read + end);
      if (piece !== null) yield piece;
      at = end + 1;
    }
    if (heldBytes <= maxBytes) parts.push(chunk.subarray(at));
    heldBytes += chunk.length - at;
    read += chunk.length;
  }
  if (start < read) {
    const piece = finish(read);
    if (piece !== null) yield piece;
  }
}

/** Splits the objects of a JSON array that starts at `from`; what stands between them is passed over. */
export async function* splitElements(
  chunks: AsyncIterable<Uint8Array>,
  from: number,
  maxBytes: number = MAX_MESSAGE_BYTES,
): AsyncGenerator<ArchivePiece> {
  let read = 0;
  let parts: Uint8Array[] = [];
  let start = -1;
  let depth = 0;
  let quoted = false;
  let escaped = false;
  for await (const chunk of chunks) {
    let open = start < 0 ? -1 : 0;
    for (let at = 0; at < chunk.length; at++) {
      if (read + at < from) continue;
      const byte = chunk[at];
      if (escaped) escaped = false;
      else if (quoted) {
        if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) quoted = false;
      } else if (byte === QUOTE) quoted = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth += 1;
        if (depth === 2 && byte === OPEN_BRACE) {
          start = read + at;
          open = at;
        }
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth -= 1;
        if (depth === 0) return;
        if (depth === 1 && start >= 0) {
          parts.push(chunk.subarray(Math.max(0, open), at + 1));
          yield elementOf(parts, start, read + at + 1, maxBytes);
          parts = [];
          start = open = -1;
        }
      }
    }
    if (start >= 0 && read + chunk.length - start <= maxBytes) parts.push(chunk.subarray(Math.max(0, open)));
    read += chunk.length;
  }
  if (start >= 0) {
    yield { kind: 'broken', reason: problem.fields('line-not-json').message, place: start, position: read };
  }
}

function elementOf(parts: Uint8Array[], place: number, end: number, maxBytes: number): ArchivePiece {
  const length = end - place;
  if (length > maxBytes) {
    return { kind: 'broken', reason: problem.fields('line-too-long').message, place, position: end };
  }
  return {
    kind: 'message',
    bytes: Buffer.concat(parts),
    place,
    length,
    position: end,
    date: null,
    strays: [],
  };
}

/** The name of the file, which distinguishes the numbers of this forum from those of another. */
function scopeOf(name: string): string {
  const [base = ''] = name.toLowerCase().split('.', 1);
  return base.replace(/[^a-z0-9-]{1,60}/g, '-').slice(0, 60) || 'forum';
}
