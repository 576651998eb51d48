/** The words of a typed or pasted phrase; numbers, punctuation and capitals are ignored. */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}+/gu) ?? [];

/**
 * Three different positions of the phrase to ask for, in rising order. `random` returns a number in [0, 1).
 */
export function placesToAsk(random: () => number, length = 24): number[] {
  const places = new Set<number>();
  while (places.size < 3) places.add(Math.floor(random() * length));
  return [...places].toSorted((a, b) => a - b);
}

/** The invite in pasted or opened text: a link is kept, a bare code gets its scheme. */
export function inviteOf(text: string): string {
  const trimmed = text.trim();
  const found = /impulse:\/\/join\/\S+/u.exec(trimmed);
  if (found) return found[0];
  return trimmed === '' || trimmed.includes('://') ? trimmed : `impulse://join/${trimmed}`;
}
