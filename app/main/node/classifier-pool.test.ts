import { readdirSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { gifOf, jpegOf, pngOf, webpOf } from '../platform/images/test-images.ts';
import { ClassifierPool } from './classifier-pool.ts';
import { modelsFolder } from './models-folder.ts';

// Every pool loads the models in its own threads.
vi.setConfig({ testTimeout: 120_000 });

let classifiers: ClassifierPool;
let broken: string;
beforeEach(async () => {
  classifiers = new ClassifierPool({ clock: systemClock, folder: modelsFolder(), workers: 1 });
  broken = await mkdtemp(join(tmpdir(), 'impulse-pool-'));
});
afterEach(async () => {
  await classifiers.close();
  await rm(broken, { recursive: true, force: true });
});

test('[J24] harmless images of all four formats are judged, and only for NSFW', async () => {
  for (const image of [pngOf(60, 40), gifOf(60, 40), await jpegOf(60, 40), await webpOf(60, 40)]) {
    const { scores, stage } = await classifiers.judgeImage(image);
    expect(stage).toBe('image');
    expect(scores).toMatchObject({ spam: 0, toxic: 0 });
    expect(scores.nsfw).toBeLessThan(0.5);
  }
});

test('[J25] hostile images are refused by name and delay nothing: texts and images after them are judged', async () => {
  const hostile = [
    Buffer.from('no image at all'),
    pngOf(4, 4, { width: 60_000, height: 60_000 }),
    pngOf(4, 4, { width: 400, height: 400 }),
    (await jpegOf(60, 40)).subarray(0, 200),
    gifOf(8, 8, { frame: { width: 60_000, height: 60_000 } }),
  ];
  const refused = hostile.map((image) =>
    classifiers.judgeImage(image).then(
      () => 'judged',
      (error: unknown) => (error as { code: string }).code,
    ),
  );
  expect(await classifiers.judge(['Shall we meet at the harbour?'])).toHaveLength(1);
  expect(await Promise.all(refused)).toEqual([
    'image-unknown',
    'image-too-large',
    'image-broken',
    'image-broken',
    'image-broken',
  ]);
  expect(await classifiers.judgeImage(pngOf(60, 40))).toMatchObject({ stage: 'image' });
});

test('[CM13] a community with many questions does not delay the one question of another', async () => {
  const [importing, quiet] = [classifiers.share(), classifiers.share()];
  const answered: string[] = [];
  const texts = Array.from({ length: 64 }, (_, n) => `The ferry to island ${n} leaves at noon.`);
  const many = Array.from({ length: 6 }, () =>
    importing.judge(texts).then(() => void answered.push('importing')),
  );
  const one = quiet.judge(['Is there a later ferry?']).then(() => void answered.push('quiet'));
  await Promise.all([...many, one]);
  expect(answered.indexOf('quiet')).toBeLessThanOrEqual(2);
});

test('[J5] without the image model, images wait for a person, texts are judged, and its status says so', async () => {
  await cp(modelsFolder(), broken, { recursive: true });
  await rm(join(broken, 'nsfw-image.onnx'));
  const without = new ClassifierPool({ clock: systemClock, folder: broken, workers: 1 });
  try {
    await expect(without.judgeImage(pngOf(60, 40))).rejects.toMatchObject({ code: 'image-not-judged' });
    expect(await without.judge(['Shall we meet at the harbour?'])).toMatchObject([{ scores: {} }]);
    const faults = (await without.status()).filter(({ state }) => state !== 'ok');
    expect(faults).toMatchObject([{ part: 'image', state: 'missing' }]);
  } finally {
    await without.close();
  }
});

test('[J25] an image that takes too long gets a failure, and its thread is replaced', async () => {
  const hurried = new ClassifierPool({
    clock: { ...systemClock, after: (ms, then) => systemClock.after(ms === 30_000 ? 1 : ms, then) },
    folder: modelsFolder(),
    workers: 1,
  });
  try {
    await expect(hurried.judgeImage(pngOf(60, 40))).rejects.toMatchObject({ code: 'judging-failed' });
  } finally {
    await hurried.close();
  }
  expect(await classifiers.judgeImage(pngOf(60, 40))).toMatchObject({ stage: 'image' });
});

test.runIf(process.platform === 'linux')(
  '[J5] the thread of the texts ends when it is idle, and the next text starts another',
  async () => {
    const threads = () => readdirSync('/proc/self/task').length;
    const before = threads();
    const resting = new ClassifierPool({
      clock: systemClock,
      folder: modelsFolder(),
      workers: 1,
      textIdleMs: 300,
    });
    await resting.judge(['Shall we meet at the harbour?']);
    expect(threads()).toBeGreaterThan(before);
    await vi.waitFor(() => expect(threads()).toBeLessThanOrEqual(before), { timeout: 30_000 });
    expect(await resting.judge(['Is there a later ferry?'])).toMatchObject([{ stage: expect.any(String) }]);
    await resting.close();
  },
);

test('[J5] the files of the models are compared with their hashes without loading them', async () => {
  const sound = await classifiers.files();
  expect(new Set(sound.map(({ state }) => state))).toEqual(new Set(['ok']));
  await cp(modelsFolder(), broken, { recursive: true });
  const english = join(broken, 'english.onnx');
  const bytes = await readFile(english);
  bytes[1000] = bytes[1000]! ^ 1;
  await writeFile(english, bytes);
  await rm(join(broken, 'calibration.json'));
  const pool = new ClassifierPool({ clock: systemClock, folder: broken, workers: 1 });
  const states = new Map((await pool.files()).map(({ part, state }) => [part, state]));
  expect([states.get('english'), states.get('calibration'), states.get('others')]).toEqual([
    'broken',
    'missing',
    'ok',
  ]);
  await pool.close();
});
