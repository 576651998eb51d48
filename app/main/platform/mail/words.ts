import { decodeText } from './charset.ts';

const MAX_CHARS = 64_000;
const WORD = /=\?([^\s?=]{1,60})\?([bqBQ])\?([^?]{0,4000})\?=/g;

/**
 * Decodes the encoded words (RFC 2047) in the value of a header. Words that follow each other in one charset
 * are joined before they are decoded, since some programs split letters between them.
 */
export function decodeWords(raw: string): string {
  if (!raw.includes('=?')) return raw;
  const text = raw.slice(0, MAX_CHARS);
  let out = '';
  let end = 0;
  let held: Buffer[] = [];
  let heldCharset = '';
  const flush = () => {
    if (held.length > 0) out += decodeText(Buffer.concat(held), heldCharset);
    held = [];
  };
  for (const match of text.matchAll(WORD)) {
    const between = text.slice(end, match.index);
    const charset = (match[1] ?? '').split('*', 1)[0]?.toLowerCase() ?? '';
    // White space between two words belongs to the encoding.
    const follows = end > 0 && between.trim() === '';
    if (!follows || charset !== heldCharset) flush();
    if (!follows) out += between;
    heldCharset = charset;
    held.push(wordBytes(match[2] ?? '', match[3] ?? ''));
    end = match.index + match[0].length;
  }
  flush();
  return out + text.slice(end);
}

function wordBytes(encoding: string, payload: string): Buffer {
  if (encoding.toLowerCase() === 'b') return Buffer.from(payload, 'base64');
  const bytes: number[] = [];
  for (let at = 0; at < payload.length; at++) {
    const unit = payload.charCodeAt(at);
    const code = unit === 0x3d ? Number.parseInt(payload.slice(at + 1, at + 3), 16) : Number.NaN;
    if (/^[0-9a-f]{2}$/i.test(payload.slice(at + 1, at + 3)) && !Number.isNaN(code)) {
      bytes.push(code);
      at += 2;
    } else if (unit === 0x5f) bytes.push(0x20);
    else if (unit < 0x100) bytes.push(unit);
    else bytes.push(...Buffer.from(payload[at] ?? ''));
  }
  return Buffer.from(bytes);
}
