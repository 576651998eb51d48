import { trimmed } from '../kernel/trim.ts';

/** The longest name of a file, in UTF-16 units. */
const MAX_NAME = 120;
const RESERVED = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?$/i;

/**
 * A name under which any system can save the file: without folders, control characters, bidirectional
 * controls and reserved names. Never empty.
 */
export function safeName(name: string): string {
  const base = name.normalize('NFC').split(/[/\\]/).at(-1)!;
  const plain = base.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '').replace(/[<>:"|?*]/g, '_');
  const clean = trimmed(plain, /[\s.]/);
  if (clean === '') return 'file';
  return shorten(RESERVED.test(clean) ? `_${clean}` : clean);
}

/** Shortens the name, but keeps its extension. */
function shorten(name: string): string {
  if (name.length <= MAX_NAME) return name;
  const ending = /\.[^.]{1,16}$/.exec(name)?.[0] ?? '';
  const kept = name.slice(0, MAX_NAME - ending.length).replace(/[\ud800-\udbff]$/, '');
  return `${kept}${ending}`;
}

/** A media type in lower case, or the type for unknown bytes. */
export function safeType(type: string): string {
  const clean = type.toLowerCase().split(';')[0]!.trim();
  return clean.length <= 100 && /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/.test(clean)
    ? clean
    : 'application/octet-stream';
}
