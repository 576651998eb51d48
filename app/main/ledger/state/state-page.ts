import type { Page, Slot } from './state-map.ts';

/**
 * The stored form of a page: for each of its sixteen slots a byte for its type, then nothing, a leaf (place
 * and value), or the hash of a page below.
 */
export function encodePage(page: Page): Uint8Array {
  const size = page.reduce((sum, slot) => sum + 1 + sizeOf(slot), 0);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const slot of page) {
    bytes[at++] = slot === null ? 0 : 'hash' in slot ? 2 : 1;
    if (slot === null) continue;
    for (const part of 'hash' in slot ? [slot.hash] : [slot.place, slot.value]) {
      bytes.set(part, at);
      at += 32;
    }
  }
  return bytes;
}

/** Reads a page that this node stored. */
export function decodePage(bytes: Uint8Array): Page {
  let at = 0;
  const take = () => bytes.slice(at, (at += 32));
  return Array.from({ length: 16 }, (): Slot => {
    const what = bytes[at++];
    if (what === 0) return null;
    if (what === 1) return { place: take(), value: take() };
    return { hash: take() };
  });
}

function sizeOf(slot: Slot): number {
  if (slot === null) return 0;
  return 'hash' in slot ? 32 : 64;
}
