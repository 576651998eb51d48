/**
 * A text without the characters of `edge` at its start and end. A pattern such as `/[.]+$/` does the same in
 * time that grows with the square of a long run; this takes time in proportion to the text.
 * @param edge Matches one such character.
 */
export function trimmed(text: string, edge: RegExp): string {
  let start = 0;
  let end = text.length;
  while (start < end && edge.test(text[start] ?? '')) start++;
  while (end > start && edge.test(text[end - 1] ?? '')) end--;
  return text.slice(start, end);
}
