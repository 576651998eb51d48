import { expect, test } from 'vitest';
import { decide, type Thresholds } from './decision.ts';
import { LABELS, type Label } from './labels.ts';
import type { Judgement } from './classifier.ts';

const thresholds: Thresholds = {
  spam: { queue: 0.5, quarantine: 0.9 },
  toxic: { queue: 0.6, quarantine: 0.9 },
};

function judged(scores: Partial<Record<Label, number>>, more: Partial<Judgement> = {}): Judgement {
  return {
    scores: Object.fromEntries(LABELS.map((label) => [label, scores[label] ?? 0])) as Record<Label, number>,
    stage: 'first',
    language: 'en',
    spans: [],
    disguised: 0,
    cut: false,
    ...more,
  };
}

test('[J6] a message far from every bound is published, with the distance as confidence', () => {
  expect(decide(judged({ spam: 0.1, toxic: 0.2 }), thresholds)).toMatchObject({
    decision: 'publish',
    confidence: 0.8,
    reasons: [],
  });
});

test('[J6] the most severe label decides, and both are named as reasons', () => {
  const verdict = decide(judged({ spam: 0.95, toxic: 0.7 }), thresholds);
  expect(verdict).toMatchObject({ decision: 'quarantine', confidence: 0.95, labels: ['spam', 'toxic'] });
  expect(verdict.reasons.map(({ code }) => code)).toEqual(['spam', 'toxic']);
});

test('[J6] a trusted author is queued at most, and only if the models are more certain', () => {
  expect(decide(judged({ spam: 0.7 }), thresholds, [], 'trusted').decision).toBe('publish');
  expect(decide(judged({ spam: 0.8 }), thresholds, [], 'trusted').decision).toBe('queue');
  expect(decide(judged({ spam: 0.99 }), thresholds, [], 'trusted').decision).toBe('queue');
  expect(decide(judged({ spam: 0.99 }), thresholds, [], 'none').decision).toBe('publish');
});

test('[J6] a rule adds to the models and holds messages of any author', () => {
  const finding = { decision: 'quarantine', reason: { code: 'domain', detail: 'bad.example' } } as const;
  expect(decide(judged({}), thresholds, [finding], 'none')).toMatchObject({
    decision: 'quarantine',
    confidence: 0.9,
    reasons: [finding.reason],
  });
});

test('[J3] a message that was too long to be read completely waits for a person', () => {
  expect(decide(judged({}, { cut: true }), thresholds)).toMatchObject({
    decision: 'queue',
    reasons: [{ code: 'too-long' }],
  });
});

test('a label without bounds decides nothing', () => {
  expect(decide(judged({ nsfw: 1 }), thresholds).decision).toBe('publish');
});
