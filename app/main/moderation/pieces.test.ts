import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { TONGUES } from './calibration.ts';
import { MOST_PIECES } from './judge.ts';
import { Pieces, type Vocabulary } from './pieces.ts';
import vectors from './vectors/pieces.json' with { type: 'json' };

const cutterOf = async (tongue: (typeof TONGUES)[number]) => {
  const path = new URL(`../../../resources/models/${tongue}-pieces.json`, import.meta.url);
  return new Pieces(JSON.parse(await readFile(path, 'utf8')) as Vocabulary);
};

test.each(TONGUES)('[J1] lines are cut into the same pieces as in the training: %s', async (tongue) => {
  const pieces = await cutterOf(tongue);
  for (const vector of vectors)
    expect(pieces.line(vector.line, MOST_PIECES[tongue].whole), vector.line).toEqual(vector[tongue]);
});

test.each(TONGUES)('[J3] a line has no more pieces than its encoder learnt from: %s', async (tongue) => {
  const pieces = await cutterOf(tongue);
  for (const most of Object.values(MOST_PIECES[tongue])) {
    expect(pieces.line('harbour '.repeat(10_000), most)).toHaveLength(most);
    expect(pieces.line('x'.repeat(100_000), most).length).toBeLessThanOrEqual(most);
  }
});
