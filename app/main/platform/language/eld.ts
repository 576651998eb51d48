import { eld } from 'eld/extrasmall';
import type { LanguageDetector } from '../../moderation/judge.ts';

/** Fewer letters than this tell no language. */
const LEAST_LETTERS = 12;
const LETTER = /\p{L}/gu;

/** Tells languages by eld's extra-small table of 60 languages. */
export const eldLanguages: LanguageDetector = {
  detect(text) {
    let letters = 0;
    LETTER.lastIndex = 0;
    while (letters < LEAST_LETTERS && LETTER.test(text)) letters += 1;
    if (letters < LEAST_LETTERS) return null;
    return eld.detect(text).language || null;
  },
};
