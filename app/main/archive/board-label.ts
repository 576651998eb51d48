/** The board that an archive names: its short name, and what else the archive tells of it. */
export interface BoardLabel {
  readonly slug: string;
  /** Empty if the archive does not tell it with this message. */
  readonly name: string;
  readonly description: string;
}

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const MAX_NAME_CHARS = 60;
const MAX_DESCRIPTION_CHARS = 400;

/** The headers by which a mail of an export names the format of its post and its board. */
export const FORMAT_HEADER = 'X-Impulse-Format';
export const BOARD_HEADERS = {
  slug: 'X-Impulse-Board',
  name: 'X-Impulse-Board-Name',
  description: 'X-Impulse-Board-Description',
} as const;

/** A label from the fields of an archive, within the limits of a board; null if it names none. */
export function boardLabel(fields: {
  slug: string | null | undefined;
  name?: string | null | undefined;
  description?: string | null | undefined;
}): BoardLabel | null {
  const { slug } = fields;
  if (slug === null || slug === undefined || !SLUG.test(slug)) return null;
  return {
    slug,
    name: (fields.name ?? '').slice(0, MAX_NAME_CHARS),
    description: (fields.description ?? '').slice(0, MAX_DESCRIPTION_CHARS),
  };
}

/** Tells the name and description of each board with its first post, and later its short name alone. */
export class BoardLabels {
  readonly #told = new Set<string>();

  of(label: BoardLabel): BoardLabel {
    if (this.#told.has(label.slug)) return { slug: label.slug, name: '', description: '' };
    this.#told.add(label.slug);
    return label;
  }
}
