/** How a file is packed, or null, by its first bytes. */
export function packingOf(head: Uint8Array): 'gzip' | 'zstd' | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const isZstd = head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
  return isZstd ? 'zstd' : null;
}

/** Whether a file has to be unpacked before it can be read. */
export function isPacked(head: Uint8Array): boolean {
  return packingOf(head) !== null;
}
