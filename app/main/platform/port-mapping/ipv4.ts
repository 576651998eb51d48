/** The four bytes of a dotted IPv4 address. */
export function ipv4Bytes(address: string): Uint8Array {
  return Uint8Array.from(address.split('.'), Number);
}

/** The IPv4 address in four bytes at `offset`; null for 0.0.0.0, which means none. */
export function ipv4At(bytes: Uint8Array, offset: number): string | null {
  const address = bytes.subarray(offset, offset + 4).join('.');
  return address === '0.0.0.0' ? null : address;
}
