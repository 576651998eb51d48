import { uuLine } from './transfer.ts';

/** A file that a mail carries within its text. */
export interface InlineFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const MAX_FILES = 100;
const UU_BEGIN = /^begin [0-7]{3,4} (\S.{0,200})$/;
const YENC_BEGIN = /^=ybegin .{0,200}name=(.{1,200})$/;

/**
 * Takes uuencoded and yEnc files out of a text. A block that does not end as it should stays text.
 * @returns The rest of the text and the files, or null if it holds none.
 */
export function takeInlineFiles(body: Uint8Array): { text: Uint8Array; files: InlineFile[] } | null {
  const view = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!view.includes('begin ')) return null;
  const lines = view.toString('latin1').split('\n');
  const ends = ['end', '=yend'].map((end) => lines.findLastIndex((line) => line.startsWith(end)));
  const files: InlineFile[] = [];
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const found = files.length < MAX_FILES ? fileAt(lines, at, ends) : null;
    if (found === null) kept.push(lines[at] ?? '');
    else {
      files.push(found.file);
      at = found.last;
    }
  }
  return files.length === 0 ? null : { text: Buffer.from(kept.join('\n'), 'latin1'), files };
}

/** The file that begins at a line; `ends` are the last lines that end one of either kind. */
function fileAt(
  lines: readonly string[],
  at: number,
  [lastUu = -1, lastYenc = -1]: readonly number[],
): { file: InlineFile; last: number } | null {
  const line = (lines[at] ?? '').trimEnd();
  const uu = UU_BEGIN.exec(line)?.[1];
  if (uu !== undefined) return at < lastUu ? uuencoded(lines, at, uu) : null;
  const name = YENC_BEGIN.exec(line)?.[1];
  return name === undefined || at > lastYenc ? null : yencoded(lines, at, name);
}

function uuencoded(lines: readonly string[], begin: number, name: string) {
  const parts: Uint8Array[] = [];
  for (let at = begin + 1; at < lines.length; at++) {
    const line = (lines[at] ?? '').trimEnd();
    if (line === 'end') return { file: { name, bytes: Buffer.concat(parts) }, last: at };
    const bytes = uuLine(line);
    if (bytes === null) return null;
    parts.push(bytes);
  }
  return null;
}

function yencoded(lines: readonly string[], begin: number, name: string) {
  const last = lines.findIndex((line, at) => at > begin && line.startsWith('=yend'));
  if (last < 0) return null;
  const data = lines.slice(begin + 1, last).filter((line) => !line.startsWith('=ypart '));
  const bytes = new Uint8Array(data.reduce((sum, line) => sum + line.length, 0));
  let to = 0;
  for (const line of data) {
    const end = line.endsWith('\r') ? line.length - 1 : line.length;
    for (let at = 0; at < end; at++) {
      const escaped = line.charCodeAt(at) === 0x3d;
      if (escaped) at += 1;
      bytes[to++] = line.charCodeAt(at) - 42 - (escaped ? 64 : 0);
    }
  }
  return { file: { name, bytes: bytes.subarray(0, to) }, last };
}
