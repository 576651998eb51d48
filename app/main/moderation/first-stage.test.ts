import { expect, test } from 'vitest';
import { BUCKETS } from './features.ts';
import { FirstStage, type FirstWeights } from './first-stage.ts';
import { Normaliser } from './normalise.ts';

const WIDTH = 3;
const weights: FirstWeights = {
  table: Int8Array.from({ length: BUCKETS * WIDTH }, (_, at) => Math.imul(at + 7, 0x9e37_79b1) >> 24),
  scales: Float32Array.of(0.01, 0.02, 0.005),
  bias: Float32Array.of(-1, 0.5, 0),
};
const normaliser = new Normaliser();
const read = (text: string) => normaliser.message(text);
const TEXT = 'The ferry leaves the quay at nine; the harbour master leaves at ten, 0x5F3759DF and all.';

test('the score of a message does not depend on earlier messages', () => {
  const fresh = new FirstStage(weights);
  const used = new FirstStage(weights);
  const alone = fresh.score(read(TEXT));
  // More different words than both generations of the cache hold together.
  for (let at = 0; at < 50; at += 1) {
    used.score(read(Array.from({ length: 1000 }, (_, n) => `w${(at * 1000 + n).toString(36)}q`).join(' ')));
    if (at % 7 === 0) expect(used.score(read(TEXT))).toEqual(alone);
  }
  expect(used.score(read(TEXT))).toEqual(alone);
});

test('words and pairs count once, however often they occur', () => {
  const stage = new FirstStage(weights);
  const words = 'spam and eggs and';
  const once = stage.score(read(`${words} spam`));
  const often = stage.score(read(`${words} ${words} ${words} spam`));
  expect(often.features).toBe(once.features);
});

test('the longest message that is read is scored, whatever its content', () => {
  const stage = new FirstStage(weights);
  const longest = Array.from({ length: 5300 }, (_, at) => (at * 7).toString(36))
    .join(' ')
    .slice(0, 16_000);
  expect(stage.score(read(longest))).toEqual(new FirstStage(weights).score(read(longest)));
});

test('weights of another shape are refused', () => {
  expect(() => new FirstStage({ ...weights, bias: Float32Array.of(1) })).toThrow('another shape');
});
