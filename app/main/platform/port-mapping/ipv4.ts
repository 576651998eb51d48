/** The four bytes of an IPv4 address in dotted form. */
export function ipv4Bytes(address: string): Uint8Array {
  return Uint8Array.from(address.split('.'), Number);
}

/** Four bytes at `offset` as an IPv4 address; null for 0.0.0.0, which means that there is none. */
export function ipv4At(bytes: Uint8Array, offset: number): string | null {
  const address = bytes.subarray(offset, offset + 4).join('.');
  return address === '0.0.0.0' ? null : address;
}
