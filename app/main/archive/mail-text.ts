/** Writing mail: the parts of RFC 5322, 2045 and 2047 that an export needs. */

const LINE_CHARS = 76;
const WORD_BYTES = 45;
const encoder = new TextEncoder();

/** A header value of any text: unchanged if plain ASCII, otherwise as folded RFC 2047 encoded words. */
export function encodeWords(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (/^[\x20-\x7e]*$/.test(line) && !line.includes('=?') && line.length < 900) return line;
  const words: string[] = [];
  let chunk = '';
  let sizeBytes = 0;
  for (const character of line.toWellFormed()) {
    const length = encoder.encode(character).length;
    if (sizeBytes + length > WORD_BYTES) {
      words.push(chunk);
      chunk = '';
      sizeBytes = 0;
    }
    chunk += character;
    sizeBytes += length;
  }
  words.push(chunk);
  return words.map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join('\n ');
}

/** A display name for a From header. */
export function encodeName(name: string): string {
  const line = name.replace(/\s+/g, ' ').trim();
  return /^[\x20-\x7e]*$/.test(line) ? `"${line.replace(/["\\]/g, '\\$&')}"` : encodeWords(line);
}

/** A parameter value of any text, RFC 2231 encoded if it is not plain ASCII. */
export function encodeParameter(name: string, value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return `${name}="${value.replace(/["\\]/g, '\\$&')}"`;
  return `${name}*=utf-8''${encodeURIComponent(value).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}

/** Quoted-printable with line feeds. No line starts with "From ", for every variant of mbox. */
export function quotedPrintable(text: string): string {
  return text.toWellFormed().split('\n').map(quoteLine).join('\n');
}

function quoteLine(line: string): string {
  const lines: string[] = [];
  let current = '';
  const bytes = encoder.encode(line);
  for (const [at, byte] of bytes.entries()) {
    const plain =
      byte === 0x20 || byte === 0x09 ? at < bytes.length - 1 : byte > 0x20 && byte < 0x7f && byte !== 0x3d;
    let piece = plain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    if (current.length + piece.length > LINE_CHARS - 1) {
      lines.push(`${current}=`);
      current = '';
    }
    if (piece === ' ' && /^>*From$/.test(current)) piece = '=20';
    current += piece;
  }
  lines.push(current);
  return lines.join('\n');
}

/** Base64 in lines of 76 characters, each ended by a line feed. */
export function base64Lines(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return text.replace(/.{1,76}/g, '$&\n');
}

/** RFC 5322 date in UTC. */
export function mailDate(date: number): string {
  return new Date(date).toUTCString().replace('GMT', '+0000');
}

/** The date of an mbox From line: `Thu Aug 22 12:36:23 2002`, UTC. */
export function fromLineDate(date: number): string {
  const [day, number, month, year, time] = new Date(date).toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${String(Number(number)).padStart(2, ' ')} ${time} ${year}`;
}
