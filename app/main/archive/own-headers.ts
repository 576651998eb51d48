/** The headers by which a mail of an export names the board and the format of its post. */
export const BOARD_HEADER = 'X-Impulse-Board';
export const FORMAT_HEADER = 'X-Impulse-Format';

/** What the short name of a board looks like. */
export const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** Whether a message can go into the board that it names. */
export function namesBoard(board: string | null): boolean {
  return board !== null && SLUG.test(board);
}
