/** Charsets of seven bits that shift between alphabets, which neither the platform nor iconv-lite reads. */

const ESC = 0x1b;
const SHIFT_OUT = 0x0e;
const SHIFT_IN = 0x0f;
const TILDE = 0x7e;
const LF = 10;

export type ShiftCharset = 'iso-2022-jp' | 'iso-2022-kr' | 'iso-2022-cn' | 'hz-gb-2312';

/**
 * The shifting charset of a seven-bit text by its escape sequences, which count more than the label, or null.
 * HZ has no escape sequence of its own, so without its label it is told by a run that fits it.
 */
export function shiftCharsetIn(bytes: Uint8Array, label: string): ShiftCharset | null {
  for (let at = bytes.indexOf(ESC); at >= 0; at = bytes.indexOf(ESC, at + 1)) {
    const sequence = String.fromCharCode(...bytes.subarray(at + 1, at + 4));
    if (sequence.startsWith('$)C')) return 'iso-2022-kr';
    if (/^\$[)*][AGH]/.test(sequence)) return 'iso-2022-cn';
    if (/^(?:\$[@B]|\$\(D|\([JI])/.test(sequence)) return 'iso-2022-jp';
  }
  if (label === 'iso-2022-kr' || label === 'hz-gb-2312') return label;
  const mayBeHz = label === '' || label === 'gb2312' || label === 'us-ascii' || label === 'gbk';
  return mayBeHz && hasHzRun(bytes) ? 'hz-gb-2312' : null;
}

/** ISO-2022-KR or -CN as EUC: shifted bytes get their high bit, designations and shifts go. */
export function fromIso2022(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let to = 0;
  let shifted = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === ESC && bytes[at + 1] === 0x24 && (bytes[at + 2] === 0x29 || bytes[at + 2] === 0x2a)) at += 3;
    else if (byte === SHIFT_OUT) shifted = true;
    else if (byte === SHIFT_IN) shifted = false;
    else {
      // A line ends every shift.
      if (byte === LF) shifted = false;
      out[to++] = shifted && byte > 0x20 ? byte | 0x80 : byte;
    }
  }
  return out.subarray(0, to);
}

/** HZ (RFC 1843) as EUC-CN. */
export function fromHz(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let to = 0;
  let shifted = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === TILDE) {
      const next = bytes[at + 1];
      if (next === 0x7b || next === 0x7d || next === LF || (next === TILDE && !shifted)) {
        if (next === TILDE) out[to++] = TILDE;
        else if (next !== LF) shifted = next === 0x7b;
        at += 1;
        continue;
      }
    }
    if (byte === LF) shifted = false;
    out[to++] = shifted && byte > 0x20 ? byte | 0x80 : byte;
  }
  return out.subarray(0, to);
}

/** Whether a text holds "~{", an even number of bytes of the Chinese rows, and "~}". */
function hasHzRun(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(TILDE); at >= 0; at = bytes.indexOf(TILDE, at + 1)) {
    if (bytes[at + 1] !== 0x7b) continue;
    let end = at + 2;
    while (isRow(bytes[end]) && (bytes[end + 1] ?? 0) > 0x20) end += 2;
    if (end > at + 2 && bytes[end] === TILDE && bytes[end + 1] === 0x7d) return true;
    at = end - 1;
  }
  return false;
}

/** Whether a byte begins a letter of GB 2312. */
function isRow(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x21 && byte <= 0x77;
}
