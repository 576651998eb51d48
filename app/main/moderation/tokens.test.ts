import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { LANGUAGES } from './calibration.ts';
import { MOST_PIECES } from './classifier.ts';
import { Tokens } from './tokens.ts';
import vectors from './vectors/pieces.json' with { type: 'json' };

const cutterOf = async (language: (typeof LANGUAGES)[number]) => {
  const path = new URL(`../../../resources/models/${language}-pieces.json`, import.meta.url);
  const { pieces, scores } = JSON.parse(await readFile(path, 'utf8')) as {
    pieces: string[];
    scores?: number[];
  };
  return new Tokens({ tokens: pieces, scores });
};

test.each(LANGUAGES)('[J1] lines are cut into the same tokens as in training: %s', async (language) => {
  const tokens = await cutterOf(language);
  for (const vector of vectors)
    expect(tokens.line(vector.line, MOST_PIECES[language].whole), vector.line).toEqual(vector[language]);
});

test.each(LANGUAGES)(
  '[J3] a line has no more tokens than its encoder was trained with: %s',
  async (language) => {
    const tokens = await cutterOf(language);
    for (const most of Object.values(MOST_PIECES[language])) {
      expect(tokens.line('harbour '.repeat(10_000), most)).toHaveLength(most);
      expect(tokens.line('x'.repeat(100_000), most).length).toBeLessThanOrEqual(most);
    }
  },
);
