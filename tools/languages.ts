/**
 * Packs the smallest table of eld (Nito T.M., Apache-2.0) into resources/models/languages.bin, and prints its size and
 * hash for the manifest: `node tools/languages.ts`. To be run again when eld has a better table.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packed, type LanguageTable } from '../app/main/moderation/language-table.ts';

const root = join(import.meta.dirname, '..');

interface Ngrams {
  readonly languages: Readonly<Record<string, string>>;
  readonly ngrams: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** The table of eld. Its keys hold a character for every byte; bytes above 127 are characters of its dictionary. */
export async function eldTable(): Promise<LanguageTable> {
  const source = join(root, 'node_modules/eld/src');
  const { ngramsData } = (await import(join(source, 'ngrams/extrasmall.js'))) as { ngramsData: Ngrams };
  const { dictionary } = (await import(join(source, 'dictionary.js'))) as { dictionary: string[] };
  const byteOf = new Map(
    dictionary.flatMap((sign, byte) => (byte > 127 && sign !== ' ' ? [[sign, byte]] : [])),
  );
  const bytesOf = (key: string) => Uint8Array.from(key, (sign) => byteOf.get(sign) ?? sign.charCodeAt(0));
  return {
    codes: Object.values(ngramsData.languages),
    sequences: Object.entries(ngramsData.ngrams).map(([key, scores]) => ({
      bytes: bytesOf(key),
      marks: Object.entries(scores).map(([language, score]) => [Number(language), score] as const),
    })),
  };
}

if (import.meta.main) {
  const bytes = packed(await eldTable());
  writeFileSync(join(root, 'resources/models/languages.bin'), bytes);
  process.stdout.write(`${bytes.length} bytes, ${createHash('sha256').update(bytes).digest('hex')}\n`);
}
