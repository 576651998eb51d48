import { readStructured, type Structured } from './content-type.ts';
import { readHeaders, type MailHeaders } from './headers.ts';
import { decodeTransfer } from './transfer.ts';

/** A part that holds no other parts; its body is still encoded for the way. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly type: Structured;
  readonly disposition: Structured;
  readonly encoding: string | null;
  /** The name of the file, or null. */
  readonly name: string | null;
  readonly body: Uint8Array;
}

interface Multipart {
  readonly kind: 'multipart';
  /** `mixed`, `alternative` and so on. */
  readonly subtype: string;
  readonly children: readonly MailPart[];
  /** The bytes before the first part and after the last. */
  readonly around: readonly Uint8Array[];
}

/** A mail within a mail. */
interface Enclosed {
  readonly kind: 'message';
  readonly headers: MailHeaders;
  readonly content: MailPart;
}

export type MailPart = Leaf | Multipart | Enclosed;

/** The message is nested deeper, or has more parts, than any mail that was meant to be read. */
export class TooManyParts extends Error {
  override readonly name = 'TooManyParts';
}

const MAX_DEPTH = 64;
const MAX_PARTS = 100_000;
const LF = 10;
const CR = 13;
const DASH = 0x2d;
const MAX_BOUNDARY_BYTES = 200;
const EMPTY: MailHeaders = { get: () => null, bodyStart: 0 };

/**
 * The tree of a mail's parts. Bodies are pieces of `bytes`, not copies. A multipart whose boundary is missing
 * or wrong is split at the boundary that its lines show; without any, it is a text.
 * @throws {TooManyParts}
 */
export function partsOf(bytes: Uint8Array, headers: MailHeaders): MailPart {
  return new Splitter().part(bytes.subarray(headers.bodyStart), headers, 'text/plain', 0);
}

class Splitter {
  #count = 0;

  part(body: Uint8Array, headers: MailHeaders, usual: string, depth: number): MailPart {
    this.#count += 1;
    if (depth > MAX_DEPTH) throw new TooManyParts('Its parts are nested too deeply.');
    if (this.#count > MAX_PARTS) throw new TooManyParts('It has too many parts.');
    const given = readStructured(headers.get('content-type'));
    const type = given.value === '' ? { ...given, value: usual } : given;
    if (type.value.startsWith('multipart/')) {
      const split = splitParts(body, type.parameters.get('boundary') ?? '');
      if (split !== null) {
        const subtype = type.value.slice('multipart/'.length);
        const child = subtype === 'digest' ? 'message/rfc822' : 'text/plain';
        return {
          kind: 'multipart',
          subtype,
          around: split.around,
          children: split.parts.map((bytes) => {
            const inner = partHeaders(bytes);
            return this.part(bytes.subarray(inner.bodyStart), inner, child, depth + 1);
          }),
        };
      }
      return leaf(body, headers, { value: 'text/plain', parameters: type.parameters });
    }
    if (/^message\/(?:rfc822|news|global)$/.test(type.value)) {
      // The standard forbids it, but some programs encode an enclosed mail.
      const mail = decodeTransfer(body, headers.get('content-transfer-encoding'));
      const inner = readHeaders(mail);
      return {
        kind: 'message',
        headers: inner,
        content: this.part(mail.subarray(inner.bodyStart), inner, 'text/plain', depth + 1),
      };
    }
    return leaf(body, headers, type);
  }
}

function leaf(body: Uint8Array, headers: MailHeaders, type: Structured): Leaf {
  const disposition = readStructured(headers.get('content-disposition'));
  return {
    kind: 'leaf',
    type,
    disposition,
    encoding: headers.get('content-transfer-encoding'),
    name: disposition.parameters.get('filename') ?? type.parameters.get('name') ?? null,
    body,
  };
}

/** The headers of a part; a part that starts with text has none. */
function partHeaders(bytes: Uint8Array): MailHeaders {
  const colon = bytes.indexOf(0x3a);
  const space = bytes.findIndex((byte) => byte <= 0x20);
  if (bytes[0] === LF || bytes[0] === CR || (colon > 0 && colon < space)) return readHeaders(bytes);
  return EMPTY;
}

/** Splits a body at its boundary lines; null if there are none. */
function splitParts(
  body: Uint8Array,
  boundary: string,
): { parts: Uint8Array[]; around: Uint8Array[] } | null {
  const told = boundary === '' ? [] : boundaryLines(body, Buffer.from(boundary, 'latin1'));
  const lines = told.length > 0 ? told : boundaryLines(body, boundaryIn(body));
  const first = lines[0];
  if (first === undefined) return null;
  const parts: Uint8Array[] = [];
  let end = body.length;
  for (const [at, line] of lines.entries()) {
    if (line.closes) {
      end = line.next;
      break;
    }
    parts.push(body.subarray(line.next, lines[at + 1]?.start ?? body.length));
  }
  return { parts, around: [body.subarray(0, first.start), body.subarray(end)] };
}

interface BoundaryLine {
  /** Where the part before it ends, without the line feed that belongs to the boundary. */
  readonly start: number;
  readonly next: number;
  readonly closes: boolean;
}

function boundaryLines(body: Uint8Array, boundary: Uint8Array | null): BoundaryLine[] {
  if (boundary === null || boundary.length === 0) return [];
  const view = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const mark = Buffer.concat([Buffer.from('--'), boundary]);
  const lines: BoundaryLine[] = [];
  for (let at = view.indexOf(mark); at >= 0; at = view.indexOf(mark, at + mark.length)) {
    if (at > 0 && body[at - 1] !== LF) continue;
    let end = at + mark.length;
    const closes = body[end] === DASH && body[end + 1] === DASH;
    if (closes) end += 2;
    while (body[end] === 0x20 || body[end] === 0x09 || body[end] === CR) end++;
    if (end < body.length && body[end] !== LF) continue;
    const start = at === 0 ? 0 : body[at - 2] === CR ? at - 2 : at - 1;
    lines.push({ start, next: Math.min(end + 1, body.length), closes });
    if (lines.length > MAX_PARTS) throw new TooManyParts('It has too many parts.');
  }
  return lines;
}

/** The boundary that a body seems to use: a line of two dashes and more, followed by a Content header. */
function boundaryIn(body: Uint8Array): Uint8Array | null {
  const view = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  for (let at = view.indexOf('--'); at >= 0; at = view.indexOf('\n--', at)) {
    const start = body[at] === LF ? at + 1 : at;
    let end = view.indexOf(LF, start);
    if (end < 0) return null;
    const next = view.toString('latin1', end + 1, end + 10);
    while (end > start && (body[end - 1] === CR || body[end - 1] === 0x20)) end--;
    const isLineStart = start === 0 || body[start - 1] === LF;
    if (isLineStart && /^content-/i.test(next) && end - start > 2 && end - start < MAX_BOUNDARY_BYTES) {
      return body.subarray(start + 2, end);
    }
    at = start + 1;
  }
  return null;
}
