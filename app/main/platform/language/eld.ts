import type { LanguageDetector } from '../../moderation/adapter-ports.ts';

/** The least number of letters from which a language is detected. */
const LEAST_LETTERS = 12;
const LETTER = /\p{L}/gu;

/** Loads the language detector: eld's extra-small table of 60 languages, some 70 MB in memory. */
export async function eldLanguages(): Promise<LanguageDetector> {
  const { eld } = await import('eld/extrasmall');
  return {
    detect(text) {
      let letters = 0;
      LETTER.lastIndex = 0;
      while (letters < LEAST_LETTERS && LETTER.test(text)) letters += 1;
      if (letters < LEAST_LETTERS) return null;
      return eld.detect(text).language || null;
    },
  };
}
