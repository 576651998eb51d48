import { utf8 } from './bytes.ts';

/** [CE9] How many words are compared, and the bits that each stands for. */
export const WORD_COUNT = 6;
const BITS = 11;
/** Who looks for keys that give the same words pays this for each attempt. */
const ROUNDS = 200_000;
const SALT = utf8('impulse/call-words/1');

/** A participant as all see them: who they are, and the key of their stay. */
export interface Fingerprint {
  readonly did: string;
  readonly publicKey: string;
}

/** The words of a call (BIP 39, English): the same for everybody who sees the same persons with the same keys. */
export async function wordsOf(room: string, participants: readonly Fingerprint[]): Promise<string[]> {
  const lines = participants.map(({ did, publicKey }) => `${did} ${publicKey}`).toSorted();
  const text = utf8([room, ...lines].join('\n'));
  const key = await crypto.subtle.importKey('raw', text, 'PBKDF2', false, ['deriveBits']);
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt: SALT, iterations: ROUNDS };
  const bits = new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 72));
  const { wordlist } = await import('@scure/bip39/wordlists/english.js');
  const value = bits.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return Array.from({ length: WORD_COUNT }, (_, n) => {
    const at = (value >> BigInt(72 - BITS * (n + 1))) & BigInt(2 ** BITS - 1);
    return wordlist[Number(at)]!;
  });
}
