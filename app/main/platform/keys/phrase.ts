import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeed, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { problem } from './problems.ts';

/** The 24 words (BIP 39, English) of 32 bytes of entropy. */
export function wordsOf(entropy: Uint8Array): string[] {
  return entropyToMnemonic(entropy, wordlist).split(' ');
}

/**
 * The entropy of 24 words. Case and surrounding spaces are ignored.
 *
 * @throws Problem `phrase-invalid`; its message names unknown words by position, never by content.
 */
export function entropyOf(words: readonly string[]): Uint8Array {
  const clean = words.map((word) => word.trim().toLowerCase()).filter((word) => word !== '');
  if (clean.length !== 24) {
    throw problem('phrase-length', { count: clean.length });
  }
  const unknown = clean.flatMap((word, index) => (wordlist.includes(word) ? [] : [index + 1]));
  if (unknown.length > 0) {
    throw problem('phrase-words', { positions: unknown.join(', ') });
  }
  if (!validateMnemonic(clean.join(' '), wordlist)) {
    throw problem('phrase-checksum');
  }
  return mnemonicToEntropy(clean.join(' '), wordlist);
}

/** The 64-byte BIP 39 seed of 24 words, without a passphrase. */
export function seedOf(words: readonly string[]): Promise<Uint8Array> {
  return mnemonicToSeed(words.join(' '));
}
