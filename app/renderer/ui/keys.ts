const names: Readonly<Record<string, string>> = {
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
  escape: 'Esc',
  enter: 'Enter',
  ' ': 'Space',
  delete: 'Del',
};

/** A shortcut as written on key caps: `ctrl+k` is “Ctrl K”. */
export function keyNames(shortcut: string): string {
  if (shortcut === '+') return '+';
  return shortcut
    .split('+')
    .map(
      (part) =>
        names[part.toLowerCase()] ??
        (part.length === 1 ? part.toUpperCase() : part.charAt(0).toUpperCase() + part.slice(1)),
    )
    .join(' ');
}
