import { dateOfFromLine, fromLineKind, type FromLineKind } from './from-line.ts';
import { MAX_MESSAGE_BYTES } from './message.ts';
import type { ArchiveFile, ArchivePiece, ArchiveReader } from './ports.ts';
import { problem } from './problems.ts';

const LF = 10;
const CR = 13;
const GT = 0x3e;
const FROM = new Uint8Array([0x46, 0x72, 0x6f, 0x6d, 0x20]);
const CHUNK_BYTES = 1024 * 1024;
const MAX_FROM_LINE_BYTES = 1024;
const TOO_LARGE = problem.fields('message-too-large').message;
const latin1 = new TextDecoder('latin1');
/** How much after a From line shows whether a message begins there. */
const LOOKAHEAD_BYTES = 4096;
const MAX_STRAYS = 1000;
/** The line ends before a line, which tell whether it stands after a blank one. */
const BEFORE_LINE_BYTES = 4;

/**
 * A file whose lines end with CR alone, as those of classic Mac OS, with LF instead. Places stay the same.
 */
export function crAsLf(file: ArchiveFile): ArchiveFile {
  return {
    ...file,
    read: async (offset, length) => {
      const bytes = (await file.read(offset, length + 1)).slice();
      for (let at = 0; at < bytes.length; at++) {
        if (bytes[at] === CR && bytes[at + 1] !== LF) bytes[at] = LF;
      }
      return bytes.subarray(0, length);
    },
  };
}

/** Whether the first line of a file ends with CR alone. */
export function endsLinesWithCr(head: Uint8Array): boolean {
  const at = head.findIndex((byte) => byte === CR || byte === LF);
  return at >= 0 && head[at] === CR && at + 1 < head.length && head[at + 1] !== LF;
}

/** Opens an mbox file of any of the four variants (mboxo, mboxrd, mboxcl, mboxcl2), with LF or CRLF. */
export function openMbox(file: ArchiveFile): ArchiveReader {
  return {
    format: 'mbox',
    form: { kind: 'mail' },
    sizeBytes: file.sizeBytes,
    scan: (signal) => splitMbox(chunksOf(file, signal)),
    read: async (place, length) => unescapeFrom(await file.read(place, length)),
    placeName: (place) => `byte ${place}`,
    close: () => file.close(),
  };
}

/** A file's bytes from start to end in chunks of 1 MiB; stops with the signal's reason. */
export async function* chunksOf(file: ArchiveFile, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.sizeBytes;) {
    signal?.throwIfAborted();
    const chunk = await file.read(at, CHUNK_BYTES);
    if (chunk.length === 0) return;
    at += chunk.length;
    yield chunk;
  }
}

/**
 * Splits an mbox stream into its messages. Holds one message and one chunk at a time; a message beyond
 * `maxBytes` is reported as broken and skipped. `bytes` are valid until the next step.
 */
export async function* splitMbox(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number = MAX_MESSAGE_BYTES,
): AsyncGenerator<ArchivePiece> {
  const window = new MboxWindow(maxBytes);
  for await (const chunk of chunks) {
    window.add(chunk);
    for (let piece = window.next(false); piece !== null; piece = window.next(false)) yield piece;
  }
  for (let piece = window.next(true); piece !== null; piece = window.next(true)) yield piece;
}

/** The part of an mbox stream that is not split yet. Offsets are relative to it unless named otherwise. */
class MboxWindow {
  readonly #maxBytes: number;
  #bytes: Uint8Array = new Uint8Array(0);
  /** Where the window starts in the stream. */
  #base = 0;
  /** Where the current message starts, after its From line. */
  #start = 0;
  /** There is no separator before this offset. */
  #searched = 0;
  #begun = false;
  #oversized = false;
  #ended = false;
  /** Where the message ends by its Content-Length, checked once that many bytes have arrived. */
  #promised: number | null | 'unread' = 'unread';
  /** The date in the From line of the current message, and its lines that only look like one. */
  #date: number | null = null;
  #strays: number[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(chunk: Uint8Array): void {
    if (this.#oversized) {
      // The searched part of an oversized message is not needed again, except a line that may still grow.
      const keepFrom = Math.max(0, this.#bytes.length - MAX_FROM_LINE_BYTES);
      this.#shift(Math.min(keepFrom, this.#searched) - BEFORE_LINE_BYTES);
    } else this.#shift(this.#begun ? this.#start : 0);
    const grown = new Uint8Array(this.#bytes.length + chunk.length);
    grown.set(this.#bytes);
    grown.set(chunk, this.#bytes.length);
    this.#bytes = grown;
  }

  /** The next complete message, or null until more data is added. `last`: no more data will arrive. */
  next(last: boolean): ArchivePiece | null {
    if (this.#ended || (!this.#begun && !this.#begin(last))) return null;
    const end = this.#findEnd(last);
    if (end === null) {
      // Only what was searched belongs to the message; a separator may follow in the rest.
      if (this.#searched - this.#start > this.#maxBytes) this.#oversized = true;
      return null;
    }
    const piece = this.#piece(this.#start, end.end);
    this.#date = this.#dateAt(end.end, end.next);
    this.#strays = [];
    this.#start = this.#searched = end.next;
    this.#promised = 'unread';
    this.#oversized = false;
    if (end.next >= this.#bytes.length && last) this.#ended = true;
    return piece;
  }

  /** Skips blank lines and the first From line. Mail without any From line is treated as one message. */
  #begin(last: boolean): boolean {
    let at = 0;
    while (this.#bytes[at] === LF || this.#bytes[at] === CR) at++;
    if (this.#bytes.length - at < FROM.length && !last) return false;
    if (at >= this.#bytes.length) {
      if (last) this.#ended = true;
      return false;
    }
    if (startsWith(this.#bytes, FROM, at)) {
      const lineEnd = this.#bytes.indexOf(LF, at);
      if (lineEnd < 0 && !last) return false;
      const from = at;
      at = lineEnd < 0 ? this.#bytes.length : lineEnd + 1;
      this.#date = this.#dateAt(from, at);
    }
    this.#start = this.#searched = at;
    this.#begun = true;
    return true;
  }

  #findEnd(last: boolean): { end: number; next: number } | null {
    if (this.#promised === 'unread') this.#promised = this.#readLength(last);
    if (this.#promised === 'unread') return null;
    if (this.#promised !== null) {
      const found = this.#endByLength(this.#promised, last);
      if (found !== 'no') return found;
      this.#promised = null;
    }
    for (;;) {
      const line = this.#nextFromLine();
      if (line < 0) break;
      const lineEnd = this.#bytes.indexOf(LF, line);
      if (!last && this.#bytes.length - line < MAX_FROM_LINE_BYTES + LOOKAHEAD_BYTES) {
        this.#searched = line;
        return null;
      }
      const stop = lineEnd < 0 ? this.#bytes.length : lineEnd;
      const kind = this.#kindOf(line, stop, last);
      if (kind === 'separator') return { end: line, next: Math.min(stop + 1, this.#bytes.length) };
      if (kind === 'stray' && this.#strays.length < MAX_STRAYS) this.#strays.push(this.#base + line);
      this.#searched = stop;
    }
    if (last) return { end: this.#bytes.length, next: this.#bytes.length };
    this.#searched = Math.max(this.#start, this.#searched, this.#bytes.length - FROM.length - 1);
    return null;
  }

  #kindOf(line: number, lineEnd: number, last: boolean): FromLineKind {
    const before = this.#bytes[line - 2] === CR ? line - 2 : line - 1;
    const text = latin1.decode(this.#bytes.subarray(line, Math.min(lineEnd, line + MAX_FROM_LINE_BYTES)));
    const after = latin1.decode(this.#bytes.subarray(lineEnd + 1, lineEnd + 1 + LOOKAHEAD_BYTES));
    return fromLineKind(text, after, {
      afterBlank: line <= this.#start || before <= this.#start || this.#bytes[before - 1] === LF,
      last: last && lineEnd + 1 >= this.#bytes.length,
    });
  }

  #dateAt(line: number, lineEnd: number): number | null {
    if (line >= this.#bytes.length) return null;
    return dateOfFromLine(
      latin1.decode(this.#bytes.subarray(line, Math.min(lineEnd, line + MAX_FROM_LINE_BYTES))),
    );
  }

  /** The offset of the next line that starts with "From ", or -1. */
  #nextFromLine(): number {
    const view = asBuffer(this.#bytes);
    for (let at = this.#searched; ; at++) {
      at = view.indexOf('From ', at, 'latin1');
      if (at < 0 || at === this.#start || this.#bytes[at - 1] === LF) return at;
    }
  }

  /**
   * The end of the message according to its headers: null if they do not say, 'unread' until they have all
   * arrived.
   */
  #readLength(last: boolean): number | null | 'unread' {
    const blank = blankLine(this.#bytes, this.#start);
    if (blank < 0)
      return last || this.#oversized || this.#bytes.length - this.#start > CHUNK_BYTES ? null : 'unread';
    const head = latin1.decode(this.#bytes.subarray(this.#start, Math.min(blank, this.#start + CHUNK_BYTES)));
    // Headers end at the first separator, if they have no blank line of their own.
    if (/\nFrom /.test(head)) return null;
    const length = /^content-length:[ \t]*(\d{1,9})[ \t]*\r?$/im.exec(head)?.[1];
    if (length === undefined) return null;
    const body = blank + (this.#bytes[blank + 1] === CR ? 3 : 2);
    return Number(length) > this.#maxBytes ? null : body + Number(length);
  }

  /**
   * The end by Content-Length if a From line or the end of the file follows there; 'no' if the header is
   * wrong.
   */
  #endByLength(promised: number, last: boolean): { end: number; next: number } | null | 'no' {
    if (this.#bytes.length < promised + MAX_FROM_LINE_BYTES && !last) return null;
    if (promised > this.#bytes.length) return 'no';
    let at = promised;
    while (this.#bytes[at] === LF || this.#bytes[at] === CR) at++;
    if (at >= this.#bytes.length) return last ? { end: this.#bytes.length, next: this.#bytes.length } : 'no';
    if (!startsWith(this.#bytes, FROM, at) || this.#bytes[at - 1] !== LF) return 'no';
    const lineEnd = this.#bytes.indexOf(LF, at);
    return { end: at, next: lineEnd < 0 ? this.#bytes.length : lineEnd + 1 };
  }

  #piece(start: number, separator: number): ArchivePiece {
    const position = this.#base + separator;
    let end = separator;
    // The blank line before the next From line belongs to the format.
    if (this.#bytes[end - 1] === LF && this.#bytes[end - 2] === LF) end -= 1;
    else if (this.#bytes[end - 1] === LF && this.#bytes[end - 2] === CR && this.#bytes[end - 3] === LF)
      end -= 2;
    end = Math.max(start, end);
    const length = end - start;
    const place = this.#base + start;
    if (this.#oversized || length > this.#maxBytes)
      return { kind: 'broken', reason: TOO_LARGE, place, position };
    if (length === 0) {
      return { kind: 'broken', reason: problem.fields('empty-message').message, place, position };
    }
    const bytes = unescapeFrom(this.#bytes.subarray(start, end));
    return { kind: 'message', bytes, place, length, position, date: this.#date, strays: this.#strays };
  }

  #shift(count: number): void {
    if (count <= 0) return;
    this.#bytes = this.#bytes.subarray(count);
    this.#base += count;
    this.#start = Math.max(0, this.#start - count);
    this.#searched = Math.max(0, this.#searched - count);
    if (typeof this.#promised === 'number') this.#promised -= count;
  }
}

/**
 * Removes one ">" from lines that start with ">From ", ">>From " and so on. A message with a bare "From "
 * line comes from an mbox that does not escape (mboxcl2) and stays unchanged.
 */
function unescapeFrom(raw: Uint8Array): Uint8Array {
  const view = asBuffer(raw);
  if (!view.includes('>From ', 0, 'latin1')) return raw;
  const quotes: number[] = [];
  for (let at = view.indexOf('>From '); at >= 0; at = view.indexOf('>From ', at + 1)) {
    let first = at;
    while (raw[first - 1] === GT) first--;
    if (first === 0 || raw[first - 1] === LF) quotes.push(first);
  }
  if (quotes.length === 0 || view.includes('\nFrom ', 0, 'latin1')) return raw;
  const out = new Uint8Array(raw.length - quotes.length);
  let from = 0;
  let to = 0;
  for (const quote of [...quotes, raw.length]) {
    out.set(raw.subarray(from, quote), to);
    to += quote - from;
    from = quote + 1;
  }
  return out;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array, at: number): boolean {
  return prefix.every((byte, index) => bytes[at + index] === byte);
}

/** The line feed before the first blank line from `at` on, or -1. */
function blankLine(bytes: Uint8Array, at: number): number {
  for (let feed = bytes.indexOf(LF, at); feed >= 0; feed = bytes.indexOf(LF, feed + 1)) {
    if (bytes[feed + 1] === LF || (bytes[feed + 1] === CR && bytes[feed + 2] === LF)) return feed;
  }
  return -1;
}
