import { decodeText } from './charset.ts';
import { decodeWords } from './words.ts';

const MAX_CHARS = 8000;
const MAX_PARAMETERS = 60;

/** The value of a header such as Content-Type, with its parameters. */
export interface Structured {
  /** In lower case, without parameters and comments. */
  readonly value: string;
  /** By name in lower case; continued and encoded parameters (RFC 2231) are joined and decoded. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads a structured header as leniently as mail programs do; a missing ";" before a parameter is one. */
export function readStructured(raw: string | null): Structured {
  const [first = '', ...rest] = pieces((raw ?? '').slice(0, MAX_CHARS));
  const [value = '', ...stray] = first.split(/\s/).filter((word) => word !== '');
  const found = new Map<string, string>();
  for (const piece of [...stray, ...rest].slice(0, MAX_PARAMETERS)) {
    const equals = piece.indexOf('=');
    if (equals < 0) continue;
    const name = piece.slice(0, equals).trim().toLowerCase();
    if (!found.has(name)) found.set(name, unquoted(piece.slice(equals + 1).trim()));
  }
  return { value: unquoted(value).toLowerCase(), parameters: joined(found) };
}

/** Splits at ";" outside quotes and drops comments. */
function pieces(text: string): string[] {
  const found: string[] = [];
  let piece = '';
  let quoted = false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const mark = text[at] ?? '';
    if (quoted && mark === '\\') piece += mark + (text[++at] ?? '');
    else if (mark === '"' && depth === 0) {
      quoted = !quoted;
      piece += mark;
    } else if (!quoted && mark === '(') depth += 1;
    else if (!quoted && mark === ')') depth = Math.max(0, depth - 1);
    else if (depth > 0) continue;
    else if (!quoted && mark === ';') {
      found.push(piece);
      piece = '';
    } else piece += mark;
  }
  found.push(piece);
  return found;
}

function unquoted(value: string): string {
  const mark = value[0];
  if (mark !== '"' && mark !== "'") return value;
  const end = value.lastIndexOf(mark);
  return value.slice(1, end > 0 ? end : undefined).replace(/\\(.)/g, '$1');
}

function joined(found: ReadonlyMap<string, string>): Map<string, string> {
  const parameters = new Map<string, string>();
  const parts = new Map<string, { n: number; text: string; encoded: boolean }[]>();
  for (const [name, value] of found) {
    const split = /^([^*]{1,60})\*(?:(\d{1,3})(\*)?)?$/.exec(name);
    if (split === null) parameters.set(name, value.includes('=?') ? decodeWords(value) : value);
    else {
      const list = parts.get(split[1] ?? '') ?? [];
      list.push({
        n: Number(split[2] ?? 0),
        text: value,
        encoded: split[2] === undefined || split[3] !== undefined,
      });
      parts.set(split[1] ?? '', list);
    }
  }
  for (const [name, list] of parts) parameters.set(name, extended(list.toSorted((a, b) => a.n - b.n)));
  return parameters;
}

/** A value of RFC 2231: charset'language'text, with percent signs. */
function extended(list: readonly { text: string; encoded: boolean }[]): string {
  const [, charset = null] = /^([^']{0,40})'[^']{0,40}'/.exec(list[0]?.text ?? '') ?? [];
  const bytes = list.map(({ text, encoded }, at) => {
    const rest = at === 0 && charset !== null ? text.slice(text.indexOf("'", charset.length + 1) + 1) : text;
    return encoded ? percentBytes(rest) : Buffer.from(rest);
  });
  return decodeText(Buffer.concat(bytes), charset === '' ? null : charset);
}

function percentBytes(text: string): Buffer {
  const latin1 = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(latin1, 'latin1');
}
