import { MAX_BOARD_DESCRIPTION_CHARS, MAX_BOARD_NAME_CHARS, Slug } from '../../contract/board-fields.ts';

/** The board that an archive names. */
export interface BoardLabel {
  readonly slug: string;
  /** Empty if the archive does not give it with this message. */
  readonly name: string;
  readonly description: string;
}

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
  const { data: slug } = Slug.safeParse(fields.slug);
  if (slug === undefined) return null;
  return {
    slug,
    name: (fields.name ?? '').slice(0, MAX_BOARD_NAME_CHARS),
    description: (fields.description ?? '').slice(0, MAX_BOARD_DESCRIPTION_CHARS),
  };
}

/** Gives the name and description of each board with its first post, and afterwards its short name alone. */
export class BoardLabels {
  readonly #told = new Set<string>();

  of(label: BoardLabel): BoardLabel {
    if (this.#told.has(label.slug)) return { slug: label.slug, name: '', description: '' };
    this.#told.add(label.slug);
    return label;
  }
}
