interface KeyLike {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** The row that a key moves to, or null if the key does not move. */
export function stepOf(event: KeyLike, current: number, length: number, page: number): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey || length === 0) return null;
  const clamp = (index: number) => Math.min(length - 1, Math.max(0, index));
  switch (event.key) {
    case 'ArrowDown':
    case 'j':
      return clamp(current + 1);
    case 'ArrowUp':
    case 'k':
      return clamp(current - 1);
    case 'PageDown':
      return clamp(current + page);
    case 'PageUp':
      return clamp(current - page);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return null;
  }
}
