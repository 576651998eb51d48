const allowed = /^(?:https?|mailto|impulse):/i;

/** The address if it may be followed from a post, else the empty string. Relative addresses may not. */
export function safeHref(href: string): string {
  const trimmed = href.trim();
  return allowed.test(trimmed) ? trimmed : '';
}

export interface Piece {
  readonly text: string;
  readonly href: string | null;
}

/** Plain text split at its web addresses; closing punctuation stays outside the link. */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(/\b(?:https?:\/\/|impulse:\/\/)[^\s<>"'`]{1,2000}/g)) {
    const href = withoutClosing(match[0]);
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), href: null });
    pieces.push({ text: href, href });
    from = match.index + href.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), href: null });
  return pieces;
}

/** The part of an address that says where it leads: the host of a web address, else the address without its scheme. */
export function placeOf(href: string): string {
  const trimmed = href.trim();
  if (/^https?:/i.test(trimmed) && URL.canParse(trimmed)) return new URL(trimmed).host;
  return trimmed.replace(/^(?:mailto:|impulse:\/\/)/i, '');
}

const CLOSING = '),.;:!?]}';

/** An address without the punctuation of the sentence around it. */
function withoutClosing(address: string): string {
  let end = address.length;
  while (end > 0 && CLOSING.includes(address[end - 1] ?? ' ')) end--;
  return address.slice(0, end);
}
