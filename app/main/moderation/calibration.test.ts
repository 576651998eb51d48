import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Blender, Calibration } from './calibration.ts';
import { LABELS, type Scores } from './labels.ts';

const shipped = new URL('../../../resources/models/calibration.json', import.meta.url);

test('[J4] an encoder reads briefly where nothing but hatred is open, and nothing of what is clear', async () => {
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
