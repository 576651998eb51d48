import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Blender, Calibration } from './calibration.ts';
import { LABELS, type Scores } from './labels.ts';

const shipped = new URL('../../../resources/models/calibration.json', import.meta.url);

test('[J4] an encoder reads briefly where only toxicity is unclear, and nothing where all is clear', async () => {
  const calibration = Calibration.parse(JSON.parse(await readFile(shipped, 'utf8')));
  const blender = new Blender(calibration);
  const reading = (open: Partial<Scores>) =>
    blender.reading('english', {
      ...(Object.fromEntries(LABELS.map((label) => [label, 0])) as Scores),
      ...open,
    });
  expect(reading({})).toBe('none');
  expect(reading({ toxic: 0.99, spam: 0.99 })).toBe('none');
  expect(reading({ toxic: 0.2 })).toBe('brief');
  expect(reading({ toxic: 0.2, spam: 0.5 })).toBe('whole');
  expect(reading({ spam: 0.5 })).toBe('whole');
});

/** A calibration with two kinds of writing, talk and news, and an expert of the same name for each. */
function twoKinds(others: Record<string, number>) {
  const blend = { shift: 0, first: 0, second: {}, others };
  const each = Object.fromEntries(LABELS.map((label) => [label, blend]));
  return new Blender(
    Calibration.parse({
      version: 4,
      columns: ['english', 'kind talk', 'kind news', 'talk', 'news'],
      kinds: ['talk', 'news'],
      first: each,
      both: { english: each, others: each },
      unclear: { english: {}, others: {} },
      briefly: [],
    }),
  );
}
const row = (...columns: number[]) => Float32Array.of(...LABELS.map(() => 0), 0, ...columns);
const logit = (p: number) => Math.log(p / (1 - p));

test('[J26] an expert is weighted by the share of its kind of writing', () => {
  const blender = twoKinds({ talk: 1, news: 1 });
  const spoken = (talk: number, news: number) => logit(blender.first(row(talk, news, 4, -4)).spam);
  expect(spoken(0, 0)).toBeCloseTo(0);
  expect(spoken(Math.log(3), 0)).toBeCloseTo(4 * 0.75 - 4 * 0.25);
  expect(spoken(20, 0)).toBeCloseTo(4, 3);
  expect(spoken(0, 20)).toBeCloseTo(-4, 3);
});

test('[J26] the kinds of a message add up to one', () => {
  const blender = twoKinds({ 'kind talk': 1, 'kind news': 1 });
  for (const [talk, news] of [
    [0, 0],
    [5, -3],
    [-40, 2],
    [100, 90],
  ] as const)
    expect(logit(blender.first(row(talk, news, 0, 0)).spam)).toBeCloseTo(1, 3);
});
