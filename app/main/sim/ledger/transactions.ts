import { decodeCbor, encodeCanonical } from '../../kernel/canonical.ts';

/** A transaction without an effect, only to be ordered. */
export function plainTransaction(n: number): Uint8Array {
  return encodeCanonical(['plain', n]);
}

/** A transaction that sets the validators of the next epoch, by their places among the candidates. */
export function setTransaction(n: number, places: readonly number[]): Uint8Array {
  return encodeCanonical(['set', n, places]);
}

/** Whether bytes are a transaction of any kind that worlds have. */
export function isTransaction(bytes: Uint8Array): boolean {
  try {
    const value = decodeCbor(bytes);
    return Array.isArray(value) && ['plain', 'set', 'timer', 'version', 'new'].includes(value[0] as string);
  } catch {
    return false;
  }
}
