import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PICTURE_SIDE } from '../../moderation/image-classifier.ts';
import { loadPictureModel } from './picture.ts';

const SHIPPED = join(import.meta.dirname, '../../../../resources/models');

const pictureOf = (value: (x: number, y: number, channel: number) => number) =>
  Float32Array.from({ length: PICTURE_SIDE ** 2 * 3 }, (_, at) => {
    const point = Math.floor(at / 3);
    return value(point % PICTURE_SIDE, Math.floor(point / PICTURE_SIDE), at % 3);
  });

/** The results of TensorFlow.js 4 for the same pictures with the package's own files. */
const REFERENCE = [
  { picture: pictureOf(() => 0.5), scores: [0.048277, 0.042026, 0.90655, 0.001544, 0.001603] },
  {
    picture: pictureOf((x, y, channel) => [x, y, (x + y) / 2][channel]! / PICTURE_SIDE),
    scores: [0.072875, 0.022931, 0.901876, 0.001013, 0.001305],
  },
  {
    picture: pictureOf((x, y) => (Math.floor(x / 16) + Math.floor(y / 8)) % 2),
    scores: [0.002523, 0.001209, 0.996267, 0.000001, 0.000001],
  },
];

test('the converted model for images gives the original’s results to four digits', async () => {
  const { model, statuses } = await loadPictureModel(SHIPPED);
  expect(statuses).toMatchObject([{ part: 'image', state: 'ok', fault: null }]);
  const answers = await model!.run(REFERENCE.map(({ picture }) => picture));
  for (const [at, { scores }] of REFERENCE.entries()) {
    for (const [place, score] of scores.entries()) expect(answers[at]![place]).toBeCloseTo(score, 4);
  }
});

test('[J5] a truncated model for images is reported, and none is loaded', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'impulse-picture-'));
  try {
    await cp(SHIPPED, folder, { recursive: true });
    await truncate(join(folder, 'nsfw-image.onnx'), 1000);
    const { model, statuses } = await loadPictureModel(folder);
    expect(model).toBeNull();
    expect(statuses).toMatchObject([{ part: 'image', state: 'broken' }]);
    await rm(join(folder, 'nsfw-image.onnx'));
    expect((await loadPictureModel(folder)).statuses).toMatchObject([{ state: 'missing' }]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
