/** A stretch of a text: flagged or not, with what cannot be seen made visible. */
export interface Piece {
  readonly text: string;
  readonly flagged: boolean;
}

/**
 * Characters that draw nothing, or turn what follows around: zero widths, joiners, direction marks, controls;
 * except line ends and tabs, and what holds an emoji together.
 */
const unseen =
  /(?<!\p{Extended_Pictographic}\uFE0F?)(?![\t\n\r])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** The sign that stands for a character nobody can see; repeated for one of two units, so that offsets hold. */
export const BOX = '\u25ab';

/** How many characters of a text cannot be seen. */
export const countUnseen = (text: string): number => text.match(unseen)?.length ?? 0;

/**
 * A text cut at its flagged spans, offsets in UTF-16 units. Spans may overlap, touch, be out of order or
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
    if (to > at)
      pieces.push({ text: text.slice(at, to).replace(unseen, (one) => BOX.repeat(one.length)), flagged });
    at = to;
  };
  for (const [from, to] of merged) {
    put(from, false);
    put(to, true);
  }
  put(text.length, false);
  return pieces;
}
