import * as z from 'zod';

/** The short name of a board, unique in its community. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'Lower-case letters, digits and hyphens.');

export const MAX_BOARD_NAME_CHARS = 60;
export const MAX_BOARD_DESCRIPTION_CHARS = 400;
