import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decide, DEFAULT_THRESHOLDS } from '../../moderation/decision.ts';
import { Classifier, MAX_READ } from '../../moderation/classifier.ts';
import { loadModels } from './models.ts';

const SHIPPED = join(import.meta.dirname, '../../../../resources/models');
const INSULT = 'you are a stupid bitch and a fucking idiot';
const SPAM = 'FREE entry! Win a £1000 cash prize now, text WIN to claim your reward';
const TALK = 'Shall we meet at the harbour on Saturday? I can bring the maps.';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'impulse-models-'));
  await cp(SHIPPED, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const judged = (classifier: Classifier, ...texts: readonly string[]) => classifier.judge(texts);
const decisionOf = async (classifier: Classifier, text: string) =>
  decide((await judged(classifier, text))[0]!, DEFAULT_THRESHOLDS).decision;

describe('the shipped models', () => {
  let classifier: Classifier;
  beforeAll(async () => {
    classifier = new Classifier(await loadModels(SHIPPED));
  });

  test('are all sound', async () => {
    const { statuses } = await loadModels(SHIPPED);
    expect(statuses.map(({ fault }) => fault)).toEqual(statuses.map(() => null));
  });

  test('publish ordinary talk, hide plain spam and insults, and detect the language', async () => {
    expect(await decisionOf(classifier, TALK)).toBe('publish');
    expect(await decisionOf(classifier, SPAM)).toBe('quarantine');
    expect(await decisionOf(classifier, INSULT)).toBe('quarantine');
    const [german] = await judged(
      classifier,
      'Treffen wir uns am Samstag am Hafen? Ich bringe die Karten mit.',
    );
    expect(german!.language).toBe('de');
  });

  test('name the words that count against a text, with their positions', async () => {
    const text = `Well, ${INSULT}.`;
    const [judgement] = await judged(classifier, text);
    const terms = judgement!.spans.map(({ start, end }) => text.slice(start, end));
    expect(terms).toEqual(expect.arrayContaining(['bitch', 'fucking']));
  });

  test('[J3] bad input is judged in bounded time: long, binary, stacked marks, repeated, empty', async () => {
    const texts = [
      '',
      'a'.repeat(1_000_000),
      'a \u0301'.repeat(200_000),
      `f${'\u0301'.repeat(10_000)}uck`,
      Array.from({ length: 60_000 }, (_, at) => String.fromCharCode((at * 7919) % 0x1_0000)).join(''),
      Array.from({ length: 20_000 }, (_, at) => String.fromCodePoint(0xe000 + ((at * 613) % 0x10_1000))).join(
        '',
      ),
      '@$$'.repeat(100_000),
      'f.u.c.k.'.repeat(100_000),
      `${'1!|'.repeat(14)}`,
      'x y '.repeat(100_000),
      '*'.repeat(500_000),
    ];
    const judgements = await judged(classifier, ...texts);
    expect(judgements.map(({ cut }) => cut)).toEqual(texts.map(({ length }) => length > MAX_READ));
    for (const { scores } of judgements) {
      for (const score of Object.values(scores)) expect(score).toBeGreaterThanOrEqual(0);
    }
  }, 20_000);

  test('[J9] repeating a text does not change its judgement', async () => {
    const [once, often] = await judged(classifier, `${SPAM} ${SPAM}`, `${SPAM} `.repeat(30));
    expect(Math.abs(once!.scores.spam - often!.scores.spam)).toBeLessThan(0.05);
  });
});

test('[J5] a changed model is broken, and word lists judge instead: they queue', async () => {
  const path = join(folder, 'first-stage.onnx');
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
  const models = await loadModels(folder);
  expect(models.statuses.find(({ part }) => part === 'first')).toMatchObject({
    state: 'broken',
    fault: expect.stringContaining('SHA-256'),
  });
  const classifier = new Classifier(models);
  const [judgement] = await judged(classifier, INSULT);
  expect(judgement!.stage).toBe('rules');
  expect(await decisionOf(classifier, TALK)).toBe('publish');
  expect(await decisionOf(classifier, 'f.u.c.k you, you b i t c h')).toBe('queue');
});

test('[J5] a truncated or missing model is reported', async () => {
  await truncate(join(folder, 'first-stage.onnx'), 1000);
  await rm(join(folder, 'calibration.json'));
  const { statuses } = await loadModels(folder);
  expect(Object.fromEntries(statuses.map(({ part, state }) => [part, state]))).toMatchObject({
    first: 'broken',
    calibration: 'missing',
  });
});

test('[J5] without any model the node still judges', async () => {
  await rm(folder, { recursive: true });
  const models = await loadModels(folder);
  expect(models.statuses.every(({ state }) => state === 'missing')).toBe(true);
  const classifier = new Classifier(models);
  expect(await decisionOf(classifier, TALK)).toBe('publish');
  expect(await decisionOf(classifier, 'buy viagra at our casino')).toBe('queue');
});
