import { stripVTControlCharacters } from 'node:util';
import { isolated, shown, withoutIsolates } from '../../contract/foreign-text.ts';

// oxlint-disable-next-line no-control-regex -- control characters are what is removed
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** The characters that a terminal obeys, of those that JSON leaves as they are. */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Text from others made safe for a terminal: no escape sequences, of the control characters only line ends and
 * tabs, and a box for each character that would turn the text after its line around.
 */
export function plain(text: string): string {
  return shown(stripVTControlCharacters(text).replace(UNSAFE, ''));
}

/** One line of it, which leaves the order of the words beside it alone; cut after `most` UTF-16 units. */
export const oneLine = (text: string, most = Number.POSITIVE_INFINITY): string =>
  isolated(plain(text).replaceAll(/\s+/g, ' ').trim().slice(0, most).toWellFormed());

/** JSON for programs, without characters that a terminal would obey; a parser reads the same text. */
export const jsonText = (value: unknown, indent = 2): string =>
  JSON.stringify(value, null, indent).replace(
    OBEYED,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const widths = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const lengthOf = (text: string): number => [...widths.segment(withoutIsolates(text))].length;

/** A claimed name is cut here, so that it does not hide who imported the message. */
const MAX_CLAIMED = 32;

/** The author of a message; for an imported one, the name that its author claims and the importer. */
export function byline(author: string, sourceName: string | null): string {
  if (sourceName === null) return oneLine(author);
  const name = plain(sourceName).replaceAll(/\s+/g, ' ').trim() || 'no name';
  const cut = name.length > MAX_CLAIMED ? `${name.slice(0, MAX_CLAIMED).toWellFormed()}…` : name;
  return `${oneLine(cut)} (imported by ${oneLine(author)})`;
}

/** Rows under headings, with aligned columns; a column of numbers is aligned right. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return '';
  const cells = [headings, ...rows.map((row) => row.map((cell) => oneLine(String(cell))))];
  const columns = headings.map((_, column) => ({
    width: Math.max(...cells.map((row) => lengthOf(row[column] ?? ''))),
    right: rows.every((row) => typeof row[column] === 'number'),
  }));
  const line = (row: readonly string[]) =>
    columns
      .map(({ width, right }, column) => {
        const cell = row[column] ?? '';
        const gap = ' '.repeat(width - lengthOf(cell));
        return right ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  return cells.map(line).join('\n');
}

/** Names and values, one pair per line. */
export function pairs(entries: readonly (readonly [string, string | number])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${oneLine(String(value))}`).join('\n');
}

/** `2026-11-23 10:48`, in local time. */
export function when(timestamp: number | null): string {
  if (timestamp === null) return '-';
  const date = new Date(timestamp);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `12.3 MB` */
export function bytes(sizeBytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = sizeBytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(sizeBytes) / 3));
  return `${(sizeBytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** `1 h 5 min`, `12 s` */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.ceil((seconds % 3600) / 60)} min`;
}

/** The next step after a community was made or joined, whether a node runs or not. */
export const openConsole = 'open the console (impulse serve; impulse open, if the node runs)';
