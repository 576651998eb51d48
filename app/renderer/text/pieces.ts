import { BOX } from '../../contract/foreign-text.ts';

/** A stretch of a text, flagged or not, with invisible characters made visible. */
export interface Piece {
  readonly text: string;
  readonly flagged: boolean;
}

/**
 * Characters that draw nothing or reorder the text: zero widths, joiners, direction marks, controls; except
 * line ends, tabs, and the joiners inside an emoji.
 */
const unseen =
  /(?<!\p{Extended_Pictographic}\uFE0F?)(?![\t\n\r])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** A text with a sign for every invisible character: a name can then not pretend to end otherwise than it does. */
export const withUnseen = (text: string): string => text.replace(unseen, (one) => BOX.repeat(one.length));

/** The number of invisible characters in a text. */
export const countUnseen = (text: string): number => text.match(unseen)?.length ?? 0;

/**
 * A text split at its flagged spans, offsets in UTF-16 units. Spans may overlap, touch, be out of order or
 * reach beyond the text.
 */
export function piecesOf(text: string, spans: readonly (readonly [number, number])[]): Piece[] {
  const ends = (value: number) => Math.max(0, Math.min(text.length, value));
  const sorted = spans
    .map(([from, to]) => [ends(from), ends(to)] as const)
    .filter(([from, to]) => from < to)
    .sort(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  const pieces: Piece[] = [];
  let at = 0;
  const put = (to: number, flagged: boolean) => {
    if (to > at) pieces.push({ text: withUnseen(text.slice(at, to)), flagged });
    at = to;
  };
  for (const [from, to] of merged) {
    put(from, false);
    put(to, true);
  }
  put(text.length, false);
  return pieces;
}
